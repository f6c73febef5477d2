import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { VersionsEntry } from "./frame.ts"

/** Documents the peer asked for and was not sent yet, each once: what it has by now is what it said last. */
export class OpenWants {
  readonly #wants = new Map<DocumentId, { readonly version: Version; readonly times: number }>()

  get size(): number {
    return this.#wants.size
  }

  add(entries: readonly VersionsEntry[]): void {
    for (const { document, version } of entries) {
      const { times } = this.#wants.get(document) ?? { times: 0 }
      this.#wants.set(document, { version, times: times + 1 })
    }
  }

  /** Takes the oldest, so many at most. `times`: how many wishes that answers. */
  take(limit: number): { readonly entries: readonly VersionsEntry[]; readonly times: number } {
    const entries: VersionsEntry[] = []
    let all = 0
    for (const [document, { version, times }] of this.#wants) {
      if (entries.length === limit) break
      this.#wants.delete(document)
      entries.push({ document, version })
      all += times
    }
    return { entries, times: all }
  }
}
