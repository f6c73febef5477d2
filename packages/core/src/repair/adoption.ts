import { isSynclineError } from "@syncline/clock"
import type { JsonObject, JsonValue, Path } from "../document/json.ts"
import { toCellValue } from "../projection/cell-value.ts"
import type { PlainTable, RowSource } from "../projection/plain-table.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import type { SinkContent } from "../projection/sink.ts"
import type { ColumnLayout, TableLayout } from "../projection/table-layout.ts"
import { equalCells, type PlacedRow, rowsExpected, rowsFound, valueOfCell } from "./found-rows.ts"
import { valueAt, withValueAt } from "./json-places.ts"

/** Why what a sink holds cannot become a change of the document. */
export type AdoptionRefusal =
  /** No document is there under this id. */
  | "no-document"
  /** The sink does not show its rows, or has no table whose columns are read from a value. */
  | "not-shown"
  /** The record is not of the version that the document has: what was changed, and on what, is not known. */
  | "other-version"
  /** The document's own row is gone: that is no value. */
  | "row-missing"
  /** A cell was changed that is computed, or that does not come from where its column reads. */
  | "computed"
  /** A cell holds what its column's value cannot be: another type, broken JSON. */
  | "not-a-value"
  /** The schema of the collection does not allow what it would leave. */
  | "invalid"
  /** The document changed meanwhile, or cannot be changed. */
  | "document-changed"

/** What a sink's rows mean for the document. */
export type Adoption =
  /** What somebody changed in the rows, in the document's value. */
  | { readonly kind: "change"; readonly value: JsonObject }
  /** Nothing that comes from the value was changed. */
  | { readonly kind: "nothing" }
  | { readonly kind: "refused"; readonly refusal: AdoptionRefusal; readonly reason: string }

/** A change of the value: what is to be at a path, or nothing for `undefined`. */
interface Edit {
  readonly path: Path
  readonly value: JsonValue | undefined
}

/** One table of a declaration, with its rows as the document gives them and as they were found. */
interface ComparedTable {
  readonly layout: TableLayout
  readonly columns: RowSource["columns"]
  readonly expected: readonly PlacedRow[]
  readonly found: readonly PlacedRow[]
}

class Refused extends Error {
  readonly refusal: AdoptionRefusal

  constructor(refusal: AdoptionRefusal, reason: string) {
    super(reason)
    this.refusal = refusal
  }
}

/**
 * Carries what differs between the rows a document gives and those found in a sink back into the document's value, through the columns that
 * are read from paths of it. The result is projected again: every cell that was changed must come out of it as it was found; cells that were
 * not may follow. Pure.
 *
 * `isCurrent`: the record says it is of this version of the document. Otherwise nothing can be told but that there is nothing to carry.
 */
export function adoptionOf(
  tables: readonly PlainTable[],
  document: DurableDocument,
  found: SinkContent,
  isCurrent: boolean
): Adoption {
  try {
    const edits = tables.flatMap(table => editsIn(table, document, found))
    if (edits.length > 0 && !isCurrent)
      throw new Refused(
        "other-version",
        "the record is of another version, and its rows are not the document's"
      )
    const value = applyEdits(document.value, edits)
    if (isCurrent) for (const table of tables) checkProjected(table, document, { ...document, value }, found)
    return edits.length === 0 ? { kind: "nothing" } : { kind: "change", value }
  } catch (error) {
    if (error instanceof Refused) return { kind: "refused", refusal: error.refusal, reason: error.message }
    if (isSynclineError(error, "projection-refused"))
      return { kind: "refused", refusal: "invalid", reason: error.message }
    throw error
  }
}

function editsIn(table: PlainTable, document: DurableDocument, found: SinkContent): readonly Edit[] {
  const [own, ...children] = compare(table, document, found)
  if (own === undefined || own.expected.length === 0) return []
  const [expected, row] = [own.expected[0], own.found[0]]
  if (expected === undefined || row === undefined || own.found.length > 1)
    throw new Refused("row-missing", `the row in ${own.layout.name} is gone; delete the document instead`)
  const lists = children.flatMap((child, at) => {
    const list = table.children[at]?.list
    return list === undefined ? [] : listEdit(child, document.value, list)
  })
  return [...rowEdits(own, expected, row, document.value), ...lists]
}

/** A table and its children. */
function compare(table: PlainTable, document: DurableDocument, found: SinkContent): readonly ComparedTable[] {
  const { tables } = table.rowsOf(document)
  return table.layouts.map((layout, at) => ({
    layout,
    columns: at === 0 ? table.columns : (table.children[at - 1]?.columns ?? []),
    expected: rowsExpected(tables, at),
    found: rowsFound(found, layout.name)
  }))
}

/** What was changed in one row, of the item it was made from. Changes of what is computed are left to the check. */
function rowEdits(
  { layout, columns }: ComparedTable,
  expected: PlacedRow,
  found: PlacedRow,
  item: JsonValue
): readonly Edit[] {
  return layout.columns.flatMap((column, at): Edit[] => {
    const [cell, was, path] = [found.cells[at], expected.cells[at], columns[at]]
    if (equalCells(cell, was) || path === undefined) return []
    const before = valueAt(item, path)
    if (!gives(column, before, was)) return []
    return [{ path, value: valueIn(layout, column, cell, before) }]
  })
}

/** Whether the value at a path is what the cell was made of: a mapping may read one path here and another there. */
function gives({ kind }: ColumnLayout, value: JsonValue | undefined, cell: unknown): boolean {
  return equalCells(toCellValue(kind, value), cell)
}

/** `undefined`: there is to be nothing, which gives `NULL` as well. */
function valueIn(
  { name: table }: TableLayout,
  { kind, name }: ColumnLayout,
  cell: unknown,
  before: JsonValue | undefined
): JsonValue | undefined {
  const value = valueOfCell(kind, cell, before)
  if (value === undefined) throw new Refused("not-a-value", `what is in ${table}.${name} is no ${kind}`)
  return value === null && kind !== "json" ? undefined : value
}

/** The list as the rows of a child table have it: elements changed, gone, and new where the columns make one. */
function listEdit(table: ComparedTable, value: JsonObject, path: Path): readonly Edit[] {
  const items = valueAt(value, path) ?? []
  const { expected, found, columns } = table
  // Made from something else than this list: the check sees whether anything was changed.
  if (!Array.isArray(items) || items.length !== expected.length || isUnchanged(table)) return []
  const list = found.map(row => {
    const was = expected[row.ordinal]
    const item = (items as readonly JsonValue[])[row.ordinal]
    if (was !== undefined && item !== undefined) return applyEdits(item, rowEdits(table, was, row, item))
    const nothing = { ordinal: row.ordinal, cells: columns.map(() => null) }
    return applyEdits(columns.some(each => each?.length === 0) ? null : {}, newEdits(table, nothing, row))
  })
  return [{ path, value: list }]
}

function newEdits({ layout, columns }: ComparedTable, nothing: PlacedRow, row: PlacedRow): readonly Edit[] {
  return layout.columns.flatMap((column, at): Edit[] => {
    const [cell, path] = [row.cells[at], columns[at]]
    if (path === undefined || equalCells(cell, nothing.cells[at])) return []
    return [{ path, value: valueIn(layout, column, cell, undefined) }]
  })
}

function isUnchanged({ expected, found }: ComparedTable): boolean {
  return (
    expected.length === found.length &&
    found.every(({ ordinal, cells }) => {
      const was = expected[ordinal]
      return was !== undefined && cells.every((cell, at) => equalCells(cell, was.cells[at]))
    })
  )
}

/** Outer places first: what was changed inside of one stands on top of it. */
function applyEdits<Value extends JsonValue>(value: Value, edits: readonly Edit[]): Value {
  let after: JsonValue = value
  for (const { path, value: put } of edits.toSorted((a, b) => a.path.length - b.path.length)) {
    const changed = withValueAt(after, path, put)
    if (changed === undefined) throw new Refused("not-a-value", `nothing can be put at /${path.join("/")}`)
    after = changed
  }
  return after as Value
}

/** Every cell that was changed must come out of the changed value as it was found. */
function checkProjected(
  table: PlainTable,
  before: DurableDocument,
  after: DurableDocument,
  found: SinkContent
): void {
  const made = table.rowsOf(after).tables
  for (const [at, { layout, expected, found: rows }] of compare(table, before, found).entries()) {
    const projected = rowsExpected(made, at)
    if (projected.length !== rows.length)
      throw new Refused("computed", `the rows of ${layout.name} do not follow from a list of the document`)
    for (const [place, row] of rows.entries()) {
      const was = expected.length === 0 ? undefined : expected[row.ordinal]
      for (const [index, { name }] of layout.columns.entries()) {
        const cell = row.cells[index]
        const isTouched = was === undefined || !equalCells(cell, was.cells[index])
        if (isTouched && !equalCells(cell, projected[place]?.cells[index]))
          throw new Refused(
            "computed",
            `${layout.name}.${name} is computed: what was put there is nowhere in the document`
          )
      }
    }
  }
}
