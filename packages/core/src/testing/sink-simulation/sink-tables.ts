import { equalBytes } from "../../codec/hex.ts"
import type { JsonObject } from "../../document/json.ts"
import { column } from "../../projection/column.ts"
import { defineProjection, type Projection } from "../../projection/projection.ts"
import { childRows, table } from "../../projection/table.ts"
import type { MemoryRecord } from "../memory-sink.ts"
import { type ContractNote, contractTables } from "../sink-fixture.ts"

/** The mapping of every sink but the one that a migration brings in. */
export const formerMapping: Projection = defineProjection(contractTables, { revision: 1 })

/** The mapping of the sink that a migration brings in: one column more. */
export const newMapping: Projection = defineProjection(
  [
    table<ContractNote>("notes", {
      columns: {
        title: column.text(note => note.title, { index: true }),
        size: column.real(note => note.size),
        raw: column.json(note => note),
        loud: column.text(note => note.title.toUpperCase())
      },
      children: { note_tags: childRows((note: ContractNote) => note.tags, { tag: column.text(tag => tag) }) }
    })
  ],
  { revision: 2 }
)

/** What a document is, as far as sinks are concerned. */
export interface ShownNote {
  readonly value: JsonObject
  readonly deleted: boolean
  readonly height: number
  readonly digest: Uint8Array
}

/**
 * What of a record is not as the document says, in words; nothing where all is. Written without the code that projects: what both get
 * wrong would not be seen.
 */
export function differenceOf(
  note: ShownNote,
  record: MemoryRecord | undefined,
  isNew: boolean
): string | undefined {
  if (record?.key === undefined) return "there is no record"
  if (record.key.height !== note.height)
    return `the record is of height ${record.key.height}, the document of ${note.height}`
  if (!equalBytes(record.digest, note.digest)) return "the record is of another version"
  if (record.deleted !== note.deleted) return `the record says ${record.deleted ? "deleted" : "there"}`
  const found = JSON.stringify(
    record.rows.map(({ table: { name }, ordinal, values }) => [name, Number(ordinal), values])
  )
  const expected = JSON.stringify(note.deleted ? [] : rowsOf(note.value, isNew))
  return found === expected ? undefined : `the rows are ${found} and should be ${expected}`
}

function rowsOf(value: JsonObject, isNew: boolean): readonly unknown[] {
  const { title, size, tags } = value as ContractNote
  const loud = isNew ? [title.toUpperCase()] : []
  const own = ["notes", 0, [title, size, JSON.stringify(value), ...loud]]
  return [own, ...tags.map((tag, at) => ["note_tags", at, [tag]])]
}
