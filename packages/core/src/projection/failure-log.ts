import type { DocumentId } from "../document/document-id.ts"
import type { Logger } from "../ports/ports.ts"
import type { SinkEvent } from "./sink-event.ts"
import { closedError, type FailureReaction } from "./sink-failure.ts"

/** What a projector last failed with, and who was told of it: of several failures in a row, of the first. */
export class FailureLog {
  readonly #sink: string
  readonly #logger: Logger
  readonly #onEvent: (event: SinkEvent) => void
  #last: Error | undefined
  #isTold = false

  constructor(sink: string, logger: Logger, onEvent: (event: SinkEvent) => void) {
    this.#sink = sink
    this.#logger = logger
    this.#onEvent = onEvent
  }

  /** The last failure; absent again once a batch went in. */
  get last(): Error | undefined {
    return this.#last
  }

  /** What stopped the projector, for whoever asks something of it. */
  get stopped(): Error {
    return this.#last ?? closedError(this.#sink)
  }

  /** To stand by is no failure: it is kept for the status only. */
  add(cause: unknown, reaction: FailureReaction): void {
    this.#last = toError(cause)
    if (reaction === "standby") return
    const [sink, error] = [this.#sink, this.#last]
    if (!this.#isTold) this.#onEvent({ type: "sink-failing", sink, error })
    this.#isTold = true
    this.warn(error.message, error)
  }

  parked(document: DocumentId, cause: unknown): void {
    this.#onEvent({ type: "failed", sink: this.#sink, document, error: toError(cause) })
  }

  wentWell(): void {
    this.#last = undefined
    if (!this.#isTold) return
    this.#isTold = false
    this.#onEvent({ type: "sink-recovered", sink: this.#sink })
  }

  warn(message: string, error: unknown): void {
    this.#logger.warn(`sink ${this.#sink}: ${message}`, { sink: this.#sink, error })
  }
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
