import { collectionOf, type DocumentId } from "../document/document-id.ts"
import type { DurableGroup } from "../sync/sync-host.ts"

/** The documents that a durable group changed, in the order of their first commits; of one collection if given. */
export function changedDocuments({ commits, reset }: DurableGroup, collection?: string): DocumentId[] {
  const changed = new Set([...commits.map(({ document }) => document), ...reset])
  return [...changed].filter(id => collection === undefined || collectionOf(id) === collection)
}
