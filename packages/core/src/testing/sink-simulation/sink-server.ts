import { coreError } from "../../errors/core-error.ts"
import type { Projection } from "../../projection/projection.ts"
import type { Sink, SinkContext, SinkSession } from "../../projection/sink.ts"
import { MemorySinkDamage } from "../memory-sink-damage.ts"
import { MemorySinkPlace, memorySink } from "../memory-sink.ts"
import type { SeededRandom } from "../seeded-random.ts"
import type { Dice } from "../simulation/fault-dice.ts"
import type { TraceHash } from "../simulation/trace-hash.ts"
import { Violation } from "../simulation/violation.ts"
import type { VirtualTime } from "../virtual-time.ts"
import { FormerCalls } from "./former-calls.ts"
import type { SinkCallFault } from "./sink-fault-kinds.ts"
import { type SessionServer, simulatedSession, type SinkCall } from "./simulated-session.ts"
import type { SinkViolation } from "./sink-violation.ts"
import { SinkWatch, type WatchedStore } from "./sink-watch.ts"

/** The process that uses a sink. */
export interface SinkUser extends WatchedStore {
  readonly name: string
  readonly isAlive: boolean
  /** Its replica was closed in good order: nothing is asked of a sink any more. */
  readonly isOver: boolean
  /** Ends the process. */
  crash(): void
}

/** What a server is made of. */
export interface SinkServerSetting {
  readonly name: string
  readonly index: number
  readonly projection: Projection
  readonly time: VirtualTime
  readonly dice: Dice<SinkCallFault>
  readonly trace: TraceHash
  /** Whether an open sink remembers how far it is, or asks its database each time. */
  readonly remembers: boolean
  /** Whether it keeps account of changes. */
  readonly tracking: boolean
  readonly onViolation: (violation: SinkViolation) => void
}

/** Backups to be put back. */
const maxBackups = 8
/** The longest that a call is done after it was given up. */
const maxLateMs = 3_000

/** What is asked of what comes to a user that is no more: nobody else could. */
const lettingGo: ReadonlySet<string> = new Set(["releaseLease", "close"])

/** Asked by who is dead, nothing is ever answered. */
function never(): Promise<never> {
  return new Promise(() => {})
}

/** A database that outlives the processes which use it, as one sink: what is asked of it is honestly done, or goes wrong as the dice say. */
export class SinkServer {
  readonly name: string
  readonly place: MemorySinkPlace = new MemorySinkPlace()
  readonly damage: MemorySinkDamage = new MemorySinkDamage(this.place)
  readonly watch: SinkWatch
  /** What it was opened with, by epoch. */
  readonly #contexts = new Map<string, SinkContext>()
  /** While set, it takes no writes. */
  isFull = false
  /** Called with the first write that it then rejects. */
  onFull: () => void = () => {}
  readonly #setting: SinkServerSetting
  readonly #sink: Sink
  readonly #former = new FormerCalls()
  /** Ids that repairs were about, until they are read. */
  readonly #swapped = new Set<string>()
  /** When these were read: how often faults had gone behind the sink's back. */
  readonly #readAt = new Map<string, number>()
  #backups: MemorySinkPlace[] = []
  /** Rises when it is started anew: what was on its way then is lost. */
  #start = 0

  constructor(setting: SinkServerSetting) {
    const { name, projection, tracking, onViolation } = setting
    this.name = name
    this.#setting = setting
    this.#sink = memorySink(this.place, { name, projection, tracking })
    this.watch = new SinkWatch(name, this.place, onViolation)
  }

  /** The sink as one process sees it. */
  sink(user: SinkUser): Sink {
    return {
      name: this.name,
      open: async context => {
        this.watch.knows(context.epoch, user)
        // Who opens it beside the replicas is none of them.
        const { holder: _, ...own } = context
        this.#contexts.set(context.epoch, own)
        const perform = (): Promise<SinkSession> => this.#sink.open(context)
        const session = await this.#call(user, { name: "open", kind: "other", perform })
        return simulatedSession(this.#served(user), session)
      }
    }
  }

  /** A session of another writer, to which nothing happens; none before anybody opened it. */
  async openElsewhere(epoch: string): Promise<SinkSession | undefined> {
    const [context] = this.#contexts.values()
    return context && this.#sink.open({ ...context, epoch })
  }

  /** Ids of records that are whole under the seal of one of the stores that fed it. */
  async sealed(): Promise<ReadonlySet<string>> {
    const ids = new Set<string>()
    for (const context of this.#contexts.values()) {
      const session = await this.#sink.open(context)
      for (const { id, sealed } of await session.scan({ limit: 1_000, contents: true }))
        if (sealed === true) ids.add(id)
    }
    return ids
  }

  /** Whether a record was read after it was to be swapped, and nobody went behind the sink's back since. */
  isReadBack(id: string): boolean {
    return this.#readAt.get(id) === this.watch.tampers
  }

  /** It is started anew, as it was at some time, or with nothing in it; says whether that is anything else than what is there. */
  putBack(random: SeededRandom, empty: boolean): boolean {
    const backup = empty ? new MemorySinkPlace() : this.#backups[random.integer(this.#backups.length)]
    if (backup === undefined || (empty && this.place.records.size === 0)) return false
    this.#start++
    this.#former.forget()
    this.watch.tamper(() => this.place.become(backup))
    // What it accounts for is not what is there.
    if (this.place.tracking !== undefined) this.place.tracking.incident++
    return true
  }

  /** Keeps what is there, to be put back later. */
  #backUp(): void {
    this.#backups = [...this.#backups, this.place.clone()].slice(-maxBackups)
  }

  #readBack(ids: readonly string[]): void {
    if (!ids.every(id => this.#swapped.has(id))) return
    for (const id of ids) {
      this.#swapped.delete(id)
      this.#readAt.set(id, this.watch.tampers)
    }
  }

  /** What a session of this user goes through. */
  #served(user: SinkUser): SessionServer {
    return {
      name: this.name,
      remembers: this.#setting.remembers,
      send: call => this.#call(user, call),
      // Who reads on when it was closed, to verify, is told so; whoever writes on was not told, or does not listen.
      onClosed: (kind, name) => {
        if (kind !== "read" && kind !== "account" && user.isOver) this.#outlived(user, name)
      },
      onSwapped: ids => {
        for (const id of ids) this.#swapped.add(id)
      },
      onRead: ids => this.#readBack(ids)
    }
  }

  async #call<T>(user: SinkUser, call: SinkCall<T>): Promise<T> {
    if (!user.isAlive) return never()
    if (user.isOver && !lettingGo.has(call.name)) this.#outlived(user, call.name)
    const started = this.#start
    const land = async (): Promise<T> => {
      if (this.#start !== started)
        throw coreError("sink-failed", `sink ${this.name} was started anew; the call was lost`)
      const done = await call.perform()
      this.#landed(call)
      return done
    }
    await this.#before(user, call, land)
    const answer = await this.#done(user, call, land)
    if (call.kind === "write") this.#former.add(land)
    return user.isAlive ? answer : never()
  }

  /** What goes wrong before a call is done, or in place of it. */
  async #before<T>(user: SinkUser, { name, kind }: SinkCall<T>, land: () => Promise<T>): Promise<void> {
    const { dice, time } = this.#setting
    if (dice.roll("crashBeforeSink") !== undefined) return this.#die(user, "crashBeforeSink")
    const afterDeath = dice.roll("crashBeforeLate")
    if (afterDeath !== undefined) {
      void this.#later(land, afterDeath.integer(maxLateMs), "crashBeforeLate")
      user.crash()
      return never()
    }
    if (this.isFull && kind === "write") {
      this.onFull()
      throw coreError("sink-failed", `sink ${this.name} has no room left`)
    }
    if (dice.roll("sinkError") !== undefined) {
      dice.fire("sinkError")
      throw coreError("sink-failed", `sink ${this.name} failed ${name} on purpose`)
    }
    const again = kind === "write" ? dice.roll("replayed") : undefined
    if (again !== undefined) await this.#replay(again)
    const slow = dice.roll("sinkSlow")
    if (slow !== undefined) {
      dice.fire("sinkSlow")
      await new Promise<void>(resolve => time.schedule(1 + slow.integer(slow.pick([5, 50, 400])), resolve))
    }
    if (!user.isAlive) return never()
  }

  async #done<T>(user: SinkUser, { name, kind }: SinkCall<T>, land: () => Promise<T>): Promise<T> {
    const { dice, time } = this.#setting
    const late = dice.roll("sinkLate")
    if (late !== undefined) {
      const delayMs = 1 + late.integer(maxLateMs)
      const landing = this.#later(land, delayMs, "sinkLate")
      if (late.chance(0.5)) return landing
      landing.catch(() => {})
      throw coreError("sink-failed", `sink ${this.name}: the connection broke in ${name}`)
    }
    const twice = kind === "write" ? dice.roll("appliedTwice") : undefined
    const lost = kind === "read" ? undefined : dice.roll("lostAnswer")
    const dies = dice.roll("crashAfterSink") !== undefined
    const answer = await land()
    if (twice !== undefined)
      time.schedule(twice.pick([0, twice.integer(2_000)]), () => void this.#again(land, "appliedTwice"))
    if (dies) return this.#die(user, "crashAfterSink")
    if (lost === undefined) return answer
    dice.fire("lostAnswer")
    throw coreError("sink-failed", `sink ${this.name}: the answer to ${name} was lost`)
  }

  async #replay(random: SeededRandom): Promise<void> {
    const former = this.#former.pick(random)
    if (former === undefined) return
    const delayMs = random.pick([0, random.integer(2_000)])
    if (delayMs === 0) await this.#again(former, "replayed")
    else this.#setting.time.schedule(delayMs, () => void this.#again(former, "replayed"))
  }

  async #again(land: () => Promise<unknown>, kind: SinkCallFault): Promise<void> {
    try {
      await land()
      this.#setting.dice.fire(kind)
    } catch {
      // It was refused, as it should be: nothing came of it.
    }
  }

  /** Done some time later, whoever waits for it. Counts if it is done. */
  #later<T>(land: () => Promise<T>, delayMs: number, kind: SinkCallFault): Promise<T> {
    const landing = new Promise<void>(resolve => this.#setting.time.schedule(delayMs, resolve)).then(land)
    landing.then(
      () => this.#setting.dice.fire(kind),
      () => {}
    )
    return landing
  }

  #die(user: SinkUser, kind: SinkCallFault): Promise<never> {
    this.#setting.dice.fire(kind)
    user.crash()
    return never()
  }

  #landed({ name, kind }: SinkCall<unknown>): void {
    const { trace, time, index } = this.#setting
    trace.add(name, index, time.nowMs(), this.place.records.size)
    this.watch.look()
    if (kind === "write") this.#backUp()
  }

  #outlived(user: SinkUser, name: string): void {
    const what = `${user.name} was closed, and asks ${name} of sink ${this.name}`
    this.#setting.onViolation(new Violation("outlived", what))
  }
}
