import type { DocumentId } from "../document/document-id.ts"
import type { MemoryStore } from "../store/memory-store.ts"
import type { Store, StoreBatch, StoreSession } from "../store/store.ts"

/** A store that remembers what it was asked to append, and what its disk held after each append. */
export interface KeptStore {
  readonly store: Store
  /** Of appends that were fulfilled. */
  readonly batches: readonly StoreBatch[]
  /** What a crash right after the append of that index leaves. */
  readonly disks: readonly MemoryStore[]
}

/**
 * Watches a store. `refuse` may throw to reject a batch before anything of it is written; what `delayRead` returns is
 * waited for between reading a document and handing it out.
 */
export function keepStore(
  store: MemoryStore,
  refuse: (batch: StoreBatch) => void = () => {},
  delayRead: () => Promise<void> = async () => {}
): KeptStore {
  const batches: StoreBatch[] = []
  const disks: MemoryStore[] = []
  const watch = (session: StoreSession): StoreSession =>
    new Proxy(session, {
      get: (target, name) => {
        if (name === "append")
          return async (batch: StoreBatch): Promise<void> => {
            refuse(batch)
            await target.append(batch)
            batches.push(batch)
            disks.push(store.clone())
          }
        if (name === "loadDocument")
          return async (id: DocumentId) => {
            const stored = await target.loadDocument(id)
            await delayRead()
            return stored
          }
        const member: unknown = Reflect.get(target, name, target)
        // Methods use private fields, which only the session itself has.
        return typeof member === "function" ? (member.bind(target) as unknown) : member
      }
    })
  return { store: { name: store.name, open: async () => watch(await store.open()) }, batches, disks }
}
