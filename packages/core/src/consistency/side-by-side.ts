import type { SinkEntry } from "../projection/sink.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"

/** A document and the record under its id; one of them may be missing. */
export interface Pair<Document> {
  readonly document?: Document
  readonly entry?: SinkEntry
}

/** Merges documents with the records beside them, both ascending by id; records come in pages. */
export class SideBySide<Document extends { readonly id: string }> {
  readonly #documents: readonly Document[]
  #at = 0

  constructor(documents: readonly Document[]) {
    this.#documents = documents
  }

  /** The pairs up to the last of these entries. */
  *upTo(entries: readonly SinkEntry[]): Generator<Pair<Document>> {
    for (const entry of entries) {
      let document = this.#documents[this.#at]
      while (document !== undefined && document.id !== entry.id && compareUtf8(document.id, entry.id) < 0) {
        yield { document }
        document = this.#documents[++this.#at]
      }
      if (document?.id === entry.id) {
        this.#at++
        yield { document, entry }
      } else yield { entry }
    }
  }

  /** The documents after the last entry. */
  *rest(): Generator<Pair<Document>> {
    while (this.#at < this.#documents.length) {
      const document = this.#documents[this.#at++]
      if (document !== undefined) yield { document }
    }
  }
}
