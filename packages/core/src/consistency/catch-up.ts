import type { TimerPort } from "../ports/ports.ts"
import { withinTime } from "../ports/within-time.ts"
import { abortedError, throwIfAborted } from "../projection/position-waiters.ts"
import type { VerifyTarget } from "./verify-target.ts"

/** Waits for a sink to have what is durable: each time no longer than it is given, and in vain only once. */
export class CatchUp {
  readonly #target: VerifyTarget
  readonly #timers: TimerPort
  readonly #maxMs: number
  readonly #signal: AbortSignal | undefined
  /** The last time was in vain. */
  #isLate = false

  constructor(target: VerifyTarget, timers: TimerPort, maxMs: number, signal: AbortSignal | undefined) {
    this.#target = target
    this.#timers = timers
    this.#maxMs = maxMs
    this.#signal = signal
  }

  /**
   * Before the first look. A sink that does not catch up in time is verified as it is: what it is not due to have is told apart later.
   *
   * @throws SynclineError `aborted`, and what waiting is rejected with.
   */
  async first(): Promise<void> {
    throwIfAborted(this.#signal)
    // Not running: there is nothing to wait for.
    if (["paused", "failed", "closed"].includes(this.#target.status.state)) return
    await this.#wait()
  }

  /**
   * Before another look. `false`: nothing runs, or too slowly, and another look would show the same.
   *
   * @throws SynclineError `aborted`, and what waiting is rejected with.
   */
  async again(): Promise<boolean> {
    const { state } = this.#target.status
    if (!["idle", "lingering", "working"].includes(state)) return false
    // Idle, it has caught up since.
    if (this.#isLate && state !== "idle") return false
    await this.#wait()
    return true
  }

  async #wait(): Promise<void> {
    this.#isLate = false
    await withinTime(signal => this.#target.drain(signal), {
      timers: this.#timers,
      timeoutMs: this.#maxMs,
      late: () => {
        this.#isLate = true
      },
      unless: { signal: this.#signal, error: () => abortedError(this.#signal) }
    })
  }
}
