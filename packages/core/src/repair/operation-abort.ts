import type { TimerPort } from "../ports/ports.ts"
import { maxTimerMs } from "./check-execution.ts"

/** Why an operation is not gone on with. */
export type AbortCause = "cancelled" | "late"

/**
 * Ends one operation: because somebody cancels it, or because its time is over. Once its write is on the way to a sink, only the
 * latter counts: what is written must be told.
 */
export class OperationAbort {
  readonly #abort = new AbortController()
  readonly #stopTimer: () => void
  #isWriting = false
  #cause: AbortCause | undefined

  constructor(timers: TimerPort, timeoutMs: number) {
    this.#stopTimer = timers.schedule(Math.min(timeoutMs, maxTimerMs), () => this.#end("late"))
  }

  /** Fires when the operation is not to be gone on with. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get cause(): AbortCause | undefined {
    return this.#cause
  }

  /** From now on it cannot be cancelled. */
  beginWriting(): void {
    this.#isWriting = true
  }

  get isWriting(): boolean {
    return this.#isWriting
  }

  /** Says whether that ends it. */
  cancel(): boolean {
    if (this.#isWriting) return false
    this.#end("cancelled")
    return this.#cause === "cancelled"
  }

  /** It has ended by itself. */
  settle(): void {
    this.#stopTimer()
  }

  #end(cause: AbortCause): void {
    if (this.#cause !== undefined) return
    this.#cause = cause
    this.#stopTimer()
    this.#abort.abort()
  }
}
