import type { FindingClass } from "../consistency/finding.ts"
import type { AdoptionRefusal } from "./adoption.ts"
import type { RepairPlan, RepairTarget } from "./repair-plan.ts"

/** What became of one finding. */
export type RepairOutcome =
  /** Dry run: would be mended. */
  | "planned"
  /** Written, read back, and right. */
  | "mended"
  /** What the sink held became a commit of the document; the record was written from that, read back, and is right. */
  | "adopted"
  /** Changed since it was verified, and right now. */
  | "already-right"
  /** Waits for a decision, with both values. */
  | "queued"
  /** Not right; `reason` says why. */
  | "failed"
  /** Not touched: too much would be removed. */
  | "refused"
  /** Not touched: it was cancelled, or the repair ended before. */
  | "cancelled"

/** One finding and what was done about it. */
export interface RepairOperation {
  readonly sink: string
  readonly id: string
  readonly class: FindingClass
  readonly action: "write" | "remove"
  readonly outcome: RepairOutcome
  readonly reason?: string
  /** Where content of a sink was to be adopted and could not be: why. */
  readonly refusal?: AdoptionRefusal
}

/** Outcome of a repair. */
export interface RepairReport {
  readonly dryRun: boolean
  readonly operations: readonly RepairOperation[]
  readonly counts: Readonly<Record<RepairOutcome, number>>
  readonly durationMs: number
  /** Everything found is right now (or would be, in a dry run), but for what sinks that are not critical did not take. */
  readonly complete: boolean
  /** Why the repair ended before everything was tried: a critical sink was given up. */
  readonly stopped?: string
}

/** What a report is summed up from. */
export interface RepairSum {
  readonly operations: readonly RepairOperation[]
  readonly dryRun: boolean
  readonly durationMs: number
  /** Whether the plan had everything. */
  readonly planned: boolean
  /** Sinks whose failures leave a repair complete. */
  readonly nonCritical?: readonly string[]
  readonly stopped?: string
}

const rightOutcomes: readonly RepairOutcome[] = ["planned", "mended", "adopted", "already-right"]

/** Sums operations up. */
export function toRepairReport(sum: RepairSum): RepairReport {
  const { operations, dryRun, durationMs, planned, nonCritical = [], stopped } = sum
  const counts: Record<RepairOutcome, number> = {
    planned: 0,
    mended: 0,
    adopted: 0,
    "already-right": 0,
    queued: 0,
    failed: 0,
    refused: 0,
    cancelled: 0
  }
  let complete = planned && stopped === undefined
  for (const { outcome, sink } of operations) {
    counts[outcome]++
    complete &&= rightOutcomes.includes(outcome) || nonCritical.includes(sink)
  }
  return { dryRun, operations, counts, durationMs, complete, ...(stopped === undefined ? {} : { stopped }) }
}

/** A record and what became of it. */
export function toOutcome(
  id: string,
  { sink, class: found, action }: RepairTarget,
  outcome: RepairOutcome,
  reason?: string
): RepairOperation {
  return { sink, id, class: found, action, outcome, ...(reason === undefined ? {} : { reason }) }
}

/** What a plan leaves alone, as outcomes. */
export function refusalsOf({ refused }: RepairPlan): readonly RepairOperation[] {
  return refused.map(({ id, target, reason }) => toOutcome(id, target, "refused", reason))
}
