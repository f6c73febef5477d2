import type { Store, StoreBatch, StoreSession } from "@syncline/core"

/** A store that breaks one promise of `Store`, and how. */
export interface Lie {
  readonly name: string
  readonly wrap: (store: Store) => Store
}

/** Every one of them is an honest store but for its `append`, or for what it reads. */
export const lies: readonly Lie[] = [
  {
    name: "says that an append is there, and writes it a little later",
    wrap: store => appending(store, (session, batch) => void session.append(batch).catch(() => {}))
  },
  {
    name: "forgets every ninth append and says that it is there",
    wrap: store => {
      let appends = 0
      return appending(store, (session, batch) =>
        batch.documents.length > 0 && ++appends % 9 === 0 ? undefined : session.append(batch)
      )
    }
  },
  {
    name: "writes the documents of an append, and not its small values",
    wrap: store => appending(store, (session, { documents }) => session.append({ documents }))
  },
  {
    name: "writes, and says that it failed",
    wrap: store => {
      let appends = 0
      return appending(store, async (session, batch) => {
        await session.append(batch)
        if (batch.documents.length > 0 && ++appends % 5 === 0) throw new Error("lost the answer")
      })
    }
  },
  {
    name: "turns over a bit of what it reads, now and then",
    wrap: store => {
      let reads = 0
      return replacing(store, session => ({
        loadDocument: async id => {
          const stored = await session.loadDocument(id)
          const last = stored?.records.at(-1)
          if (stored === undefined || last === undefined || ++reads % 7 !== 0) return stored
          // Behind the checksum of the record, its content another time.
          return {
            ...stored,
            records: [...stored.records.slice(0, -1), { ...last, bytes: last.bytes.slice(0, -1) }]
          }
        }
      }))
    }
  }
]

function appending(
  store: Store,
  append: (session: StoreSession, batch: StoreBatch) => Promise<void> | undefined | void
): Store {
  return replacing(store, session => ({ append: async batch => append(session, batch) }))
}

/** The store with some methods of its sessions replaced. */
function replacing(store: Store, replaced: (session: StoreSession) => Partial<StoreSession>): Store {
  return {
    name: store.name,
    open: async () => {
      const session = await store.open()
      const members = new Map<PropertyKey, unknown>(Object.entries(replaced(session)))
      return new Proxy(session, {
        get: (target, name) => {
          if (members.has(name)) return members.get(name)
          const member: unknown = Reflect.get(target, name, target)
          return typeof member === "function" ? (member.bind(target) as unknown) : member
        }
      })
    }
  }
}
