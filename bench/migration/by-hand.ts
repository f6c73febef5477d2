import * as Y from "yjs"
import { type BenchNote, benchNotes } from "../projection/bench-note.ts"
import { openRaw } from "../store/raw-database.ts"

/** A document as it lies in the table. */
interface StoredState {
  readonly id: string
  readonly state: Uint8Array
}

/** A page is one transaction, as large as those of a sink may become. */
const pageSize = 500

/** Writes the same notes as Yjs documents into a table of one row each: what an application would have that keeps states and no history. */
export function fillByHand(path: string, documents: number): void {
  const database = openRaw(path)
  database.exec("CREATE TABLE states (id TEXT PRIMARY KEY NOT NULL, state BLOB NOT NULL) STRICT")
  const insert = database.prepare("INSERT INTO states VALUES (?, ?)")
  database.transaction(() => {
    for (const { id, note } of benchNotes(documents)) insert.run(id, stateOf(note))
  })(undefined)
  database.close()
}

/** Reads these states page by page and hands out the notes in them: nothing compressed, checked, remembered or resumable. */
export function* notesByHand(
  path: string
): Iterable<readonly { readonly id: string; readonly note: BenchNote }[]> {
  const database = openRaw(path)
  const select = database.prepare("SELECT id, state FROM states WHERE id > ? ORDER BY id LIMIT ?")
  for (let after = ""; ; ) {
    const page = select.all(after, pageSize) as StoredState[]
    yield page.map(({ id, state }) => ({ id, note: noteIn(state) }))
    if (page.length < pageSize) break
    after = page.at(-1)?.id ?? after
  }
  database.close()
}

function stateOf({ tags, ...plain }: BenchNote): Uint8Array {
  const document = new Y.Doc({ guid: "note" })
  document.transact(() => {
    const root = document.getMap("note")
    for (const [key, value] of Object.entries(plain)) root.set(key, value)
    root.set("tags", Y.Array.from([...tags]))
  })
  return Y.encodeStateAsUpdate(document)
}

function noteIn(state: Uint8Array): BenchNote {
  // With a guid of its own, for drawing one would take longer than all else here.
  const document = new Y.Doc({ guid: "note" })
  Y.applyUpdate(document, state)
  const note = document.getMap("note").toJSON() as BenchNote
  document.destroy()
  return note
}
