import type { MigrationPhase } from "./migration-state.ts"
import type { MigrationProgress } from "./progress-meter.ts"

/** How a migration is doing. */
export interface MigrationStatus {
  readonly name: string
  readonly phase: MigrationPhase
  /** The sink that is replaced; absent where one is added. */
  readonly from?: string
  readonly to: string
  /** The sink that serves: searches go there, and who reads tables by hand reads its. Absent: an added one that does not yet. */
  readonly serving?: string
  readonly progress: MigrationProgress
  /** Why it stopped, in phase `failed`. */
  readonly failure?: string
  /** What the last attempt failed with, while it is tried again. */
  readonly lastError?: Error
  /** Its replica was closed: all of this is as it was then, and what is not over goes on at the next opening. */
  readonly closed?: true
}
