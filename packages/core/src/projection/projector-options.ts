import type { BackoffLimits } from "./backoff-delay.ts"
import type { BatchLimits } from "./projection-step.ts"

/** When changes go to a sink and what a caller of `projected` gets. */
export type ProjectionStrategy =
  /** At once; `projected` is rejected with `projection-pending` after the deadline. Commits stay as they are. */
  | { readonly kind: "write-through"; readonly deadlineMs?: number }
  /** A moment later, so that bursts go in one batch; `projected` waits as long as it takes. */
  | { readonly kind: "write-behind"; readonly lingerMs?: number }

/** What `openProjector` takes. */
export interface ProjectorOptions {
  /** Secret of the store, 32 bytes, the same at every opening: another key makes every stored seal wrong. */
  readonly sealKey: Uint8Array
  /** Default: write-behind. */
  readonly strategy?: ProjectionStrategy
  readonly batch?: Partial<BatchLimits>
  readonly backoff?: Partial<BackoffLimits>
  /** Hears of the first of several failures in a row, and with nothing when a batch went in again. */
  readonly onFailing?: (error: Error | undefined) => void
}

/** Options with everything filled in. */
export interface ProjectorSettings {
  readonly sealKey: Uint8Array
  readonly strategy: ProjectionStrategy
  readonly lingerMs: number
  readonly deadlineMs: number | undefined
  readonly batch: BatchLimits
  readonly backoff: BackoffLimits
  readonly onFailing: (error: Error | undefined) => void
}

// Long enough to gather the keystrokes of a burst, short enough that nobody sees the delay.
const defaultLingerMs = 20
// A form that waits longer than this for its database has failed its user.
const defaultDeadlineMs = 2000
// A batch is one transaction: large enough to spread its cost, small enough to hold in memory beside the application.
const defaultBatch: BatchLimits = { documents: 500, bytes: 4 * 1024 * 1024 }
const defaultBackoff: BackoffLimits = { firstMs: 100, maxMs: 30_000 }

/** Fills in what was left out. */
export function projectorSettings({
  sealKey,
  strategy,
  batch,
  backoff,
  onFailing
}: ProjectorOptions): ProjectorSettings {
  const chosen = strategy ?? { kind: "write-behind" }
  const through = chosen.kind === "write-through"
  return {
    sealKey,
    strategy: chosen,
    lingerMs: through ? 0 : (chosen.lingerMs ?? defaultLingerMs),
    deadlineMs: through ? (chosen.deadlineMs ?? defaultDeadlineMs) : undefined,
    batch: { ...defaultBatch, ...batch },
    backoff: { ...defaultBackoff, ...backoff },
    onFailing: onFailing ?? (() => {})
  }
}
