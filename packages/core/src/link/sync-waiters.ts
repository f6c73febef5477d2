import { coreError } from "../errors/core-error.ts"

interface Waiter {
  /** Number of the request in the session at hand; 0 while there is none. */
  request: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Everybody who waits for both sides to be equal. A waiter outlives connections: it asks again on the next one. */
export class SyncWaiters {
  readonly #waiters = new Set<Waiter>()
  #requests = 0

  /** Whether anybody waits. */
  get isEmpty(): boolean {
    return this.#waiters.size === 0
  }

  /** A new connection: everybody who waits counts as its first request. Says whether there is one. */
  beginSession(): boolean {
    this.#requests = this.isEmpty ? 0 : 1
    for (const waiter of this.#waiters) waiter.request = this.#requests
    return !this.isEmpty
  }

  /** Adds a waiter. `ask` makes the request on the connection at hand, if there is one, and says whether it did. */
  add(ask: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () =>
        settle(() =>
          reject(
            coreError("aborted", "waiting for both sides to be equal was cancelled", {
              cause: signal?.reason
            })
          )
        )
      const waiter: Waiter = {
        request: 0,
        resolve: () => settle(resolve),
        reject: error => settle(() => reject(error))
      }
      const settle = (how: () => void) => {
        this.#waiters.delete(waiter)
        signal?.removeEventListener("abort", abort)
        how()
      }
      if (signal?.aborted === true) return abort()
      signal?.addEventListener("abort", abort)
      this.#waiters.add(waiter)
      // Numbered before asking: the answer can come at once.
      waiter.request = this.#requests + 1
      if (ask()) this.#requests++
      else waiter.request = 0
    })
  }

  /** Both sides were equal, as of this request and all before. */
  answer(requests: number): void {
    for (const waiter of this.#waiters) if (waiter.request > 0 && waiter.request <= requests) waiter.resolve()
  }

  /** The connection ended: its requests will not be answered. */
  endSession(): void {
    for (const waiter of this.#waiters) waiter.request = 0
  }

  /** The link ended. */
  fail(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error)
  }
}
