import { isSynclineError } from "@syncline/clock"
import { toHex } from "../../codec/hex.ts"
import type { Engine } from "../../engine/engine.ts"
import { openReplica, type ReplicaOptions } from "../../replica/open-replica.ts"
import type { Replica } from "../../replica/replica.ts"
import type { RepairJob } from "../../repair/repair-job.ts"
import type { RepairScheduler } from "../../repair/repair-scheduler.ts"
import type { Store } from "../../store/store.ts"
import type { SinkMigration } from "../../migration/migrate-sink.ts"
import type { SeededRandom } from "../seeded-random.ts"
import { SimulatedDisk } from "../simulation/simulated-disk.ts"
import { type ProcessSetting, SimulatedProcess, startMs } from "../simulation/simulated-process.ts"
import { SimulatedWitness } from "../simulation/simulated-witness.ts"
import type { TraceHash } from "../simulation/trace-hash.ts"
import { Violation } from "../simulation/violation.ts"
import type { VirtualTime } from "../virtual-time.ts"
import { HeadLedger } from "./head-ledger.ts"
import type { SinkUser } from "./sink-server.ts"
import type { ShownNote } from "./sink-tables.ts"
import type { SinkViolation } from "./sink-violation.ts"

/** What the sinks of one process are. */
export interface FedSinks {
  readonly sinks: NonNullable<ReplicaOptions["sinks"]>
  readonly migration: SinkMigration | undefined
}

/** What feeders share. */
export interface FeederSetting {
  readonly time: VirtualTime
  readonly dice: ProcessSetting["dice"]
  readonly trace: TraceHash
  readonly random: SeededRandom
  readonly engine: Engine
  readonly refused: Set<string>
  readonly wrapStore: (store: Store) => Store
  readonly sinksFor: (user: SinkUser) => FedSinks
  readonly onViolation: (violation: SinkViolation) => void
}

/** How long a process that died is away. */
const downMs = 120

/** One run of a feeder's program. */
class FeederLife implements SinkUser {
  readonly process: SimulatedProcess
  readonly #feeder: Feeder
  isOver = false

  constructor(feeder: Feeder, setting: Omit<ProcessSetting, "onCrash">) {
    this.#feeder = feeder
    this.process = new SimulatedProcess({ ...setting, onCrash: () => this.crash() })
  }

  get name(): string {
    return this.#feeder.name
  }

  get ledger(): HeadLedger {
    return this.#feeder.ledger
  }

  get refused(): ReadonlySet<string> {
    return this.#feeder.refused
  }

  get isAlive(): boolean {
    return this.process.isAlive
  }

  crash(): void {
    if (!this.process.isAlive) return
    this.process.isAlive = false
    this.#feeder.died(this)
  }
}

/** A store and the process that runs a replica on it, or does not at the moment. */
export class Feeder {
  readonly index: number
  readonly name: string
  readonly disk: SimulatedDisk = new SimulatedDisk()
  readonly ledger: HeadLedger = new HeadLedger()
  /** Documents that the mapping refused at some time, whoever wrote them. */
  readonly refused: Set<string>
  /** What documents were after changes made here, by digest in hex. */
  readonly states: Map<string, ShownNote> = new Map()
  migration: SinkMigration | undefined
  scheduler: RepairScheduler | undefined
  /** Whether something that the scheduler holds was approved. */
  hasApproved = false
  /** The repair under way. */
  job: RepairJob | undefined
  readonly #setting: FeederSetting
  readonly #witness: SimulatedWitness
  #life: FeederLife | undefined
  #replica: Replica | undefined
  #epoch: string | undefined

  constructor(setting: FeederSetting, index: number) {
    this.#setting = setting
    this.refused = setting.refused
    this.index = index
    this.name = `feeder ${index}`
    this.#witness = new SimulatedWitness(this.disk)
  }

  /** The replica, unless the process is dead or coming up. */
  get replica(): Replica | undefined {
    return this.#replica
  }

  /** Of its store; nothing before it was open. */
  get epoch(): string | undefined {
    return this.#epoch
  }

  /** The process, while there is one. */
  get user(): SinkUser | undefined {
    return this.#life
  }

  /** Starts the process; does nothing while there is one. */
  async open(): Promise<void> {
    if (this.#life !== undefined) return
    const life = this.#newLife()
    this.#life = life
    const { engine, wrapStore, sinksFor } = this.#setting
    try {
      const { sinks, migration } = sinksFor(life)
      const replica = await openReplica({
        engine,
        sinks,
        store: wrapStore(this.disk.store(this.name, life.process)),
        witness: this.#witness,
        ports: life.process.ports()
      })
      if (!life.isAlive) return
      this.migration = migration
      this.#replica = replica
      this.#epoch = replica.host.epoch
    } catch (error) {
      if (!life.isAlive) return
      if (!isSynclineError(error, "store-failed")) this.#threw("opening", error)
      life.crash()
    }
  }

  /** The process dies. It comes up again after a moment. */
  crash(): void {
    this.#life?.crash()
  }

  /** A process of this feeder died. */
  died(life: SinkUser): void {
    if (life !== this.#life) return
    const { trace, time } = this.#setting
    trace.add("crash", this.index, time.nowMs())
    this.disk.release()
    this.#gone()
    time.schedule(downMs, () => void this.open())
  }

  /** The process dies for good: the history is over. */
  halt(): void {
    if (this.#life !== undefined) this.#life.process.isAlive = false
  }

  /** The replica is closed in good order. The process goes on, and must ask nothing of a sink any more. */
  async close(): Promise<void> {
    const [life, replica] = [this.#life, this.#replica]
    if (life === undefined || replica === undefined) return
    this.#replica = undefined
    await replica.close()
    life.isOver = true
    if (life === this.#life) this.#gone()
  }

  #gone(): void {
    this.#life = undefined
    this.#replica = undefined
    this.migration = undefined
    this.scheduler = undefined
    this.hasApproved = false
    this.job = undefined
  }

  #newLife(): FeederLife {
    const { time, dice, random, trace, onViolation } = this.#setting
    return new FeederLife(this, {
      time,
      dice,
      random,
      clockMs: () => startMs + time.nowMs(),
      onAppended: (end, batch) => {
        this.ledger.add(batch)
        trace.add(`append ${toHex(end.hash)}`, this.index, end.position)
      },
      onRefused: cause =>
        onViolation(
          new Violation("store-refused", `the store of ${this.name} refused an append: ${String(cause)}`, {
            cause
          })
        )
    })
  }

  #threw(what: string, cause: unknown): void {
    this.#setting.onViolation(
      new Violation("threw", `${what} ${this.name} failed: ${String(cause)}`, { cause })
    )
  }
}
