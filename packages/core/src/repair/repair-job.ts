import type { JsonObject } from "../document/json.ts"
import type { RepairOutcome, RepairReport } from "./repair-report.ts"
import type { RepairPlan } from "./repair-plan.ts"

/** How a plan is executed. */
export interface ExecuteOptions {
  /** Operations under way at a time, from 1 on. Default 32. */
  readonly concurrency?: number
  /** One operation may take so long, from its beginning on; then it fails. Above 0; default 60,000, at most some 24 days. */
  readonly operationTimeoutMs?: number
  /**
   * Sinks that may fail: what goes wrong there is reported, and the repair is complete all the same. Any other sink that fails several times
   * in a row ends the repair.
   */
  readonly nonCritical?: readonly string[]
  /** Annotations for commits that adopt what a sink holds, such as `author`. As `ChangeOptions.meta`. */
  readonly meta?: JsonObject
  /** Ends the repair: what is being written is waited for, nothing more is begun. What is journaled can be resumed. */
  readonly signal?: AbortSignal
  /** After each operation. */
  readonly onProgress?: (progress: RepairProgress) => void
}

/** How far a repair is. */
export interface RepairProgress {
  /** Operations that have ended. */
  readonly done: number
  readonly total: number
  /** Records, by what became of them. */
  readonly counts: Readonly<Partial<Record<RepairOutcome, number>>>
}

/** Where an operation is. */
export type RepairStage =
  /** Documents, rows and patches are read and made. It can be cancelled. */
  | "preparing"
  /** It waits for its sinks, or is being written; in the latter case it cannot be cancelled any more. */
  | "writing"

/** One operation under way. */
export interface ActiveRepair {
  /** That of the planned operation. */
  readonly id: string
  readonly sinks: readonly string[]
  readonly stage: RepairStage
  /** By the replica's clock, Unix milliseconds. */
  readonly startedMs: number
}

/** A repair at work. */
export interface RepairJob {
  /** Names it in the journal. */
  readonly id: string
  readonly plan: RepairPlan
  /** What is under way now. */
  readonly active: readonly ActiveRepair[]
  readonly progress: RepairProgress
  /**
   * Cancels one operation, or without an id all that are not done. What is being written to a sink is finished and told; all else is
   * `cancelled`, and not taken up again. Says whether there was anything to cancel.
   */
  cancel(id?: string): boolean
  /**
   * What became of everything.
   *
   * @throws SynclineError `aborted` when the signal fired, and what the store says where the journal cannot be kept.
   */
  readonly done: Promise<RepairReport>
}
