import { collectionOf } from "../document/document-id.ts"
import { projectTable } from "./project-table.ts"
import type { TableRows } from "./projected-content.ts"
import type { TableDefinition } from "./table.ts"
import type { ColumnLayout, TableLayout } from "./table-layout.ts"
import { type PlainTable, pathRead, type RowSource } from "./plain-table.ts"
import type { DurableDocument } from "./projection-source.ts"
import type { MadeRows, TablePart } from "./table-part.ts"
import type { NamedColumn } from "./table.ts"

/** A declared table and its children: rows are read off a document's value. */
export function partOf(definition: TableDefinition): TablePart {
  const rowsOf = (document: DurableDocument): MadeRows => {
    const tables: TableRows[] = []
    const { collection } = definition
    const isOwn = collection === undefined || collection === collectionOf(document.id)
    const sizeBytes = isOwn ? projectTable(definition, 0, document, tables) : 0
    return { tables, sizeBytes }
  }
  const layouts = layoutsOf(definition)
  return {
    layouts,
    mapping: sourceText(definition),
    plain: plainOf(definition, layouts, rowsOf),
    open: () => ({ rowsOf })
  }
}

function pathsOf(columns: readonly NamedColumn[]): RowSource["columns"] {
  return columns.map(({ column }) => pathRead(column.read))
}

function plainOf(
  { columns, children }: TableDefinition,
  layouts: readonly TableLayout[],
  rowsOf: PlainTable["rowsOf"]
): PlainTable {
  return {
    table: 0,
    layouts,
    columns: pathsOf(columns),
    children: children.map(child => ({ list: pathRead(child.from), columns: pathsOf(child.columns) })),
    rowsOf
  }
}

function layoutsOf({ name, collection, columns, children }: TableDefinition): TableLayout[] {
  const owner = collection === undefined ? {} : { collection }
  return [
    { name, ...owner, child: false, columns: columns.map(layoutOf) },
    ...children.map(child => ({
      name: child.name,
      ...owner,
      child: true,
      columns: child.columns.map(layoutOf)
    }))
  ]
}

/** How a column lies in its table. */
export function layoutOf({ name, column: { kind, indexed } }: NamedColumn): ColumnLayout {
  return { name, kind, indexed }
}

function sourceText({ columns, children }: TableDefinition): unknown {
  return [columns.map(readText), children.map(child => [String(child.from), ...child.columns.map(readText)])]
}

/** What decides whether a column is read as before. */
export function readText({ column }: NamedColumn): string {
  return String(column.read)
}
