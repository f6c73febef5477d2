import type { Store, StoreBatch, StoreSession } from "@syncline/core"

/** A store that shows what is appended to it before it is. */
export function watchedStore(inner: Store, onAppend: (batch: StoreBatch) => void): Store {
  return { name: inner.name, open: async () => watched(await inner.open(), onAppend) }
}

function watched(session: StoreSession, onAppend: (batch: StoreBatch) => void): StoreSession {
  return new Proxy(session, {
    get(target, name) {
      if (name === "append")
        return (batch: StoreBatch) => {
          onAppend(batch)
          return target.append(batch)
        }
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === "function" ? (member.bind(target) as unknown) : member
    }
  })
}
