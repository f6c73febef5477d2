import type { VerifyOptions } from "../consistency/verify-options.ts"
import type { VerifyReport } from "../consistency/verify-report.ts"
import type { BackoffLimits } from "../projection/backoff-delay.ts"
import type { PlanOptions } from "./plan-repair.ts"
import type { QuietHours } from "./quiet-hours.ts"
import type { QueuedRepair } from "./queue-entry.ts"
import type { ExecuteOptions, RepairJob } from "./repair-job.ts"
import type { RepairReport } from "./repair-report.ts"

/** What a scheduler reports. */
export type SchedulerEvent =
  /** A verification is over. */
  | { readonly type: "verified"; readonly report: VerifyReport }
  /** Something waits to be repaired, or to be approved: all of it (`state` is `held`), or what must not be removed without (`refused`). */
  | { readonly type: "queued"; readonly entry: QueuedRepair }
  /** A repair is over; it is tried again where it is not complete. */
  | { readonly type: "repaired"; readonly entry: QueuedRepair; readonly report: RepairReport }
  /** A verification or a repair could not be made; it is tried again. */
  | { readonly type: "failed"; readonly error: Error }

/** How to repair without being asked. */
export interface SchedulerOptions extends PlanOptions, Omit<ExecuteOptions, "signal" | "onProgress"> {
  /** Between two verifications. Default 15 minutes; `Infinity`: only when asked for. The first is made at once. */
  readonly everyMs?: number
  /** What is verified. Default: everything. */
  readonly verify?: Omit<VerifyOptions, "signal" | "onProgress" | "resume">
  /**
   * A sink of whose documents and records no more than this share is wrong is left alone. Default 0: anything is repaired. Of all there are in the collections
   * that are verified, whatever the mode; where it chooses documents, a share below a thousandth passes for one.
   */
  readonly repairAbove?: number
  /** Where more than this share of a sink is wrong, it waits for `approve`: something else is the matter. Default 0.2. */
  readonly holdAbove?: number
  /** Higher is repaired first. Default 0 for all. */
  readonly priorities?: Readonly<Record<string, number>>
  readonly quietHours?: readonly QuietHours[]
  /** From this priority on, quiet hours do not count. Default: they always do. */
  readonly urgentFrom?: number
  /** Before what failed is tried again. Default: from one minute, growing, to an hour. */
  readonly backoff?: BackoffLimits
  readonly onEvent?: (event: SchedulerEvent) => void
}

/** Verifies and repairs by itself, until it or the replica is closed. */
export interface RepairScheduler {
  /** What waits, in the order in which it is repaired. In memory: after a restart the first verification finds it again. */
  readonly queue: readonly QueuedRepair[]
  /**
   * The repair under way, if there is one, also one that was killed and is gone on with: its operations can be listed, and cancelled one by one. What was
   * cancelled is left out as what was dropped; the rest is done.
   */
  readonly job: RepairJob | undefined
  /** Gives an entry another priority; says whether there is one. It keeps it while it is in the queue. */
  reprioritise(collection: string, priority: number): boolean
  /**
   * Takes an entry out; what is in it is not repaired until it is found otherwise. Says whether there was one that is not under way. Not kept
   * over restarts.
   */
  drop(collection: string): boolean
  /** Has an entry repaired in its turn that is held, or has something refused: with all that. Says whether there was something to approve. */
  approve(collection: string): boolean
  /** Verifies now, or once what is under way is done; fulfilled when what it found is in the queue. */
  verifyNow(): Promise<void>
  /** Ends it; what is under way is cut short, and resumed by the next scheduler of this store. Fulfilled when it has ended. */
  close(): Promise<void>
}
