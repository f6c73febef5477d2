import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"

/** Who is waited for, and for what. */
export interface Deadline {
  readonly sink: string
  readonly position: number
  readonly deadlineMs: number
  readonly timers: TimerPort
  readonly signal: AbortSignal | undefined
  /** The failure that keeps the sink, if one does. */
  readonly lastError: () => Error | undefined
}

/**
 * Waits for a sink, until the deadline of its strategy.
 *
 * @throws SynclineError `projection-pending`, and what the waiting is rejected with.
 */
export async function withinDeadline(
  { sink, position, deadlineMs, timers, signal, lastError }: Deadline,
  wait: (signal: AbortSignal) => Promise<void>
): Promise<void> {
  const abort = new AbortController()
  const late = timers.schedule(deadlineMs, () => abort.abort())
  try {
    await wait(signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]))
  } catch (error) {
    if (signal?.aborted === true || !isSynclineError(error, "aborted")) throw error
    throw coreError(
      "projection-pending",
      `sink ${sink} did not confirm within ${deadlineMs} ms; the commit is durable and will be projected`,
      { details: { sink, position }, cause: lastError() }
    )
  } finally {
    late()
  }
}
