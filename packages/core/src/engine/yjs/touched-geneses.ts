import * as Y from "yjs"
import { firstOrdinaryIdentity } from "../genesis-identity.ts"
import { itemOf } from "./yjs-internals.ts"

/**
 * Adds the identities of all geneses a transaction builds on: those its changes lie in, and those it deleted, be it by
 * putting something else in their place or together with the map that held them. To be called before Yjs collects what
 * was deleted. Cost: what changed.
 */
export function addTouchedGeneses(into: Set<number>, transaction: Y.Transaction): void {
  for (const type of transaction.changed.keys()) addChain(into, itemOf(type))
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
