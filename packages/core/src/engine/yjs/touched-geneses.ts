import * as Y from "yjs"
import { firstOrdinaryIdentity } from "../genesis-identity.ts"
import { itemOf, memberItem } from "./yjs-internals.ts"

/**
 * Adds the identities of all geneses a transaction builds on: those its changes lie in, those it deleted, and those it
 * put something else in the place of. To be called before Yjs collects what was deleted. Cost: what changed.
 */
export function addTouchedGeneses(into: Set<number>, transaction: Y.Transaction): void {
  for (const [type, keys] of transaction.changed) {
    addChain(into, itemOf(type))
    for (const key of keys) if (key !== null) addChain(into, itemBefore(memberItem(type, key), transaction))
  }
  const { clients } = transaction.doc.store
  for (const client of transaction.deleteSet.clients.keys()) {
    const struct = client < firstOrdinaryIdentity ? clients.get(client)?.[0] : undefined
    if (struct instanceof Y.Item) addChain(into, struct)
  }
}

function addChain(into: Set<number>, item: Y.Item | null): void {
  for (let at = item; at !== null; ) {
    if (at.id.client < firstOrdinaryIdentity) into.add(at.id.client)
    at = at.parent instanceof Y.AbstractType ? itemOf(at.parent) : null
  }
}

/** What a map key held before the transaction: new items name it as their origin. */
function itemBefore(item: Y.Item | undefined, transaction: Y.Transaction): Y.Item | null {
  let at: Y.Item | null = item ?? null
  while (at !== null && at.id.clock >= (transaction.beforeState.get(at.id.client) ?? 0)) at = at.left
  return at
}
