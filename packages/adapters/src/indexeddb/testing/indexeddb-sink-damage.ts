import type { KeyPart, SinkDamage } from "@syncline/core/testing"
import type { IdbKey, IdbObjectStore } from "../driver/idb-driver.ts"
import { keyOfText } from "../store/stored-bytes.ts"
import { damage, openRaw } from "./raw-database.ts"

type Row = Readonly<Record<string, unknown>>
type Everything = readonly [record: unknown, notes: readonly Row[], tags: readonly Row[]]

/** Damages an IndexedDB sink of the contract's tables, through connections of its own. */
export class IndexedDbSinkDamage implements SinkDamage {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  setKey(id: string, part: KeyPart, value: bigint): Promise<void> {
    // Both are stored as they are; a number would have lost the last bit.
    const exact = Number.isSafeInteger(Number(value)) ? Number(value) : value
    return this.#changeRecord(id, { [part]: exact })
  }

  setDigest(id: string, digest: Uint8Array): Promise<void> {
    return this.#changeRecord(id, { digest })
  }

  setDeleted(id: string, deleted: boolean): Promise<void> {
    return this.#changeRecord(id, { deleted })
  }

  async removeAll(id: string): Promise<void> {
    await this.removeBookkeeping(id)
    await this.removeRows(id, "notes")
    await this.removeRows(id, "note_tags")
  }

  removeBookkeeping(id: string): Promise<void> {
    return damage(this.#name, "syncline_records", records => records.delete(keyOfText(id)))
  }

  async removeRows(id: string, table: "notes" | "note_tags"): Promise<void> {
    for (const row of await this.#rows(table, id))
      await damage(this.#name, table, rows => rows.delete(keyOf(table, row)))
  }

  setTitle(id: string, title: string): Promise<void> {
    return this.#changeNote(id, { title })
  }

  breakJson(id: string): Promise<void> {
    return this.#changeNote(id, { raw: "{broken" })
  }

  setWrongType(id: string): Promise<void> {
    return this.#changeNote(id, { size: "many" })
  }

  setSeal(id: string): Promise<void> {
    return this.#changeRecord(id, { seal: "0".repeat(32) })
  }

  async duplicateChunk(id: string): Promise<void> {
    const tags = await this.#rows("note_tags", id)
    const [first] = tags
    await this.#put("note_tags", id, first && { ...first, ordinal: tags.length })
  }

  addTag(id: string): Promise<void> {
    return damage(this.#name, "note_tags", rows => rows.put({ parent_id: id, ordinal: 99, tag: "added" }))
  }

  addRow(id: string): Promise<void> {
    return damage(this.#name, "notes", rows => rows.put({ id, title: "added", size: 1, raw: "{}" }))
  }

  async copy(from: string, to: string): Promise<void> {
    await this.#write(to, await this.#everything(from))
  }

  async swap(a: string, b: string): Promise<void> {
    const [first, second] = [await this.#everything(a), await this.#everything(b)]
    for (const id of [a, b]) await this.removeAll(id)
    await this.#write(a, second)
    await this.#write(b, first)
  }

  async swapRows(a: string, b: string): Promise<void> {
    const [[first], [second]] = [await this.#rows("notes", a), await this.#rows("notes", b)]
    for (const id of [a, b]) await this.removeRows(id, "notes")
    await this.#put("notes", b, first)
    await this.#put("notes", a, second)
  }

  async removeEverything(): Promise<void> {
    const database = await openRaw(this.#name)
    const stores = [...database.objectStoreNames]
    database.close()
    for (const store of stores) await damage(this.#name, store, objects => objects.clear())
  }

  async #everything(id: string): Promise<Everything> {
    const record = await this.#get("syncline_records", records => records.get(keyOfText(id)))
    return [record, await this.#rows("notes", id), await this.#rows("note_tags", id)]
  }

  async #write(id: string, [record, notes, tags]: Everything): Promise<void> {
    if (record !== undefined)
      await damage(this.#name, "syncline_records", records => records.put(record, keyOfText(id)))
    for (const row of notes) await this.#put("notes", id, row)
    for (const row of tags) await this.#put("note_tags", id, row)
  }

  #put(table: string, id: string, row: Row | undefined): Promise<void> {
    if (row === undefined) return Promise.resolve()
    const moved = table === "notes" ? { ...row, id } : { ...row, parent_id: id }
    return damage(this.#name, table, rows => rows.put(moved))
  }

  async #rows(table: "notes" | "note_tags", id: string): Promise<readonly Row[]> {
    const rows = (await this.#get(table, objects => objects.getAll())) as readonly Row[]
    return rows.filter(row => row[table === "notes" ? "id" : "parent_id"] === id)
  }

  async #changeNote(id: string, change: Row): Promise<void> {
    const [row] = await this.#rows("notes", id)
    await this.#put("notes", id, row && { ...row, ...change })
  }

  async #changeRecord(id: string, change: Row): Promise<void> {
    const key = keyOfText(id)
    const nothing = { generation: 1, projection: 1, height: 1, deleted: false, rows: 0, seal: "" }
    const record = await this.#get("syncline_records", records => records.get(key))
    const changed = { ...nothing, ...(record as Row | undefined), ...change }
    await damage(this.#name, "syncline_records", records => records.put(changed, key))
  }

  async #get(store: string, read: (objects: IdbObjectStore) => Promise<unknown>): Promise<unknown> {
    let found: unknown
    await damage(this.#name, store, async objects => {
      found = await read(objects)
    })
    return found
  }
}

function keyOf(table: string, row: Row): IdbKey {
  return table === "notes" ? (row["id"] as string) : [row["parent_id"] as string, row["ordinal"] as number]
}
