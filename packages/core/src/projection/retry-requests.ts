import type { DocumentId } from "../document/document-id.ts"
import type { ParkedDocuments } from "./parked-documents.ts"
import type { ProjectionStep } from "./projection-step.ts"
import { unlessAborted } from "./unless-aborted.ts"

interface Request {
  /** All parked documents when absent. */
  readonly ids: readonly DocumentId[] | undefined
  readonly done: PromiseWithResolvers<readonly DocumentId[]>
}

/** Wishes to try parked documents again, until the projector gets to them. */
export class RetryRequests {
  readonly #open = new Set<Request>()

  /** Whether anything is asked for. */
  get hasAny(): boolean {
    return this.#open.size > 0
  }

  /**
   * Fulfilled with the documents tried, once they were.
   *
   * @throws SynclineError `aborted`, or what `rejectAll` was given.
   */
  add(ids: readonly DocumentId[] | undefined, signal?: AbortSignal): Promise<readonly DocumentId[]> {
    const request: Request = { ids, done: Promise.withResolvers<readonly DocumentId[]>() }
    this.#open.add(request)
    return unlessAborted(request.done.promise, signal).finally(() => this.#open.delete(request))
  }

  /** Tries what is asked for, and gives how many documents got in. A failure of the sink leaves the rest for later. */
  async perform(parked: ParkedDocuments | undefined, step: ProjectionStep): Promise<number> {
    let written = 0
    for (const request of [...this.#open]) {
      const ids = request.ids ?? parked?.list().map(({ id }) => id) ?? []
      written += await step.retry(ids)
      this.#open.delete(request)
      request.done.resolve(ids)
    }
    return written
  }

  /** Rejects everything that is still asked for. */
  rejectAll(error: Error): void {
    for (const { done } of this.#open) done.reject(error)
  }
}
