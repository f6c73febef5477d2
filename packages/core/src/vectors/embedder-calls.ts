import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import { backoffDelayMs } from "../projection/backoff-delay.ts"
import { checkVectors } from "./check-vectors.ts"
import type { Embedder } from "./embedder.ts"
import type { EmbeddingLimits } from "./embedding-limits.ts"

const minuteMs = 60_000

/** However long a service wants to be left alone. */
const longestRestMs = 86_400_000

/** Single calls of an embedder: not more a minute than allowed, given up when they hang, their answers checked. */
export class EmbedderCalls {
  readonly #embedder: Embedder
  readonly #limits: EmbeddingLimits
  readonly #ports: Ports
  readonly #closing = new AbortController()
  /** When the last calls began, as many as may begin in a minute. */
  #begun: number[] = []
  #notBeforeMs = -Infinity
  #lastMs = -Infinity

  constructor(embedder: Embedder, limits: EmbeddingLimits, ports: Ports) {
    this.#embedder = embedder
    this.#limits = limits
    this.#ports = ports
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Ends every call and every wait. */
  close(): void {
    this.#closing.abort()
  }

  /**
   * Vectors for these texts, trying so many times.
   *
   * @throws what the embedder threw last, `embedding-invalid`, or `aborted` once closed.
   */
  async embed(texts: readonly string[], attempts: number): Promise<readonly Float32Array[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(texts)
      } catch (error) {
        this.#mustRun()
        this.#heed(error)
        if (attempt >= attempts) throw error
        await this.#sleep(backoffDelayMs(attempt, this.#limits.backoff, this.#ports.random))
      }
    }
  }

  async #once(texts: readonly string[]): Promise<readonly Float32Array[]> {
    for (let delayMs = this.#delayMs(); delayMs > 0; delayMs = this.#delayMs()) await this.#sleep(delayMs)
    this.#mustRun()
    this.#count()
    return checkVectors(await this.#inTime(texts), texts.length, this.#embedder)
  }

  /** The embedder may not heed its signal: it is not waited for. And it may take what it is given apart. */
  async #inTime(texts: readonly string[]): Promise<unknown> {
    const { timeoutMs } = this.#limits
    const giveUp = new AbortController()
    const gaveUp = Promise.withResolvers<never>()
    const cancel = this.#ports.timers.schedule(timeoutMs, () => {
      giveUp.abort()
      gaveUp.reject(
        coreError("embedding-failed", `embedder ${this.#embedder.id} gave no answer in ${timeoutMs} ms`)
      )
    })
    const onClose = (): void => {
      giveUp.abort()
      gaveUp.reject(closedError())
    }
    this.#closing.signal.addEventListener("abort", onClose, { once: true })
    try {
      const answer = Promise.resolve(this.#embedder.embed([...texts], { signal: giveUp.signal }))
      return await Promise.race([answer, gaveUp.promise])
    } finally {
      cancel()
      this.#closing.signal.removeEventListener("abort", onClose)
    }
  }

  #count(): void {
    const { callsPerMinute } = this.#limits
    if (callsPerMinute === Infinity) return
    this.#begun.push(this.#nowMs())
    if (this.#begun.length > callsPerMinute) this.#begun.shift()
  }

  /** Where the clock was set back, so is all that was measured by it: it must not stop everything. */
  #nowMs(): number {
    const nowMs = this.#ports.time.nowMs()
    const backMs = this.#lastMs - nowMs
    if (backMs > 0) {
      this.#begun = this.#begun.map(beganMs => beganMs - backMs)
      this.#notBeforeMs -= backMs
    }
    this.#lastMs = nowMs
    return nowMs
  }

  #delayMs(): number {
    const { callsPerMinute } = this.#limits
    const nowMs = this.#nowMs()
    const full = this.#begun.length > 0 && this.#begun.length >= Math.floor(callsPerMinute)
    const oldest = full ? (this.#begun[0] ?? 0) + minuteMs : -Infinity
    return Math.min(minuteMs, Math.max(oldest, this.#notBeforeMs) - nowMs)
  }

  /** Services say how long they want to be left alone. */
  #heed(error: unknown): void {
    const retryAfterMs = (error as { readonly retryAfterMs?: unknown } | null | undefined)?.retryAfterMs
    if (typeof retryAfterMs === "number" && retryAfterMs > 0)
      this.#notBeforeMs = this.#nowMs() + Math.min(retryAfterMs, longestRestMs)
  }

  #mustRun(): void {
    if (this.isClosed) throw closedError()
  }

  async #sleep(delayMs: number): Promise<void> {
    const slept = Promise.withResolvers<void>()
    const cancel = this.#ports.timers.schedule(delayMs, slept.resolve)
    const onClose = (): void => {
      cancel()
      slept.reject(closedError())
    }
    this.#closing.signal.addEventListener("abort", onClose, { once: true })
    await slept.promise.finally(() => this.#closing.signal.removeEventListener("abort", onClose))
  }
}

function closedError(): Error {
  return coreError("aborted", "embedding was given up because the sink was closed")
}
