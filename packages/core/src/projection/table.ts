import { stampToDate } from "@syncline/clock"
import { collectionOf } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import { type Column, column } from "./column.ts"
import type { DurableDocument } from "./projection-source.ts"

/** Columns by name, in the order in which they shall stand. */
export type Columns<Item> = Readonly<Record<string, Column<Item>>>

/** The elements of a document's list that become rows. */
export type ReadItems<Value, Item> = (
  value: Value,
  document: DurableDocument
) => readonly Item[] | null | undefined

/** A declared child table of documents whose value is `Value`. Made by `childRows`. */
export interface ChildTable<Value> {
  readonly from: ReadItems<Value, unknown>
  readonly columns: Columns<unknown>
}

/** What `table` takes. */
export interface TableOptions<Value> {
  /** Whose documents have a row here (a declared collection, or its name); all documents when absent. */
  readonly collection?: string | { readonly name: string }
  readonly columns: Columns<Value>
  /** Tables for the lists of a document, by name. */
  readonly children?: Readonly<Record<string, ChildTable<Value>>>
}

/** A column with its name, and with the type of what it reads from gone. */
export interface NamedColumn {
  readonly name: string
  readonly column: Column<unknown>
}

/** A declared child table, with types gone. */
export interface ChildDefinition {
  readonly name: string
  readonly from: ReadItems<unknown, unknown>
  readonly columns: readonly NamedColumn[]
}

/** A declared table, with types gone. Checked by `defineProjection`. */
export interface TableDefinition {
  readonly name: string
  readonly collection: string | undefined
  readonly columns: readonly NamedColumn[]
  readonly children: readonly ChildDefinition[]
}

/**
 * Declares a table with one row per document: a key column `id` (the document id) and the columns given.
 *
 * `Value` is what the documents hold; the declaration is trusted, values are not checked against it. A document whose
 * value makes a mapping function throw is parked, see `projection-refused`.
 *
 * ```ts
 * table<Note>("notes", {
 *   collection: "notes",
 *   columns: { title: column.text(note => note.title, { index: true }) },
 *   children: { note_tags: childRows((note: Note) => note.tags, { tag: column.text(tag => tag) }) }
 * })
 * ```
 */
export function table<Value = JsonObject>(
  name: string,
  options: TableOptions<NoInfer<Value>>
): TableDefinition {
  return {
    name,
    collection: typeof options.collection === "object" ? options.collection.name : options.collection,
    columns: named(options.columns),
    children: Object.entries(options.children ?? {}).map(([child, { from, columns }]) => ({
      name: child,
      from: from as ReadItems<never, unknown> as ReadItems<unknown, unknown>,
      columns: named(columns)
    }))
  }
}

/**
 * Declares a child table with one row per element of a list: key columns `parent_id` (the document id) and `ordinal`
 * (the index, from 0) and the columns given. The rows are replaced together with their parent's.
 */
export function childRows<Value, Item>(
  from: ReadItems<Value, Item>,
  columns: Columns<Item>
): ChildTable<Value> {
  return { from, columns: columns as Columns<never> as Columns<unknown> }
}

/** The table every document has a row in when nothing else is configured: id, collection, value as JSON, and facts. */
export function documentsTable(name = "documents"): TableDefinition {
  return table<JsonObject>(name, {
    columns: {
      collection: column.text((_, document) => collectionOf(document.id), { index: true }),
      value: column.json(value => value),
      version: column.integer((_, document) => document.height),
      digest: column.bytes((_, document) => document.digest),
      updated_at: column.timestamp((_, document) => stampToDate(document.updatedAt))
    }
  })
}

function named<Item>(columns: Columns<Item>): NamedColumn[] {
  const erased = columns as Columns<never> as Columns<unknown>
  return Object.entries(erased).map(([name, each]) => ({ name, column: each }))
}
