import { isSynclineError, type ActorId } from "@syncline/clock"
import type { DocumentId } from "../../document/document-id.ts"
import type { Connection } from "../../link/transport.ts"
import type { Link } from "../../link/link.ts"
import { openReplica, type ReplicaOptions } from "../../replica/open-replica.ts"
import type { Replica } from "../../replica/replica.ts"
import type { ReplicaEvent } from "../../replica/replica-events.ts"
import type { Store } from "../../store/store.ts"
import type { SeededRandom } from "../seeded-random.ts"
import type { VirtualTime } from "../virtual-time.ts"
import type { FaultDice } from "./fault-dice.ts"
import { type DiskUser, SimulatedDisk } from "./simulated-disk.ts"
import type { SimulatedNetwork } from "./simulated-network.ts"
import { SimulatedProcess, startMs } from "./simulated-process.ts"
import { SimulatedWitness } from "./simulated-witness.ts"
import type { TraceHash } from "./trace-hash.ts"
import { Violation } from "./violation.ts"

/** What machines share. */
export interface MachineSetting {
  readonly time: VirtualTime
  readonly dice: FaultDice
  readonly trace: TraceHash
  readonly network: SimulatedNetwork
  /** Of identities: every process draws from a source of its own. */
  readonly random: SeededRandom
  readonly replica: Pick<ReplicaOptions, "engine" | "collections" | "retainCommits">
  /** Puts something between a replica and its disk. */
  readonly wrapStore: (store: Store) => Store
  /** A replica is open, and nobody is linked to it yet. */
  readonly onOpen: (machine: Machine, replica: Replica) => Promise<void>
  readonly onEvent: (machine: Machine, event: ReplicaEvent) => void
  readonly onViolation: (violation: Violation) => void
}

/** How long a process that died is away. */
const downMs = 150

/** A computer with a disk, a clock and a process that runs a replica, or does not at the moment. */
export class Machine {
  readonly index: number
  readonly name: string
  /** How wrong its clock is. */
  skewMs = 0
  /** Called when the process reads the clock. */
  onClockRead: () => void = () => {}
  readonly disk: SimulatedDisk
  readonly witness: SimulatedWitness
  /** Every name it ever wrote under. */
  readonly actors: Set<ActorId>
  /** Documents of which it said that something cannot be written, and not yet that it can. */
  readonly blocked: Set<DocumentId> = new Set()
  /** Its links, by line, that it dialed. */
  readonly links: Map<string, Link> = new Map()
  #life: SimulatedProcess | undefined
  #replica: Replica | undefined
  readonly #setting: MachineSetting

  constructor(setting: MachineSetting, index: number, source?: Machine) {
    this.#setting = setting
    this.index = index
    this.name = `machine ${index}`
    this.disk = source?.disk.copy() ?? new SimulatedDisk()
    this.witness = new SimulatedWitness(this.disk)
    this.actors = new Set(source?.actors)
  }

  /** The replica, unless the process is dead or coming up. */
  get replica(): Replica | undefined {
    return this.#replica
  }

  /** The process, while there is one. */
  get life(): DiskUser | undefined {
    return this.#life
  }

  /** Starts the process; does nothing while there is one. */
  async open(): Promise<void> {
    if (this.#life !== undefined) return
    const life = this.#newProcess()
    this.#life = life
    try {
      const replica = await openReplica({
        ...this.#setting.replica,
        store: this.#setting.wrapStore(this.disk.store(this.name, life)),
        witness: this.witness,
        ports: life.ports(),
        onEvent: event => {
          if (!life.isAlive) return
          if (event.type === "blocked") this.blocked.add(event.document)
          if (event.type === "unblocked") this.blocked.delete(event.document)
          this.#setting.onEvent(this, event)
        }
      })
      if (life.isAlive) await this.#setting.onOpen(this, replica)
      if (life.isAlive) this.#replica = replica
    } catch (error) {
      if (!life.isAlive) return
      if (!isSynclineError(error, "store-failed"))
        this.#setting.onViolation(
          new Violation("threw", `opening ${this.name} failed: ${String(error)}`, { cause: error })
        )
      this.crash(true)
    }
  }

  /** The process dies. Peers hear of it, or only of the silence. It comes up again after a moment. */
  crash(isTold: boolean): void {
    const life = this.#life
    if (life === undefined) return
    this.#setting.trace.add("crash", this.index, this.#setting.time.nowMs())
    life.isAlive = false
    this.#setting.network.kill(life, isTold)
    this.disk.release()
    this.#gone()
    this.#setting.time.schedule(downMs, () => void this.open())
  }

  /** The process dies for good: the history is over. */
  halt(): void {
    if (this.#life !== undefined) this.#life.isAlive = false
  }

  /** The process ends in good order. */
  async close(): Promise<void> {
    const [life, replica] = [this.#life, this.#replica]
    if (life === undefined || replica === undefined) return
    this.#replica = undefined
    await replica.close()
    if (!life.isAlive) return
    life.isAlive = false
    this.#setting.network.kill(life, true)
    this.#gone()
  }

  /** What its clock shows: milliseconds since 1970. */
  get clockMs(): number {
    return startMs + this.#setting.time.nowMs() + this.skewMs
  }

  /** Takes a connection that another machine made, unless the process is dead or coming up. */
  accept(connection: Connection, options: Parameters<Replica["accept"]>[1]): Link | undefined {
    return this.#replica?.accept(connection, options)
  }

  #newProcess(): SimulatedProcess {
    const { time, dice, random, trace, onViolation } = this.#setting
    return new SimulatedProcess({
      time,
      dice,
      random,
      clockMs: () => {
        this.onClockRead()
        return this.clockMs
      },
      onCrash: () => this.crash(true),
      onAppended: ({ hash, position }) => trace.addBytes("append", hash, this.index, position),
      onRefused: cause =>
        onViolation(
          new Violation("store-refused", `the store of ${this.name} refused an append: ${String(cause)}`, {
            cause
          })
        )
    })
  }

  #gone(): void {
    this.#life = undefined
    this.#replica = undefined
    this.blocked.clear()
    this.links.clear()
  }
}
