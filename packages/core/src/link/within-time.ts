import type { TimerPort } from "../ports/ports.ts"

/** How long somebody waits, and what it says when that was too long, or `signal` fired. */
export interface Patience {
  readonly timers: TimerPort
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly late: () => Error
  readonly aborted: () => Error
}

/** Settles as the promise does, but no later than that, whatever becomes of the promise. Leaves no timer behind. */
export function withinTime<T>(promise: Promise<T>, patience: Patience): Promise<T> {
  const { timers, timeoutMs, signal, late, aborted } = patience
  return new Promise((resolve, reject) => {
    const over = (settle: () => void): void => {
      cancel()
      signal.removeEventListener("abort", abort)
      settle()
    }
    const abort = (): void => over(() => reject(aborted()))
    const cancel = timers.schedule(timeoutMs, () => over(() => reject(late())))
    signal.addEventListener("abort", abort)
    promise.then(
      value => over(() => resolve(value)),
      (error: unknown) => over(() => reject(error instanceof Error ? error : new Error(String(error))))
    )
    if (signal.aborted) abort()
  })
}
