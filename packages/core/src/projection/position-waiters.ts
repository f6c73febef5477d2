import { coreError } from "../errors/core-error.ts"

interface Waiter {
  readonly position: number
  readonly settle: (error?: Error) => void
}

/** Promises for positions a sink has yet to reach. */
export class PositionWaiters {
  readonly #waiting = new Set<Waiter>()

  /** Whether anybody waits. */
  get hasAny(): boolean {
    return this.#waiting.size > 0
  }

  /**
   * Fulfilled once `reach` was called with this position or a later one.
   *
   * @throws SynclineError `aborted`, or what `rejectAll` was given.
   */
  wait(position: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => waiter.settle(abortedError(signal))
      const waiter: Waiter = {
        position,
        settle: error => {
          this.#waiting.delete(waiter)
          signal?.removeEventListener("abort", abort)
          if (error === undefined) resolve()
          else reject(error)
        }
      }
      this.#waiting.add(waiter)
      signal?.addEventListener("abort", abort)
      if (signal?.aborted === true) abort()
    })
  }

  /** Fulfils what waited for this position or an earlier one. Cost: those waiting. */
  reach(position: number): void {
    for (const waiter of [...this.#waiting]) if (waiter.position <= position) waiter.settle()
  }

  /** Rejects everything that still waits. */
  rejectAll(error: Error): void {
    for (const waiter of [...this.#waiting]) waiter.settle(error)
  }
}

/** The error of an operation its caller cancelled. */
export function abortedError(signal: AbortSignal | undefined): Error {
  return coreError("aborted", "the operation was cancelled by its signal", { cause: signal?.reason })
}

/**
 * Stops an operation whose caller has cancelled it.
 *
 * @throws SynclineError `aborted`.
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(signal)
}
