import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import { abortedError, throwIfAborted } from "../projection/position-waiters.ts"

/** Documents a page: enough to make calls cheap, few enough to look twice at. */
const fullPage = 1000

/** Pages a second where there is a budget: short bursts, so that others who use the sink hardly notice them. */
const pagesPerSecond = 4

/** Keeps a verification within its budget of documents a second. */
export class Pace {
  readonly #ports: Ports
  readonly #perSecond: number
  readonly #signal: AbortSignal | undefined
  #sinceMs: number

  /**
   * Without `documentsPerSecond` nothing is ever waited for.
   *
   * @throws SynclineError `options-invalid` for a budget that is no number above 0.
   */
  constructor(ports: Ports, documentsPerSecond: number | undefined, signal: AbortSignal | undefined) {
    if (documentsPerSecond !== undefined && !(documentsPerSecond > 0))
      throw coreError("options-invalid", "documentsPerSecond of a verification is a number above 0")
    this.#ports = ports
    this.#perSecond = documentsPerSecond ?? Number.POSITIVE_INFINITY
    this.#signal = signal
    this.#sinceMs = ports.time.nowMs()
  }

  /** How many documents to look at between two calls of `spend`. */
  get pageSize(): number {
    return Math.max(1, Math.min(fullPage, Math.ceil(this.#perSecond / pagesPerSecond)))
  }

  /**
   * Waits until so many more documents may have been looked at.
   *
   * @throws SynclineError `aborted`; no timer is left then.
   */
  async spend(documents: number): Promise<void> {
    const dueMs = (1000 * documents) / this.#perSecond
    // A clock that is set back must not make it wait longer than without one.
    const leftMs = Math.min(dueMs, this.#sinceMs + dueMs - this.#ports.time.nowMs())
    if (leftMs > 0) await this.#pause(leftMs)
    this.#sinceMs = this.#ports.time.nowMs()
  }

  #pause(ms: number): Promise<void> {
    throwIfAborted(this.#signal)
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        cancel()
        reject(abortedError(this.#signal))
      }
      const cancel = this.#ports.timers.schedule(ms, () => {
        this.#signal?.removeEventListener("abort", onAbort)
        resolve()
      })
      this.#signal?.addEventListener("abort", onAbort, { once: true })
    })
  }
}
