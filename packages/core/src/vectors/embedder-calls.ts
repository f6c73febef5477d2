import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import { withinTime } from "../ports/within-time.ts"
import { backoffDelayMs } from "../projection/backoff-delay.ts"
import { CallPace } from "./call-pace.ts"
import { CallWindow } from "./call-window.ts"
import { checkVectors } from "./check-vectors.ts"
import type { Embedder } from "./embedder.ts"
import { type EmbeddingAccount, unitsOf } from "./embedding-account.ts"
import type { EmbeddingLimits } from "./embedding-limits.ts"

/** How the vectors of some texts are wanted. */
export interface CallWish {
  /** How often to try. */
  readonly attempts: number
  /** For somebody who waits; held up by no hour's units. */
  readonly isQuery?: boolean
  /** These texts were sent before. */
  readonly isRetry?: boolean
  readonly signal?: AbortSignal | undefined
}

/** Single calls of an embedder: not more of them than allowed, fewer where it fails, given up when they hang, their answers checked, all of them counted. */
export class EmbedderCalls {
  readonly #embedder: Embedder
  readonly #limits: EmbeddingLimits
  readonly #ports: Ports
  readonly #account: EmbeddingAccount
  readonly #pace: CallPace
  readonly #window: CallWindow
  readonly #closing = new AbortController()

  constructor(embedder: Embedder, limits: EmbeddingLimits, ports: Ports, account: EmbeddingAccount) {
    this.#embedder = embedder
    this.#limits = limits
    this.#ports = ports
    this.#account = account
    this.#pace = new CallPace(limits, ports.time)
    this.#window = new CallWindow(limits.concurrency)
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Ends every call and every wait. */
  close(): void {
    this.#closing.abort()
  }

  /**
   * Vectors for these texts.
   *
   * @throws what the embedder threw last, `embedding-invalid`, or `aborted` once closed or the signal fired.
   */
  async embed(texts: readonly string[], wish: CallWish): Promise<readonly Float32Array[]> {
    const { attempts, signal, isRetry = false } = wish
    const ending =
      signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal])
    let pauseMs: number | undefined
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#inTurn(texts, { ...wish, isRetry: isRetry || attempt > 1 }, ending)
      } catch (error) {
        mustGoOn(ending)
        this.#heed(error)
        if (attempt >= attempts) throw error
        pauseMs = backoffDelayMs(pauseMs, this.#limits.backoff, this.#ports.random)
        await this.#sleep(pauseMs, ending)
      }
    }
  }

  /** Who waits for an answer is not kept waiting by those who do not. */
  #inTurn(texts: readonly string[], wish: CallWish, ending: AbortSignal): Promise<readonly Float32Array[]> {
    const once = () => this.#once(texts, wish, ending)
    return wish.isQuery === true ? once() : this.#window.run(ending, once)
  }

  async #once(
    texts: readonly string[],
    { isQuery = false, isRetry = false }: CallWish,
    ending: AbortSignal
  ): Promise<readonly Float32Array[]> {
    const units = unitsOf(texts)
    const delayMs = (): number => this.#pace.delayMs(units, isQuery)
    for (let waitMs = delayMs(); waitMs > 0; waitMs = delayMs()) await this.#hold(waitMs, ending)
    mustGoOn(ending)
    this.#pace.begin(units)
    this.#account.begin(texts, { isQuery, isRetry })
    const beganMs = this.#ports.time.nowMs()
    let isFailure = true
    try {
      const vectors = checkVectors(await this.#inTime(texts, ending), texts.length, this.#embedder)
      isFailure = false
      return vectors
    } finally {
      this.#account.end(this.#ports.time.nowMs() - beganMs, isFailure)
    }
  }

  async #hold(forMs: number, ending: AbortSignal): Promise<void> {
    const release = this.#account.hold(this.#ports.time.nowMs() + forMs)
    await this.#sleep(forMs, ending).finally(release)
  }

  /** The embedder may not heed its signal: it is not waited for. And it may take what it is given apart. */
  #inTime(texts: readonly string[], ending: AbortSignal): Promise<unknown> {
    const { timeoutMs } = this.#limits
    const countTokens = (tokens: number): void => this.#account.addTokens(tokens)
    return withinTime(async signal => this.#embedder.embed([...texts], { signal, countTokens }), {
      timers: this.#ports.timers,
      timeoutMs,
      late: () => {
        throw coreError("embedding-failed", `embedder ${this.#embedder.id} gave no answer in ${timeoutMs} ms`)
      },
      unless: { signal: ending, error: endedError }
    })
  }

  /** Services say how long they want to be left alone. */
  #heed(error: unknown): void {
    const retryAfterMs = (error as { readonly retryAfterMs?: unknown } | null | undefined)?.retryAfterMs
    if (typeof retryAfterMs === "number" && retryAfterMs > 0) this.#pace.rest(retryAfterMs)
  }

  async #sleep(delayMs: number, ending: AbortSignal): Promise<void> {
    mustGoOn(ending)
    const slept = Promise.withResolvers<void>()
    const cancel = this.#ports.timers.schedule(delayMs, slept.resolve)
    const onEnding = (): void => {
      cancel()
      slept.reject(endedError())
    }
    ending.addEventListener("abort", onEnding, { once: true })
    await slept.promise.finally(() => ending.removeEventListener("abort", onEnding))
  }
}

function mustGoOn(ending: AbortSignal): void {
  if (ending.aborted) throw endedError()
}

function endedError(): Error {
  return coreError("aborted", "embedding was given up: the sink was closed, or the signal fired")
}
