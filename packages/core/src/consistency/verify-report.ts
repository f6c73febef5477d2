import type { Coverage } from "./coverage.ts"
import type { Finding, RecordClass } from "./finding.ts"
import type { VerifyMode } from "./verify-mode.ts"

/** What verification found in one sink. */
export interface SinkReport {
  readonly sink: string
  /** What was looked at; `meaningOf` puts it into words. Absent where the sink could not be verified. */
  readonly coverage?: Coverage
  /** How many of each class: every document and record that was looked at wholly is in exactly one. */
  readonly counts: Readonly<Record<RecordClass, number>>
  /** Documents whose newest state the sink was not due to have yet; `VerifyOptions.onPending` names them. In no class. */
  readonly pending: number
  /**
   * Of the pending ones, those that had changed before the sink's verification began, or may have, and those that were due at one look, changed before the next, and
   * were not found right all the same: it is paused, down, did not catch up in the time it was given, or lacks them. Nobody knows whether it is right about them. Absent: none.
   */
  readonly unconfirmed?: number
  /** Documents the mapping refuses; the sink cannot have their newest state. In no class. */
  readonly parked: number
  /** By id; at most `maxFindings` of them. */
  readonly findings: readonly Finding[]
  /** There are more findings than are listed; repair, and verify again. */
  readonly truncated: boolean
  /** Why this sink could not be verified; its figures then say nothing. */
  readonly error?: Error
  /** With `error`, where a walk had begun: goes on with this sink from there. As `VerifyProgress.resume`. */
  readonly resume?: string
}

/** Outcome of a verification. */
export interface VerifyReport {
  readonly mode: VerifyMode
  /** Whether contents were checked too, not only what the bookkeeping says of them. */
  readonly contents: boolean
  readonly sinks: readonly SinkReport[]
  readonly durationMs: number
  /** Every sink was read; of what was looked at nothing differs, nothing is parked or unconfirmed. `coverage` says how much that is. */
  readonly clean: boolean
}

/** How many differences a sink has. */
export function findingCount({ counts }: Pick<SinkReport, "counts">): number {
  const { consistent: _consistent, ...findings } = counts
  return Object.values(findings).reduce((sum, count) => sum + count, 0)
}

/** Whether a sink is right in every respect, but for what changed while it was verified. */
export function isClean(report: SinkReport): boolean {
  const { error, parked, unconfirmed = 0 } = report
  return error === undefined && parked === 0 && unconfirmed === 0 && findingCount(report) === 0
}
