import * as Y from "yjs"

/** What a transaction brought into being, of all clients: those whose clock it moved, and their new structs. */
export function* newContent(transaction: Y.Transaction): Generator<readonly [number, Y.Item | Y.GC]> {
  const { beforeState, afterState, doc } = transaction
  for (const [client, clock] of afterState) {
    const before = beforeState.get(client) ?? 0
    if (clock === before) continue
    const structs = doc.store.clients.get(client) ?? []
    for (let i = structs.length - 1; i >= 0; i--) {
      const struct = structs[i]
      if (struct === undefined || struct.id.clock + struct.length <= before) break
      yield [client, struct]
    }
  }
}

/**
 * Replaces halves of surrogate pairs in a new text by U+FFFD, as Yjs does when it encodes them: nobody else will ever
 * see the half, so it must not be seen here either. Before anybody has, or neighbours were merged with it.
 */
export function makeWellFormed(struct: Y.Item | Y.GC): void {
  if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) return
  const { content } = struct
  if (!content.str.isWellFormed()) content.str = content.str.toWellFormed()
}
