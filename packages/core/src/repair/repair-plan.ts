import type { FindingClass } from "../consistency/finding.ts"
import type { SourceOfTruth } from "./source-of-truth.ts"

/** What something costs at most. */
export interface RepairCost {
  /** Documents to be loaded and projected. */
  readonly documents: number
  /** Records to be written or removed, each of them read back. */
  readonly records: number
}

/** One record to be mended. */
export interface RepairTarget {
  readonly sink: string
  readonly class: FindingClass
  /** `remove`: no document explains the record. */
  readonly action: "write" | "remove"
  /** What verification read there: the record is written only while it still is that. Absent: nothing was there. */
  readonly token?: string
}

/** What is to be done about one document, in all sinks where it was found wrong. */
export interface PlannedOperation {
  /** The document's id, as found: what lies in a sink may be under something that is none. Unique in a plan. */
  readonly id: string
  readonly source: SourceOfTruth
  readonly targets: readonly RepairTarget[]
  /** For people. */
  readonly reason: string
  readonly cost: RepairCost
}

/** One record that the plan leaves alone. */
export interface RefusedTarget {
  readonly id: string
  readonly target: RepairTarget
  readonly reason: string
}

/** What a repair would do. Plain data: `JSON.stringify` loses nothing of it, and `planFromJson` takes it back. */
export interface RepairPlan {
  readonly format: 1
  /** In the order in which they are begun. */
  readonly operations: readonly PlannedOperation[]
  readonly refused: readonly RefusedTarget[]
  readonly cost: RepairCost
  /** Every finding of the report is here: none was only counted, and every sink could be read. */
  readonly complete: boolean
}
