import { acceptLink } from "../link/accept-link.ts"
import type { AcceptOptions } from "../link/accept-link.ts"
import { connectLink } from "../link/connect-link.ts"
import type { ConnectOptions } from "../link/connect-link.ts"
import type { Link } from "../link/link.ts"
import type { Connection } from "../link/transport.ts"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import type { Commit } from "../commit/commit.ts"
import type { NameDigest } from "../replica/name-digest.ts"
import type { NetworkFaults } from "./faulty-network.ts"
import { FaultyNetwork, noFaults } from "./faulty-network.ts"
import { ModelSyncHost } from "./model-sync-host.ts"
import { SeededRandom } from "./seeded-random.ts"
import { VirtualTime } from "./virtual-time.ts"

/** Replicas reduced to what sync sees, in one virtual time, on one network, from one seed. */
export class LinkFleet {
  readonly time: VirtualTime = new VirtualTime()
  readonly random: SeededRandom
  readonly network: FaultyNetwork
  readonly hosts: readonly ModelSyncHost[]
  readonly links: Link[] = []
  /** Sees every message that is sent, in either direction. */
  onWire: (message: Uint8Array, from: number, to: number) => void = () => {}
  /** Links on the accepting side, in the order they came. */
  readonly accepted: Link[] = []

  /** @param nameDigest see `ModelSyncHost`. */
  constructor(seed: number, size: number, faults: NetworkFaults = noFaults, nameDigest?: NameDigest) {
    this.random = new SeededRandom(seed)
    const { time, random } = this
    this.network = new FaultyNetwork({ timers: time, now: () => time.nowMs(), random, faults })
    this.hosts = Array.from({ length: size }, () => new ModelSyncHost(time.ports(random), random, nameDigest))
  }

  /** The replica with that number. */
  host(index: number): ModelSyncHost {
    const host = this.hosts[index]
    if (host === undefined) throw new RangeError(`there is no replica ${index}`)
    return host
  }

  /** Links one replica to another over the line `from-to`. */
  connect(from: number, to: number, options: ConnectOptions = {}, acceptOptions: AcceptOptions = {}): Link {
    const line = this.network.transport(`${from}-${to}`, connection => {
      this.accepted.push(acceptLink(this.host(to), this.#tap(connection, to, from), acceptOptions))
    })
    const transport = {
      ...line,
      connect: async (signal: AbortSignal) => this.#tap(await line.connect(signal), from, to)
    }
    const link = connectLink(this.host(from), transport, options)
    this.links.push(link)
    return link
  }

  #tap(connection: Connection, from: number, to: number): Connection {
    const send = connection.send.bind(connection)
    connection.send = message => {
      this.onWire(message, from, to)
      send(message)
    }
    return connection
  }

  /** Makes commits in a few documents of a few collections, at random replicas. */
  write(count: number): void {
    const { random } = this
    for (let i = 0; i < count; i++)
      random
        .pick(this.hosts)
        .write(`c${random.integer(3)}/d${random.integer(8)}`, random.bytes(random.integer(200)))
  }

  /** Gives commits to a replica as if it had always had them: it meets whoever else has them as a stranger. */
  async plant(index: number, commits: readonly Commit[]): Promise<void> {
    const planted = this.host(index).receive({ commits: decodeCommits(encodeCommits(commits)), origin: {} })
    await this.time.advance(10)
    await planted
  }

  /** Whether every replica holds the same commits. */
  get converged(): boolean {
    return this.hosts.every(host => host.contents() === this.host(0).contents())
  }

  /** Lets time pass until a link says that both sides are equal; says whether it did within ten virtual minutes. */
  async synced(link: Link): Promise<boolean> {
    let done = false
    link.synced().then(
      () => (done = true),
      () => {}
    )
    return this.time.until(() => done, 600_000)
  }
}
