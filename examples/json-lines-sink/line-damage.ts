import { rmSync } from "node:fs"
import type { OrderKey } from "@syncline/core"
import type { SinkDamage } from "@syncline/core/testing"
import type { LineRow, RecordLine } from "./record-line.ts"
import { readSinkFile, writeSinkFile } from "./sink-file.ts"

/** Changes lines of the file behind the sink's back, for the contract. */
export class LineDamage implements SinkDamage {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  setKey(id: string, part: keyof OrderKey, value: bigint): void {
    this.#edit(id, line => ({
      ...line,
      key: { generation: "1", projection: "1", height: "1", ...line.key, [part]: `${value}` }
    }))
  }

  setDigest(id: string, digest: Uint8Array): void {
    this.#edit(id, line => ({ ...line, digest: Buffer.from(digest).toString("hex") }))
  }

  setDeleted(id: string, deleted: boolean): void {
    this.#edit(id, line => ({ ...line, deleted }))
  }

  removeAll(id: string): void {
    this.#put(new Map([[id, undefined]]))
  }

  removeBookkeeping(id: string): void {
    this.#edit(id, ({ rows = {} }) => ({ id, rows }))
  }

  removeRows(id: string, table: "notes" | "note_tags"): void {
    this.#setRows(id, table, () => [])
  }

  setTitle(id: string, title: string): void {
    this.#setRows(id, "notes", rows => rows.map(row => ({ ...row, title })))
  }

  breakJson(id: string): void {
    this.#setRows(id, "notes", rows => rows.map(row => ({ ...row, raw: "{broken" })))
  }

  setWrongType(id: string): void {
    this.#setRows(id, "notes", rows => rows.map(row => ({ ...row, size: "many" })))
  }

  setSeal(id: string): void {
    this.#edit(id, line => ({ ...line, seal: "0".repeat(32) }))
  }

  duplicateChunk(id: string): void {
    this.#setRows(id, "note_tags", rows => [
      ...rows,
      ...rows.slice(0, 1).map(row => ({ ...row, ordinal: rows.length }))
    ])
  }

  addTag(id: string): void {
    this.#setRows(id, "note_tags", rows => [...rows, { ordinal: 99, tag: "added" }])
  }

  addRow(id: string): void {
    const row = { ordinal: 0, title: "added", size: 1, raw: "{}" }
    this.#put(new Map([[id, { id, rows: { notes: [row] } }]]))
  }

  copy(from: string, to: string): void {
    this.#put(new Map([[to, { ...this.#line(from), id: to }]]))
  }

  swap(a: string, b: string): void {
    this.#put(
      new Map([
        [a, { ...this.#line(b), id: a }],
        [b, { ...this.#line(a), id: b }]
      ])
    )
  }

  swapRows(a: string, b: string): void {
    const [first, second] = [this.#line(a).rows?.["notes"] ?? [], this.#line(b).rows?.["notes"] ?? []]
    this.#setRows(a, "notes", () => second)
    this.#setRows(b, "notes", () => first)
  }

  removeEverything(): void {
    rmSync(this.#path)
  }

  #setRows(id: string, table: string, change: (rows: readonly LineRow[]) => readonly LineRow[]): void {
    this.#edit(id, line => ({ ...line, rows: { ...line.rows, [table]: change(line.rows?.[table] ?? []) } }))
  }

  #edit(id: string, change: (line: RecordLine) => RecordLine): void {
    this.#put(new Map([[id, change(this.#line(id))]]))
  }

  #line(id: string): RecordLine {
    return JSON.parse(readSinkFile(this.#path)?.lines.get(id) ?? "") as RecordLine
  }

  #put(changes: ReadonlyMap<string, RecordLine | undefined>): void {
    const file = readSinkFile(this.#path)
    if (file === undefined) throw new Error(`there is no ${this.#path} to damage`)
    const lines = new Map(file.lines)
    for (const [id, line] of changes) {
      if (line === undefined) lines.delete(id)
      else lines.set(id, JSON.stringify(line))
    }
    writeSinkFile(this.#path, { facts: file.facts, lines })
  }
}
