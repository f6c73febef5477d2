import { defineProjection } from "../projection/projection.ts"
import type { SealedRow } from "../projection/seal.ts"
import type { TableLayout } from "../projection/table-layout.ts"
import { type MemoryRecord, MemorySinkPlace } from "./memory-sink.ts"
import { MemoryTracking } from "./memory-tracking.ts"
import { contractTables, type KeyPart, type SinkDamage } from "./sink-fixture.ts"

/** Damages a memory sink of the contract's tables, and leaves the marks that a sink keeping account of changes would have. */
export class MemorySinkDamage implements SinkDamage {
  readonly #place: MemorySinkPlace

  constructor(place: MemorySinkPlace) {
    this.#place = place
  }

  setKey(id: string, part: KeyPart, value: bigint): void {
    // A memory sink's numbers are JavaScript's; a bigint keeps the last bit, as a backend's integers do.
    const exact = Number.isSafeInteger(Number(value)) ? Number(value) : (value as unknown as number)
    const key = { generation: 1, projection: 1, height: 1, ...this.#must(id).key, [part]: exact }
    this.#change(id, { key })
  }

  setDigest(id: string, digest: Uint8Array): void {
    this.#change(id, { digest })
  }

  setDeleted(id: string, deleted: boolean): void {
    this.#change(id, { deleted })
  }

  removeAll(id: string): void {
    this.#place.records.delete(id)
    this.#place.tracking?.mark(id)
  }

  removeBookkeeping(id: string): void {
    const { key: _, ...rest } = this.#must(id)
    this.#set(id, rest)
  }

  removeRows(id: string, table: "notes" | "note_tags"): void {
    this.#change(id, { rows: this.#must(id).rows.filter(row => row.table.name !== table) })
  }

  setTitle(id: string, title: string): void {
    this.#changeRow(id, ([, ...values]) => [title, ...values])
  }

  breakJson(id: string): void {
    this.#changeRow(id, values => [...values.slice(0, 2), "{broken"])
  }

  setWrongType(id: string): void {
    this.#changeRow(id, ([title, , raw]) => [title, "many", raw])
  }

  setSeal(id: string): void {
    this.#change(id, { seal: "0".repeat(32) })
  }

  duplicateChunk(id: string): void {
    const { rows } = this.#must(id)
    const [first, ...others] = rows.filter(row => row.table.name === "note_tags")
    if (first !== undefined) this.#change(id, { rows: [...rows, { ...first, ordinal: others.length + 1 }] })
  }

  addTag(id: string): void {
    const row: SealedRow = { table: tableOf("note_tags"), ordinal: 99, values: ["added"] }
    this.#change(id, { rows: [...this.#must(id).rows, row] })
  }

  addRow(id: string): void {
    const row: SealedRow = { table: tableOf("notes"), ordinal: 0, values: ["added", 1, "{}"] }
    const nothing = new Uint8Array(0)
    this.#set(id, { digest: nothing, deleted: false, seal: "", count: 0, rows: [row] })
  }

  copy(from: string, to: string): void {
    this.#set(to, this.#must(from))
  }

  swap(a: string, b: string): void {
    const first = this.#must(a)
    this.#set(a, this.#must(b))
    this.#set(b, first)
  }

  swapRows(a: string, b: string): void {
    const [first, second] = [this.#must(a).rows, this.#must(b).rows]
    const isNote = ({ table }: SealedRow): boolean => table.name === "notes"
    this.#change(a, { rows: [...second.filter(isNote), ...first.filter(row => !isNote(row))] })
    this.#change(b, { rows: [...first.filter(isNote), ...second.filter(row => !isNote(row))] })
  }

  removeEverything(): void {
    this.#place.become(new MemorySinkPlace())
    this.#place.tracking &&= new MemoryTracking()
  }

  #changeRow(id: string, change: (values: readonly unknown[]) => readonly unknown[]): void {
    const rows = this.#must(id).rows.map(row =>
      row.table.name === "notes" ? { ...row, values: change(row.values) } : row
    )
    this.#change(id, { rows })
  }

  #change(id: string, change: Partial<MemoryRecord>): void {
    this.#set(id, { ...this.#must(id), ...change })
  }

  /** As a database would, it notes that somebody changed something there. */
  #set(id: string, record: MemoryRecord): void {
    this.#place.records.set(id, record)
    this.#place.tracking?.mark(id)
  }

  #must(id: string): MemoryRecord {
    const record = this.#place.records.get(id)
    if (record === undefined) throw new Error(`there is nothing under ${id} to damage`)
    return record
  }
}

function tableOf(name: string): TableLayout {
  const table = defineProjection(contractTables).tables.find(each => each.name === name)
  if (table === undefined) throw new Error(`the contract has no table ${name}`)
  return table
}
