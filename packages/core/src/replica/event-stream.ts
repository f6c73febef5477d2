import type { EventHub, ReplicaEvent } from "./replica-events.ts"

/** How events are streamed. */
export interface EventStreamOptions {
  /** Ends the stream. */
  readonly signal?: AbortSignal
  /** Events kept for a reader who is behind; of more, the oldest go. Default 1,000. */
  readonly maxBuffered?: number
}

/** An event of a stream; `dropped` where the reader was too far behind: so many events that came before the next one are not told. */
export type StreamedEvent = ReplicaEvent | { readonly type: "dropped"; readonly count: number }

const defaultMaxBuffered = 1_000

/** Events of a replica as an async iterator, from the moment it is made. For one reader. */
export class EventStream implements AsyncIterableIterator<StreamedEvent, undefined> {
  readonly #maxBuffered: number
  readonly #unsubscribe: () => void
  readonly #onEnd: (stream: EventStream) => void
  #buffered: ReplicaEvent[] = []
  #dropped = 0
  #ended = false
  #wake = (): void => {}

  constructor(
    events: EventHub<ReplicaEvent>,
    { signal, maxBuffered = defaultMaxBuffered }: EventStreamOptions,
    onEnd: (stream: EventStream) => void
  ) {
    // What is no number must not keep everything.
    this.#maxBuffered = maxBuffered >= 1 ? maxBuffered : 1
    this.#onEnd = onEnd
    const unsubscribe = events.on(event => this.#take(event))
    const end = (): void => this.end()
    this.#unsubscribe = () => {
      unsubscribe()
      signal?.removeEventListener("abort", end)
    }
    signal?.addEventListener("abort", end)
    if (signal?.aborted === true) end()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<StreamedEvent, undefined>> {
    for (;;) {
      const event = this.#shift()
      if (event !== undefined) return { done: false, value: event }
      if (this.#ended) return { done: true, value: undefined }
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  return(): Promise<IteratorResult<StreamedEvent, undefined>> {
    this.#buffered = []
    this.#dropped = 0
    this.end()
    return Promise.resolve({ done: true, value: undefined })
  }

  get isEnded(): boolean {
    return this.#ended
  }

  /** No more events are taken; those that wait are still told. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#unsubscribe()
    this.#onEnd(this)
    this.#wake()
  }

  #take(event: ReplicaEvent): void {
    this.#buffered.push(event)
    if (this.#buffered.length > this.#maxBuffered) {
      this.#buffered.shift()
      this.#dropped++
    }
    this.#wake()
  }

  #shift(): StreamedEvent | undefined {
    const count = this.#dropped
    this.#dropped = 0
    return count > 0 ? { type: "dropped", count } : this.#buffered.shift()
  }
}
