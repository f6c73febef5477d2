import { DeferredPart } from "../deferred/deferred-part.ts"
import type { DocumentState } from "../replica/document-state.ts"
import type { DocumentHistory } from "./document-history.ts"
import type { HistoryHost } from "./history-host.ts"

const reading = new DeferredPart("reading the past", () => import("./document-history.ts"))

/** Documents whose past is kept at hand. Each takes an engine document, checkpoints, and about 170 bytes a raw commit. */
const maxDocuments = 4

/** The histories looked at last. */
export class HistoryCache {
  readonly #host: HistoryHost
  readonly #histories = new Map<DocumentState, DocumentHistory>()

  constructor(host: HistoryHost) {
    this.#host = host
  }

  /** Reads in the history of a document. */
  use<T>(state: DocumentState, read: (history: DocumentHistory) => Promise<T>): Promise<T> {
    return reading.use(part => read(this.#of(state, part)))
  }

  #of(state: DocumentState, part: { readonly DocumentHistory: typeof DocumentHistory }): DocumentHistory {
    const history = this.#histories.get(state) ?? new part.DocumentHistory(this.#host, state)
    this.#histories.delete(state)
    this.#histories.set(state, history)
    const [oldest] = this.#histories
    if (this.#histories.size > maxDocuments && oldest !== undefined) {
      this.#histories.delete(oldest[0])
      void oldest[1].release()
    }
    return history
  }

  /** Lets go of everything, once what is under way is over. */
  async close(): Promise<void> {
    const histories = [...this.#histories.values()]
    this.#histories.clear()
    await Promise.all(histories.map(history => history.release()))
  }
}
