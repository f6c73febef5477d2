import type { FindingClass } from "./finding.ts"

/** What became of one finding. */
export type RepairOutcome =
  /** Dry run: would be mended. */
  | "planned"
  /** Written, read back, and right. */
  | "mended"
  /** Changed since it was verified, and right now. */
  | "already-right"
  /** Not right; `reason` says why. */
  | "failed"
  /** Not touched: too much would be removed. */
  | "refused"

/** One finding and what was done about it. */
export interface RepairOperation {
  readonly sink: string
  readonly id: string
  readonly class: FindingClass
  readonly action: "write" | "remove"
  readonly outcome: RepairOutcome
  readonly reason?: string
}

/** Outcome of a repair. */
export interface RepairReport {
  readonly dryRun: boolean
  readonly operations: readonly RepairOperation[]
  readonly counts: Readonly<Record<RepairOutcome, number>>
  readonly durationMs: number
  /** Everything found is right now (or would be, in a dry run). */
  readonly complete: boolean
}

/** Sums operations up. */
export function toRepairReport(
  operations: readonly RepairOperation[],
  dryRun: boolean,
  durationMs: number,
  allListed: boolean
): RepairReport {
  const counts: Record<RepairOutcome, number> = {
    planned: 0,
    mended: 0,
    "already-right": 0,
    failed: 0,
    refused: 0
  }
  for (const { outcome } of operations) counts[outcome]++
  return {
    dryRun,
    operations,
    counts,
    durationMs,
    complete: allListed && counts.failed === 0 && counts.refused === 0
  }
}
