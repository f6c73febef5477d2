import type { DocumentId } from "../document/document-id.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import type { DocumentVersionEntry, SyncHost } from "./sync-host.ts"
import { baseOf, isCollection, isInUnit, isPrefix } from "./sync-scope.ts"

/** A page of a unit's documents, in ascending order, with where the next one begins; no `next`: that was the last one. */
export interface VersionsPage {
  readonly entries: readonly DocumentVersionEntry[]
  readonly next: DocumentId | undefined
}

/** Lists the documents of a unit, `limit` at a time, strictly after `after`. */
export async function unitVersions(
  host: SyncHost,
  unit: string,
  after: DocumentId | undefined,
  limit: number
): Promise<VersionsPage> {
  if (!isCollection(unit) && !isPrefix(unit)) {
    const entry = await host.entry(unit as DocumentId)
    return { entries: entry === undefined ? [] : [entry], next: undefined }
  }
  const collection = isCollection(unit) ? unit : unit.slice(0, unit.indexOf("/"))
  // A prefix may be a document's id itself, and listings begin after what they are given.
  const from = after ?? (isPrefix(unit) ? (baseOf(unit) as DocumentId) : undefined)
  const page = await host.versions(collection, from, limit)
  const entries = page.filter(({ document }) => isInUnit(unit, document))
  const last = page.at(-1)?.document
  const isOver = page.length < limit || last === undefined || isPast(unit, last)
  return { entries, next: isOver ? undefined : last }
}

/** Whether everything of a unit comes before this document. */
export function isPast(unit: string, document: DocumentId): boolean {
  return isPrefix(unit) && !document.startsWith(unit) && compareUtf8(document, unit) > 0
}
