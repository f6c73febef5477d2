/* oxlint-disable no-underscore-dangle -- Everything read from Yjs that it does not document is read here. */
import type * as Y from "yjs"

/** Any shared type of Yjs, as Yjs itself declares it where the kind is open. */
export type SharedType = Exclude<Y.Item["parent"], Y.ID | null>

/** The item that put a shared type where it is; `null` for top-level types. */
export function itemOf(type: SharedType): Y.Item | null {
  return type._item
}

/** The item that holds a subdocument. */
export function itemOfSubdocument(doc: Y.Doc): Y.Item | null {
  return doc._item
}

/** The last item of a map key, deleted or not; `undefined` if the key was never set. */
export function memberItem(type: SharedType, key: string): Y.Item | undefined {
  return type._map.get(key)
}

/** What the item of a map key holds; as `Y.Map.get` gives it. */
export function valueOf({ content, length }: Y.Item): unknown {
  return content.getContent()[length - 1]
}

/** The keys of a map, in no order; what `Y.Map.keys` iterates over, without three iterators around each key. */
export function keysOfMap(type: Y.Map<unknown>): string[] {
  const keys: string[] = []
  for (const [key, item] of type._map) if (!item.deleted) keys.push(key)
  return keys
}

/** The first item of a sequence. */
export function firstItem(type: SharedType): Y.Item | null {
  return type._start
}

/** Positions that Yjs remembers near its last edits; right between transactions. */
export function markersOf(type: SharedType): readonly { readonly p: Y.Item; readonly index: number }[] {
  return type._searchMarker ?? []
}

/** To be called after items were deleted behind the back of the markers. */
export function forgetMarkers(type: SharedType): void {
  if (type._searchMarker !== null) type._searchMarker.length = 0
}

/** Who listens to an event of a document. */
export function listenersOf(
  doc: Y.Doc,
  event: string
): ReadonlySet<(...about: readonly unknown[]) => void> | undefined {
  // Yjs declares a map of anything.
  return (doc._observers as ReadonlyMap<string, ReadonlySet<(...about: readonly unknown[]) => void>>).get(
    event
  )
}

/** Whether a transaction is open. */
export function isOpen(doc: Y.Doc): boolean {
  return doc._transaction !== null
}

/** Whether a transaction is open or observers are still being called. */
export function isBusy(doc: Y.Doc): boolean {
  return doc._transaction !== null || doc._transactionCleanups.length > 0
}

/** Keeps Yjs from removing redundant formatting marks after this transaction. */
export function skipFormattingCleanup(transaction: Y.Transaction): void {
  transaction._needFormattingCleanup = false
}
