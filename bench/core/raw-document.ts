import * as A from "@automerge/automerge"
import * as Y from "yjs"

/** What both documents of a comparison hold: a text, a list and a map. */
export interface SheetContent {
  body: string
  rows: { id: number; title: string; done: boolean }[]
  entries: Record<string, number>
}

/** The least an application does that keeps documents in a CRDT library by itself: it edits, and takes the bytes to be sent. */
export interface RawDocument {
  /** Bytes of all changes so far; emptied by whoever looks at them. */
  readonly updates: Uint8Array[]
  /** Each call is one transaction. */
  splice(index: number, remove: number, insert: string): void
  setKeys(keys: readonly string[], value: number): void
  pushRows(rows: SheetContent["rows"]): void
  spliceAll(splices: readonly (readonly [index: number, remove: number, insert: string])[]): void
  /** Everything it holds, as a reader gets it. */
  read(): unknown
  readonly text: string
  save(): Uint8Array
}

/** Yjs as it is: transactions, and the update each of them emits. */
export function rawYjs(saved?: Uint8Array, after: readonly Uint8Array[] = []): RawDocument {
  const doc = new Y.Doc()
  const body = doc.getText("body")
  const rows = doc.getArray<Y.Map<unknown>>("rows")
  const entries = doc.getMap<number>("entries")
  if (saved !== undefined)
    doc.transact(() => {
      for (const update of [saved, ...after]) Y.applyUpdate(doc, update)
    })
  const updates: Uint8Array[] = []
  doc.on("update", update => updates.push(update))
  const splice: RawDocument["splice"] = (index, remove, insert) => {
    if (remove > 0) body.delete(index, remove)
    if (insert !== "") body.insert(index, insert)
  }
  return {
    updates,
    splice: (index, remove, insert) => doc.transact(() => splice(index, remove, insert)),
    setKeys: (keys, value) =>
      doc.transact(() => {
        for (const key of keys) entries.set(key, value)
      }),
    pushRows: added =>
      doc.transact(() => {
        rows.push(added.map(row => new Y.Map<unknown>(Object.entries(row))))
      }),
    spliceAll: splices =>
      doc.transact(() => {
        for (const one of splices) splice(...one)
      }),
    read: () => [body.toJSON(), rows.toJSON(), entries.toJSON()],
    get text() {
      return body.toJSON()
    },
    save: () => Y.encodeStateAsUpdate(doc)
  }
}

/** Two documents that begin apart have different containers, and would not take each other's changes. */
const empty = A.save(A.from({ body: "", rows: [], entries: {} }))

/** Automerge as it is: `change`, and the bytes of that change. */
export function rawAutomerge(saved?: Uint8Array, after: readonly Uint8Array[] = []): RawDocument {
  let doc = A.load<SheetContent & Record<string, unknown>>(saved ?? empty)
  if (after.length > 0) doc = A.applyChanges(doc, [...after])[0]
  const updates: Uint8Array[] = []
  const change = (edit: (draft: SheetContent) => void): void => {
    doc = A.change(doc, edit)
    const bytes = A.getLastLocalChange(doc)
    if (bytes !== undefined) updates.push(bytes)
  }
  return {
    updates,
    splice: (index, remove, insert) => change(draft => A.splice(draft, ["body"], index, remove, insert)),
    setKeys: (keys, value) =>
      change(draft => {
        for (const key of keys) draft.entries[key] = value
      }),
    pushRows: added =>
      change(draft => {
        draft.rows.push(...added)
      }),
    spliceAll: splices =>
      change(draft => {
        for (const one of splices) A.splice(draft, ["body"], ...one)
      }),
    // The library has built its objects by now.
    read: () => doc,
    get text() {
      return doc.body
    },
    save: () => A.save(doc)
  }
}
