import { yjs } from "../engine/yjs/yjs-engine.ts"
import type { AcceptOptions } from "../link/accept-link.ts"
import type { Link } from "../link/link.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { SyncLimits } from "../sync/sync-limits.ts"
import { FaultyNetwork, type NetworkFaults, noFaults } from "./faulty-network.ts"
import { SeededRandom } from "./seeded-random.ts"
import { VirtualTime } from "./virtual-time.ts"

/** What a star is made of. */
export interface StarOptions {
  readonly retainCommits: number
  readonly faults: NetworkFaults
  readonly limits: Partial<SyncLimits>
  /** What the server does with each client's connections; default: takes them. */
  readonly acceptOptions?: (client: number) => AcceptOptions
}

/** A server and its clients, real replicas over a network that is bad until it heals. */
export class Star {
  readonly time: VirtualTime
  readonly random: SeededRandom
  readonly network: FaultyNetwork
  /** The server first. */
  readonly replicas: readonly Replica[]
  /** One a client. */
  readonly links: readonly Link[]

  private constructor(
    time: VirtualTime,
    random: SeededRandom,
    network: FaultyNetwork,
    replicas: readonly Replica[],
    links: readonly Link[]
  ) {
    this.time = time
    this.random = random
    this.network = network
    this.replicas = replicas
    this.links = links
  }

  static async open(seed: number, options: StarOptions): Promise<Star> {
    const { retainCommits, faults, limits, acceptOptions = () => ({}) } = options
    const [time, random] = [new VirtualTime(), new SeededRandom(seed)]
    const network = new FaultyNetwork({ timers: time, now: () => time.nowMs(), random, faults })
    const open = () =>
      openReplica({ store: memoryStore(), engine: yjs(), ports: time.ports(random), retainCommits })
    const [server, ...clients] = [await open(), await open(), await open()] as const
    const links = clients.map((client, i) => {
      const transport = network.transport(
        `line ${i}`,
        connection => void server.accept(connection, { limits, ...acceptOptions(i) })
      )
      return client.connect(transport, { limits, backoff: { baseMs: 50, maxMs: 500 } })
    })
    return new Star(time, random, network, [server, ...clients], links)
  }

  /** Heals, and waits until all is twice synced over all links: what comes over one is sent on over the other. */
  async settle(): Promise<void> {
    this.network.faults = noFaults
    let done = 0
    for (let round = 0; round < 2; round++)
      for (const link of this.links) void link.synced().then(() => done++)
    await this.time.until(() => done === 2 * this.links.length, 120_000)
    await this.time.advance(5_000)
  }

  /** Faults that fired. */
  get faults(): number {
    const { dropped, cut } = this.network.counts
    return dropped + cut
  }

  close(): void {
    for (const link of this.links) link.close()
  }
}
