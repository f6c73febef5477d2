import type { Ports } from "../../ports/ports.ts"
import { silentLogger } from "../../ports/system-ports.ts"
import type { LogEnd, StoreBatch } from "../../store/store.ts"
import { SeededRandom } from "../seeded-random.ts"
import type { VirtualTime } from "../virtual-time.ts"
import type { Dice } from "./fault-dice.ts"
import type { StoreFault } from "./fault-kinds.ts"
import type { DiskUser } from "./simulated-disk.ts"

/** What a process lives in. */
export interface ProcessSetting {
  readonly time: VirtualTime
  readonly dice: Dice<StoreFault>
  /** Of identities: every process draws from a source of its own. */
  readonly random: SeededRandom
  /** What its clock shows: milliseconds since 1970. */
  readonly clockMs: () => number
  /** It is to die, of an operation of its own. */
  readonly onCrash: () => void
  readonly onAppended: (end: LogEnd, batch: StoreBatch) => void
  /** An append was refused though nothing was wrong with the disk. */
  readonly onRefused: (error: unknown) => void
}

/** What a clock that is right shows when a history begins: milliseconds since 1970. */
export const startMs: number = Date.UTC(2026, 0)

/** One process: dead, nothing it still does has any effect. */
export class SimulatedProcess implements DiskUser {
  isAlive = true
  readonly #setting: ProcessSetting

  constructor(setting: ProcessSetting) {
    this.#setting = setting
  }

  get dice(): Dice<StoreFault> {
    return this.#setting.dice
  }

  /** What a replica of this process is opened with. */
  ports(): Ports {
    const { time, random, clockMs } = this.#setting
    const whileAlive = (task: () => void) => () => {
      if (this.isAlive) task()
    }
    return {
      time: { nowMs: clockMs },
      timers: {
        schedule: (delayMs, task) => time.schedule(delayMs, whileAlive(task)),
        microtask: task => time.microtask(whileAlive(task))
      },
      random: new SeededRandom(random.integer(2 ** 32)),
      logger: silentLogger
    }
  }

  crash(): void {
    if (this.isAlive) this.#setting.onCrash()
  }

  wait(ms: number): Promise<void> {
    return new Promise(resolve => this.#setting.time.schedule(ms, resolve))
  }

  appended(end: LogEnd, batch: StoreBatch): void {
    this.#setting.onAppended(end, batch)
  }

  refused(error: unknown): void {
    this.#setting.onRefused(error)
  }
}
