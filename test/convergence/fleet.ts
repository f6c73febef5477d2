import {
  type Document,
  type Link,
  openReplica,
  type Ports,
  type Replica,
  type Store,
  silentLogger
} from "@syncline/core"
import { FaultyNetwork, memorySink, noFaults, type SeededRandom, VirtualTime } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { policiesOf, type PolicyTally } from "./policies.ts"
import { engineSettings, type Note, type Place, type Setting, StorePlace } from "./setting.ts"

/** A seat that survives its replica: the store stays when the replica is closed and opened again. */
export interface Seat {
  readonly name: string
  readonly store: Store
  readonly sink: ReturnType<typeof memorySink>
  readonly retainCommits: number
  readonly ports: Partial<Ports>
  replica: Replica
}

/** Replicas in one process under one seed, virtual time and a bad network; lines form a connected graph. */
export class Fleet {
  readonly random: SeededRandom
  readonly network: FaultyNetwork
  readonly seats: Seat[] = []
  readonly asked: PolicyTally = new Map()
  readonly #setting: Setting
  readonly #stores: StorePlace
  readonly #time = new VirtualTime()
  /** In some histories nobody folds by himself, so that all hold all records. */
  readonly #retained: readonly number[]
  readonly #lines: { readonly name: string; readonly from: number; readonly to: number }[] = []
  readonly #links = new Map<string, Link>()

  private constructor(random: SeededRandom, setting: Setting) {
    this.random = random
    this.#setting = setting
    this.#retained = random.chance(0.6) ? [1_000] : [2, 8, 1_000]
    this.#stores = new StorePlace(setting.stores)
    this.network = new FaultyNetwork({
      timers: this.#time,
      now: () => this.#time.nowMs(),
      random,
      faults: noFaults
    })
  }

  static async start(random: SeededRandom, setting: Setting): Promise<Fleet> {
    const fleet = new Fleet(random, setting)
    const size = 2 + random.integer(4)
    for (let i = 0; i < size; i++) await fleet.#addSeat(`r${i}`)
    for (let i = 1; i < size; i++) fleet.#addLine(i, random.integer(i))
    if (size > 2 && random.chance(0.5)) fleet.#addLine(size - 1, 0)
    return fleet
  }

  get lines(): readonly string[] {
    return this.#lines.map(({ name }) => name)
  }

  /** How often a policy was asked about what one had answered: only where what that answered is folded. */
  get answersAsked(): number {
    return this.asked.get("dice-on-dice") ?? 0
  }

  /** Lets virtual time pass, with everything that happens in it. */
  async pass(ms: number): Promise<void> {
    await this.#time.advance(ms)
  }

  /** Closes a replica and opens it again on what its store holds. */
  async reopen(seat: Seat): Promise<void> {
    const index = this.seats.indexOf(seat)
    await this.during(seat.replica.close())
    seat.replica = await this.#open(seat)
    for (const { name, from, to } of this.#lines) if (from === index) this.#dial(name, from, to)
  }

  /** Loads a document everywhere. */
  async everywhere({ notes, key }: Place): Promise<readonly Document<Note>[]> {
    return Promise.all(this.seats.map(({ replica }) => replica.load(notes, key)))
  }

  /** Ends all faults and waits until all replicas hold the same; says whether they did within that much virtual time. */
  async heal(limitMs: number): Promise<boolean> {
    this.network.faults = noFaults
    this.network.heal()
    const end = this.#time.nowMs() + limitMs
    while (this.#time.nowMs() < end) {
      await this.pass(500)
      if (await this.#allEqual()) return true
    }
    return false
  }

  /** Lets time pass until nobody has anything to write any more; says whether that comes. */
  async rest(quietMs: number, limitMs: number): Promise<boolean> {
    const end = this.#time.nowMs() + limitMs
    let before = await this.#roots()
    while (this.#time.nowMs() < end) {
      await this.pass(quietMs)
      const after = await this.#roots()
      if (after.every((root, at) => root === after[0] && root === before[at])) return true
      before = after
    }
    return false
  }

  async close(): Promise<void> {
    await this.during(Promise.all(this.seats.map(({ replica }) => replica.close())))
  }

  /** Removes what is on disk, also where replicas could not be closed. */
  removeStores(): void {
    this.#stores.remove()
  }

  /** Runs something that waits for timers. */
  async during<T>(promise: Promise<T>): Promise<T> {
    const progress = { settled: false }
    const watched = promise.finally(() => {
      progress.settled = true
    })
    watched.catch(() => {})
    while (!progress.settled) await this.pass(20)
    return watched
  }

  async #allEqual(): Promise<boolean> {
    const roots = await this.#roots()
    return roots.every(root => root === roots[0])
  }

  #roots(): Promise<readonly string[]> {
    return Promise.all(this.seats.map(async ({ replica }) => JSON.stringify(await rootsOf(replica))))
  }

  async #addSeat(name: string): Promise<void> {
    const ports: Partial<Ports> = {
      time: { nowMs: () => Date.UTC(2026, 0, 1) + this.#time.nowMs() },
      random: { bytes: length => this.random.bytes(length) },
      timers: this.#time,
      logger: silentLogger
    }
    const retainCommits = this.random.pick(this.#retained)
    const seat = { name, store: this.#stores.make(name), sink: memorySink(), retainCommits, ports }
    this.seats.push({ ...seat, replica: await this.#open(seat) })
  }

  #open({ store, sink, retainCommits, ports }: Omit<Seat, "replica">): Promise<Replica> {
    const conflicts = policiesOf(this.random, this.asked)
    const collections = engineSettings[this.#setting.engines].map(notes => ({ ...notes, conflicts }))
    return this.during(
      openReplica({ store, engine: yjs(), collections, sinks: [sink], retainCommits, ports })
    )
  }

  #addLine(from: number, to: number): void {
    const name = `${from}-${to}`
    this.#lines.push({ name, from, to })
    this.#dial(name, from, to)
  }

  #dial(name: string, from: number, to: number): void {
    this.#links.get(name)?.close()
    const transport = this.network.transport(name, connection => {
      this.seats[to]?.replica.accept(connection)
    })
    const link = this.seats[from]?.replica.connect(transport)
    if (link !== undefined) this.#links.set(name, link)
  }
}

async function rootsOf(replica: Replica): Promise<readonly (readonly [string, string])[]> {
  await replica.flush()
  return (await replica.host.unitRoots()).map(unit => [unit.collection, unit.root.toString()] as const)
}

/** How many documents a replica has. */
export async function documentCount(replica: Replica): Promise<number> {
  let count = 0
  for await (const _ of replica.list()) count++
  return count
}
