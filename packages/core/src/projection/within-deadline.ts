import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"
import { withinTime } from "../ports/within-time.ts"
import { abortedError } from "./position-waiters.ts"

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
export function withinDeadline(
  { sink, position, deadlineMs, timers, signal, lastError }: Deadline,
  wait: (signal: AbortSignal) => Promise<void>
): Promise<void> {
  const late = (): never => {
    throw coreError(
      "projection-pending",
      `sink ${sink} did not confirm within ${deadlineMs} ms; the commit is durable and will be projected`,
      { details: { sink, position }, cause: lastError() }
    )
  }
  const unless = { signal, error: () => abortedError(signal) }
  return withinTime(wait, { timers, timeoutMs: deadlineMs, late, unless })
}
