import { coreError, type Ports } from "@syncline/core"
import type { PointFilter, PointOperation, StoredPoint } from "../points/point.ts"
import type { CallAnswer, CallInit, QdrantApi } from "./qdrant-api.ts"
import { NotCompleted, readFailure, requestError } from "./request-failure.ts"
import type { RetryAfter } from "./retry-after.ts"

/** How requests are sent. */
export interface RequestSettings {
  readonly timeoutMs: number
  /** Times a request is sent before it counts as failed. */
  readonly attempts: number
  /** Of reads. */
  readonly consistency: number | string | undefined
}

/** The first pause before sending again; each further one is twice as long, up to the longest. */
const firstPauseMs = 100
const longestPauseMs = 10_000

/** For as long as this a server is believed that it does not want to be asked. */
const longestRetryAfterMs = 120_000

/** What is read of points. */
export interface ReadOptions {
  readonly filter?: PointFilter
  /** Fields of the payload; all when `true`. */
  readonly payload: boolean | readonly string[]
}

/** A page of points in the order of their ids, and where the next one begins. */
export interface PointPage {
  readonly points: readonly StoredPoint[]
  readonly next_page_offset?: string | number | bigint | null
}

/**
 * Sends requests. Each of them may be sent twice with the effect of once, so that it is sent again when no answer came, after a pause, a few times.
 */
export class QdrantRequests {
  readonly #api: QdrantApi
  readonly #settings: RequestSettings
  readonly #ports: Ports
  readonly #retryAfter: RetryAfter
  readonly #closing = new AbortController()
  #answered = 0

  constructor(api: QdrantApi, settings: RequestSettings, ports: Ports, retryAfter: RetryAfter) {
    this.#api = api
    this.#settings = settings
    this.#ports = ports
    this.#retryAfter = retryAfter
  }

  /** Answers of the server so far, whatever they say. */
  get answered(): number {
    return this.#answered
  }

  /** What goes with every read. */
  get reading(): { readonly consistency?: number | string } {
    const { consistency } = this.#settings
    return consistency === undefined ? {} : { consistency }
  }

  /** Ends what is under way: whoever waits is rejected with `sink-failed`. */
  close(): void {
    this.#closing.abort()
    this.#retryAfter.close()
  }

  /** Sends until there is an answer. `doing` completes "… failed". */
  async send<Result>(
    doing: string,
    call: (api: QdrantApi, init: CallInit) => Promise<CallAnswer>,
    check: (result: Result) => void = () => {}
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      this.#mustBeOpen()
      try {
        const result = resultOf(await this.#once(call)) as Result
        this.#answered++
        check(result)
        return result
      } catch (cause) {
        this.#mustBeOpen()
        const failure = readFailure(cause)
        if (failure.status !== undefined) this.#answered++
        if (!failure.passing || attempt >= this.#settings.attempts) throw requestError(cause, doing)
        const askedMs = failure.limited === true ? (this.#retryAfter.takeMs() ?? 0) : 0
        if (askedMs > longestRetryAfterMs) throw requestError(cause, doing)
        this.#ports.logger.debug(`${doing}: sent again`, { attempt, reason: failure.reason })
        await this.#pause(Math.max(askedMs, this.#delayMs(attempt)))
      }
    }
  }

  /** Changes points, in this order. Settled, all of it is done. */
  async update(
    collection: string,
    operations: readonly PointOperation[],
    ordering: "weak" | "medium" | "strong"
  ): Promise<void> {
    await this.send<readonly { readonly status?: string }[]>(
      `writing to collection ${collection}`,
      (api, init) => api.batchUpdate({ collection_name: collection, wait: true, ordering, operations }, init),
      results => {
        if (!Array.isArray(results) || results.length !== operations.length) throw new NotCompleted("nothing")
        for (const { status } of results) if (status !== "completed") throw new NotCompleted(status)
      }
    )
  }

  /** Points by their ids; those that are not there are left out. */
  retrieve(
    collection: string,
    ids: readonly (string | number | bigint)[],
    payload: boolean | readonly string[]
  ): Promise<readonly StoredPoint[]> {
    return this.send(`reading collection ${collection}`, (api, init) =>
      api.getPoints(
        { ...this.reading, collection_name: collection, ids, with_payload: payload, with_vector: false },
        init
      )
    )
  }

  /** How many points a filter finds. */
  async count(collection: string, filter: PointFilter): Promise<number> {
    const { count } = await this.send<{ readonly count: number }>(
      `reading collection ${collection}`,
      (api, init) =>
        api.countPoints({ ...this.reading, collection_name: collection, filter, exact: true }, init)
    )
    return count
  }

  /** One page of points. */
  scroll(
    collection: string,
    { filter, payload }: ReadOptions,
    limit: number,
    offset?: PointPage["next_page_offset"]
  ): Promise<PointPage> {
    const from = offset === undefined || offset === null ? {} : { offset }
    return this.send(`reading collection ${collection}`, (api, init) =>
      api.scrollPoints(
        {
          ...this.reading,
          collection_name: collection,
          ...(filter && { filter }),
          with_payload: payload,
          with_vector: false,
          limit,
          ...from
        },
        init
      )
    )
  }

  async #once(call: (api: QdrantApi, init: CallInit) => Promise<CallAnswer>): Promise<CallAnswer> {
    const late = new AbortController()
    const ended = Promise.withResolvers<never>()
    ended.promise.catch(() => {})
    const { timeoutMs } = this.#settings
    const cancel = this.#ports.timers.schedule(timeoutMs, () => {
      late.abort()
      ended.reject(new Error(`no answer within ${timeoutMs} ms`))
    })
    const signal = AbortSignal.any([late.signal, this.#closing.signal])
    const onClosing = (): void => ended.reject(new Error("closed"))
    this.#closing.signal.addEventListener("abort", onClosing, { once: true })
    try {
      // A client with a timeout of its own does not heed the signal: it is not waited for.
      return await Promise.race([call(this.#api, { signal }), ended.promise])
    } finally {
      cancel()
      this.#closing.signal.removeEventListener("abort", onClosing)
    }
  }

  /** Full jitter, so that many who lost one server do not come back to it at once. */
  #delayMs(attempt: number): number {
    const [byte = 0, low = 0] = this.#ports.random.bytes(2)
    const most = Math.min(longestPauseMs, firstPauseMs * 2 ** attempt)
    return most * (0.5 + (byte * 256 + low) / 131_072)
  }

  async #pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#ports.timers.schedule(delayMs, resolve)
    const onClosing = (): void => {
      cancel()
      resolve()
    }
    this.#closing.signal.addEventListener("abort", onClosing, { once: true })
    await promise
    this.#closing.signal.removeEventListener("abort", onClosing)
  }

  #mustBeOpen(): void {
    if (this.#closing.signal.aborted)
      throw coreError("sink-failed", "the Qdrant sink is closed; open it again")
  }
}

function resultOf({ data }: CallAnswer): unknown {
  const body = data as { readonly result?: unknown; readonly version?: unknown } | null | undefined
  // The server's greeting is the one answer without an envelope.
  if (typeof body === "object" && body !== null) {
    if (body.result !== undefined && body.result !== null) return body.result
    if (typeof body.version === "string") return body
  }
  throw coreError("sink-failed", "the answer is not that of a Qdrant server; check the address")
}
