import { collectionOf } from "../document/document-id.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { SinkLook } from "./sink-look.ts"

/** Looks at the documents and records under these ids. */
export async function verifyIds(look: SinkLook, ids: readonly string[]): Promise<void> {
  const wanted = [...new Set(ids)].filter(id => isAmong(id, look.options.collections))
  await look.atIds(wanted, wanted.length)
}

/** Looks at the documents with records after a position. What changes meanwhile is for the next verification. */
export async function verifyChanged(look: SinkLook, since: number): Promise<void> {
  const { source, session, options, pace } = look
  const { position: end } = source.end
  for (let after = since; after < end; ) {
    throwIfAborted(options.signal)
    const changed = await source.changedSince(after, pace.pageSize)
    const ids = changed
      .filter(({ id, position }) => position <= end && (session.collections?.has(collectionOf(id)) ?? true))
      .map(({ id }) => id)
    await look.atIds(ids.filter(id => isAmong(id, options.collections)))
    if (changed.length < pace.pageSize) return
    after = changed.at(-1)?.position ?? end
  }
}

/** Whether an id belongs to one of these collections; absent: to any. */
export function isAmong(id: string, collections: readonly string[] | undefined): boolean {
  return collections?.some(collection => id.startsWith(`${collection}/`)) ?? true
}
