import type { Store, StoreSession } from "../store/store.ts"

/** How the log of a watched store is read. */
export interface WatchedLog {
  /** Records given out page by page so far. */
  records: number
  /** Done before the next page or whole document is read, once. */
  beforeNext: (() => Promise<unknown>) | undefined
}

/** A store which counts the records it gives out, and lets something happen between two pages. */
export function watchedStore(store: Store): { readonly store: Store; readonly log: WatchedLog } {
  const log: WatchedLog = { records: 0, beforeNext: undefined }
  const watched: Store = {
    name: store.name,
    async open() {
      const session = await store.open()
      const before = async () => {
        const next = log.beforeNext
        log.beforeNext = undefined
        await next?.()
      }
      const loadDocument: StoreSession["loadDocument"] = async id => {
        await before()
        return session.loadDocument(id)
      }
      const readLog: StoreSession["readLog"] = async page => {
        await before()
        const records = await session.readLog(page)
        log.records += records.length
        return records
      }
      return new Proxy(session, {
        get(target, key) {
          if (key === "readLog") return readLog
          if (key === "loadDocument") return loadDocument
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === "function" ? (value.bind(target) as unknown) : value
        }
      })
    }
  }
  return { store: watched, log }
}
