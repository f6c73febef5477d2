/** What a child process is to do, in which files. */
export interface MigrationOrder {
  readonly stage: "fill" | "migrate" | "raw" | "by hand"
  readonly folder: string
  readonly documents: number
  /** Each has files and a migration of its own. */
  readonly round: number
}

/** What it measured. */
export interface MigrationFigures {
  /** From opening the replica until everything was in; of other rows, from the first transaction to the last. */
  readonly filledMs: number
  /** What the processors spent on that, all threads together: steadier than the clock on a machine that others use. */
  readonly filledCpuMs: number
  /** Until the new sink was verified and served. */
  readonly doneMs: number
  /** The most that was ever resident, above what was before. */
  readonly peakBytes: number
  /** What a full collection leaves once all is done, above what one left before. */
  readonly heldBytes: number
}
