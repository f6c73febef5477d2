import { compareBytes } from "../codec/hex.ts"
import type { Version } from "../commit/version.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import type { Grant } from "../link/authorization.ts"
import type { Link } from "../link/link.ts"
import { memoryTransport } from "../link/memory-transport.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { type MemoryStore, memoryStore } from "../store/memory-store.ts"
import { SeededRandom } from "./seeded-random.ts"
import { VirtualTime } from "./virtual-time.ts"

/** The document of which there are two branches. */
export const forkedId = "notes/1"

/** Twins that wrote on under one name, and those who read from them, in virtual time. */
export class ForkedFleet {
  readonly time: VirtualTime = new VirtualTime()
  readonly #random = new SeededRandom(1)

  open(store: MemoryStore = memoryStore()): Promise<Replica> {
    return openReplica({ store, engine: yjs(), ports: this.time.ports(this.#random) })
  }

  /** One commit, and so many more. */
  async write(replica: Replica, more = 0, id: string = forkedId): Promise<void> {
    const document = await replica.load(id)
    for (let i = 0; i <= more; i++) {
      const { durable } = document.change(draft => void (draft[`k${i}`] = this.#random.integer(2 ** 30)))
      await this.time.during(durable)
    }
  }

  async versionOf(replica: Replica): Promise<Version> {
    return (await replica.load(forkedId)).version
  }

  /**
   * Whose branch stays, and whose does not. Both have so many other documents.
   *
   * @param winning commits of that branch, at least one
   * @param losing of the other one
   */
  async twins(
    [winning, losing]: readonly [number, number],
    others: number
  ): Promise<readonly [winner: Replica, loser: Replica]> {
    const store = memoryStore()
    const first = await this.open(store)
    for (let i = 0; i < others; i++) await this.write(first, 0, `notes/other${i}`)
    await this.write(first)
    const second = await this.open(store.clone())
    const [a, b] = [await this.#begin(first), await this.#begin(second)]
    const [winner, loser] = compareBytes(a, b) < 0 ? [first, second] : [second, first]
    if (winning > 1) await this.write(winner, winning - 2)
    if (losing > 1) await this.write(loser, losing - 2)
    return [winner, loser]
  }

  connect(near: Replica, far: Replica, grant: Grant): Link {
    const accept = (connection: Parameters<Replica["accept"]>[0]) =>
      void far.accept(connection, { authorize: () => grant })
    return near.connect(memoryTransport(this.time, accept))
  }

  /** Reads all of it over a link that ends. */
  async read(near: Replica, far: Replica): Promise<void> {
    const link = this.connect(near, far, { read: "all", write: [] })
    await this.synced(link)
    link.close()
    await this.time.advance(100)
  }

  /** Says whether both sides were equal within a virtual minute, but for what is kept apart. */
  synced(link: Link): Promise<boolean> {
    let isDone = false
    link.synced().then(
      () => (isDone = true),
      () => {}
    )
    return this.time.until(() => isDone, 60_000)
  }

  /** The first commit of a branch: its hash. */
  async #begin(replica: Replica): Promise<Uint8Array> {
    await this.write(replica)
    const [entry] = (await this.versionOf(replica)).entries
    return entry?.hash ?? new Uint8Array()
  }
}
