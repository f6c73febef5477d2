import { sha256 } from "#platform"
import { toHex } from "../codec/hex.ts"
import { collectionOf } from "../document/document-id.ts"
import { checkTables } from "./check-tables.ts"
import { projectTable } from "./project-table.ts"
import { noContent, type ProjectedContent, type TableRows } from "./projected-content.ts"
import type { DurableDocument } from "./projection-source.ts"
import { documentsTable, type NamedColumn, type TableDefinition } from "./table.ts"
import type { ColumnLayout, TableLayout } from "./table-layout.ts"

/** A checked mapping from documents to tables. */
export interface Projection {
  /** Child tables follow their parents. */
  readonly tables: readonly TableLayout[]
  /** The collections that have a table; absent when some table takes all documents. */
  readonly collections?: ReadonlySet<string>
  /** 64 hex digits; another hash means another mapping, so everything is projected anew under a higher version. */
  readonly hash: string
  /**
   * The rows of one document.
   *
   * @throws SynclineError `projection-refused` naming document, table and column.
   */
  project(document: DurableDocument): ProjectedContent
}

/** Choices for a projection. */
export interface ProjectionOptions {
  /**
   * Decides, together with names and kinds, whether the mapping changed. Without it the source text of the mapping
   * functions decides, which a bundler may alter and which does not see what a function reads from outside itself.
   */
  readonly revision?: number
}

/**
 * Checks declared tables and makes a projection of them.
 *
 * @throws SynclineError `projection-invalid` saying which name or declaration is wrong, and why.
 */
export function defineProjection(
  definitions: readonly TableDefinition[] = [documentsTable()],
  options: ProjectionOptions = {}
): Projection {
  const tables = definitions.flatMap(layoutsOf)
  checkTables(tables)
  const wanted = definitions.map(({ collection }) => collection)
  return {
    tables,
    ...(wanted.includes(undefined)
      ? {}
      : { collections: new Set(wanted.filter(each => each !== undefined)) }),
    hash: hashOf(tables, options.revision ?? definitions.map(sourceText)),
    project: document => (document.deleted ? noContent : projectAll(definitions, document))
  }
}

function projectAll(definitions: readonly TableDefinition[], document: DurableDocument): ProjectedContent {
  const collection = collectionOf(document.id)
  const tables: TableRows[] = []
  let sizeBytes = 0
  let index = 0
  for (const definition of definitions) {
    if (definition.collection === undefined || definition.collection === collection)
      sizeBytes += projectTable(definition, index, document, tables)
    index += 1 + definition.children.length
  }
  return { tables, sizeBytes }
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

function layoutOf({ name, column: { kind, indexed } }: NamedColumn): ColumnLayout {
  return { name, kind, indexed }
}

function sourceText({ columns, children }: TableDefinition): unknown {
  return [columns.map(readText), children.map(child => [String(child.from), ...child.columns.map(readText)])]
}

function readText({ column }: NamedColumn): string {
  return String(column.read)
}

function hashOf(tables: readonly TableLayout[], mapping: unknown): string {
  return toHex(sha256(new TextEncoder().encode(JSON.stringify(["syncline/projection/1", tables, mapping]))))
}
