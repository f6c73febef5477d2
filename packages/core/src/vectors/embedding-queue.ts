import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import type { Embedder } from "./embedder.ts"
import { type CallWish, EmbedderCalls } from "./embedder-calls.ts"
import type { EmbeddingAccount } from "./embedding-account.ts"
import type { EmbeddingLimits } from "./embedding-limits.ts"

interface Wanted {
  readonly text: string
  readonly done: PromiseWithResolvers<Float32Array>
  cancelled: boolean
}

/** As good as any, as long as none is known that the embedder takes. */
const anyText = "text"

/**
 * Embeds for many who each want a few texts: gathers them into calls and makes so many at a time.
 *
 * What keeps failing is tried with a text that went well before. If that fails, too, the embedder is down, and all of the call fails for
 * now. Otherwise it is found out by halves which texts the embedder does not take, right after and right before it takes another; only these fail, for good.
 */
export class EmbeddingQueue {
  readonly #embedder: Embedder
  readonly #limits: EmbeddingLimits
  readonly #timers: Ports["timers"]
  readonly #calls: EmbedderCalls
  #waiting: Wanted[] = []
  #scheduled = false
  #active = 0
  #goodText = anyText

  constructor(embedder: Embedder, limits: EmbeddingLimits, ports: Ports, account: EmbeddingAccount) {
    this.#embedder = embedder
    this.#limits = limits
    this.#timers = ports.timers
    this.#calls = new EmbedderCalls(embedder, limits, ports, account)
  }

  /**
   * Vectors for these texts, in order. Once the signal fires, texts for which no call was begun are left out.
   *
   * @throws SynclineError `embedding-failed` when the embedder is down or answers with what no vectors are,
   *   `embedding-refused` when it does not take one of these texts (both with `cause`), `aborted`.
   */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]> {
    if (signal?.aborted === true || this.#calls.isClosed) throw abortedError()
    const wanted = texts.map(text => ({
      text,
      done: Promise.withResolvers<Float32Array>(),
      cancelled: false
    }))
    const cancel = (): void => {
      for (const one of wanted) {
        one.cancelled = true
        one.done.reject(abortedError())
      }
    }
    signal?.addEventListener("abort", cancel, { once: true })
    this.#waiting.push(...wanted)
    this.#pumpSoon()
    try {
      const outcomes = await Promise.allSettled(wanted.map(({ done }) => done.promise))
      return outcomes.map(outcome => {
        if (outcome.status === "rejected") throw outcome.reason
        return outcome.value
      })
    } finally {
      signal?.removeEventListener("abort", cancel)
    }
  }

  /**
   * The vector of one text that somebody waits for: in a call of its own, past all that waits. Once the signal fires its call is not
   * waited for, nor made again.
   *
   * @throws SynclineError `embedding-failed` (with `cause`), `aborted`.
   */
  async embedNow(text: string, signal?: AbortSignal): Promise<Float32Array> {
    if (signal?.aborted === true || this.#calls.isClosed) throw abortedError()
    try {
      const [vector] = await this.#calls.embed([text], {
        attempts: this.#limits.attempts,
        isQuery: true,
        signal
      })
      return vector as Float32Array
    } catch (cause) {
      throw isSynclineError(cause, "aborted") ? cause : this.#failed(cause)
    }
  }

  /** Gives up everything. */
  close(): void {
    this.#calls.close()
    for (const { done } of this.#waiting.splice(0)) done.reject(abortedError())
  }

  /** At the end of the tick, so that all who ask in it share calls. */
  #pumpSoon(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#timers.microtask(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    this.#waiting = this.#waiting.filter(({ cancelled }) => !cancelled)
    while (this.#active < this.#limits.concurrency && this.#waiting.length > 0) {
      this.#active++
      void this.#serve(this.#takeBatch()).then(() => {
        this.#active--
        this.#pumpSoon()
      })
    }
  }

  #takeBatch(): Wanted[] {
    const { texts, units } = this.#limits
    let [count, sum] = [0, 0]
    for (const { text } of this.#waiting) {
      if (count > 0 && (count === texts || sum + text.length > units)) break
      count++
      sum += text.length
    }
    return this.#waiting.splice(0, count)
  }

  /** Settles all of a batch, whatever happens. */
  async #serve(batch: readonly Wanted[]): Promise<void> {
    const error = await this.#try(batch, { attempts: this.#limits.attempts })
    if (error !== undefined) await this.#blame(batch, error)
  }

  /** The error, if there is one. */
  async #try(batch: readonly Wanted[], wish: CallWish): Promise<{ readonly cause: unknown } | undefined> {
    try {
      const vectors = await this.#calls.embed(
        batch.map(({ text }) => text),
        wish
      )
      batch.forEach(({ done }, i) => done.resolve(vectors[i] as Float32Array))
      this.#goodText = batch[0]?.text ?? this.#goodText
      return undefined
    } catch (cause) {
      return { cause }
    }
  }

  /** `wasAlive`: the embedder took another text right before. It may have come back only after it failed. */
  async #blame(
    batch: readonly Wanted[],
    { cause }: { readonly cause: unknown },
    wasAlive = false
  ): Promise<void> {
    const isAlive = !isSynclineError(cause, "aborted") && (await this.#isAlive())
    if (this.#calls.isClosed) return rejectAll(batch, abortedError())
    if (!isAlive) return rejectAll(batch, this.#failed(cause))
    if (batch.length === 1 && wasAlive) return rejectAll(batch, this.#refused(cause))
    const half = Math.ceil(batch.length / 2)
    for (const part of [batch.slice(0, half), batch.slice(half)]) {
      const error = part.length === 0 ? undefined : await this.#try(part, { attempts: 1, isRetry: true })
      if (error !== undefined) await this.#blame(part, error, true)
    }
  }

  async #isAlive(): Promise<boolean> {
    return this.#calls.embed([this.#goodText], { attempts: 1, isRetry: true }).then(
      () => true,
      () => false
    )
  }

  #failed(cause: unknown): Error {
    const { id } = this.#embedder
    return coreError("embedding-failed", `embedder ${id} keeps failing: ${messageOf(cause)}`, {
      cause,
      details: { embedder: id }
    })
  }

  #refused(cause: unknown): Error {
    const { id } = this.#embedder
    const message = `embedder ${id} takes other texts, but not this one: ${messageOf(cause)}`
    return coreError("embedding-refused", message, { cause, details: { embedder: id } })
  }
}

function rejectAll(batch: readonly Wanted[], error: Error): void {
  for (const { done } of batch) done.reject(error)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function abortedError(): Error {
  return coreError("aborted", "embedding was given up: the sink was closed, or the signal fired")
}
