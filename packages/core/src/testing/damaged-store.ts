import type { DocumentId } from "../document/document-id.ts"
import type { MemoryStore } from "../store/memory-store.ts"
import type { StoredDocument } from "../store/store.ts"

/** Which of a document's stored bytes to damage. */
export type DamagedPart = "head" | "base" | "record"

/** Flips one bit of a document's head in a closed store. */
export async function damageHead(store: MemoryStore, id: DocumentId): Promise<void> {
  const session = await store.open()
  const { head } = (await session.loadDocument(id)) ?? missing(id)
  await session.append({ documents: [{ head: { ...head, body: flipped(head.body, 9) } }] })
  await session.close()
}

/** A store whose sessions give a document with one bit flipped in a part of it. */
export function flippingStore(
  store: MemoryStore,
  id: DocumentId,
  part: DamagedPart,
  at: number
): MemoryStore {
  return {
    ...store,
    open: async () => {
      const session = await store.open()
      return new Proxy(session, {
        get: (target, name) => {
          if (name === "loadDocument")
            return async (asked: DocumentId) => {
              const stored = await target.loadDocument(asked)
              return stored === undefined || asked !== id ? stored : flipPart(stored, part, at)
            }
          const member: unknown = Reflect.get(target, name, target)
          return typeof member === "function" ? (member.bind(target) as unknown) : member
        }
      })
    }
  }
}

function flipPart(stored: StoredDocument, part: DamagedPart, at: number): StoredDocument {
  const { head, base, records } = stored
  if (part === "head") return { ...stored, head: { ...head, body: flipped(head.body, at) } }
  if (part === "base") return base === undefined ? stored : { ...stored, base: flipped(base, at) }
  const [first, ...others] = records
  return first === undefined
    ? stored
    : { ...stored, records: [{ ...first, bytes: flipped(first.bytes, at) }, ...others] }
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const index = at % bytes.length
  return bytes.with(index, (bytes[index] ?? 0) ^ (1 << (at % 8)))
}

function missing(id: DocumentId): never {
  throw new RangeError(`the store has no ${id}`)
}
