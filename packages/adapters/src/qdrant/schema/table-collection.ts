import type { ColumnKind, TableLayout } from "@syncline/core"
import type { QdrantSettings } from "../qdrant-options.ts"
import { type KeyFields, recordFields, rowFields } from "../points/key-fields.ts"
import { type Namespace, pointNamespace } from "../points/point-id.ts"

/** Fields of payloads that are ours; no column's name begins so. */
export const tenantField = "syncline_tenant"

/** Types of payload indexes that are used here. */
export type IndexType = "keyword" | "integer" | "float" | "datetime"

/** What a collection must be like. Plain data, kept in the sink's facts to tell its own former collections from others'. */
export interface CollectionShape {
  /** Absent where points have no vectors. */
  readonly vector?: { readonly name: string; readonly size: number; readonly distance: string }
  readonly indexes: Readonly<Record<string, IndexType>>
}

/** A table, and the collection that holds its rows as points. */
export interface TableCollection {
  readonly table: TableLayout
  readonly name: string
  readonly namespace: Namespace
  readonly shape: CollectionShape
  /** The payload's field with the document's id. */
  readonly labelField: string
}

const distances = { cosine: "Cosine", dot: "Dot", euclidean: "Euclid" } as const

const indexTypes: Readonly<Partial<Record<ColumnKind, IndexType>>> = {
  text: "keyword",
  integer: "integer",
  boolean: "integer",
  real: "float",
  timestamp: "datetime"
}

/** Columns of every table with vectors: rows are not searched by them. */
const ownColumns = new Set(["text", "start", "embedder", "vector_hash"])

/** The collections of a projection's tables. */
export function tableCollections(settings: QdrantSettings): readonly TableCollection[] {
  return settings.projection.tables.map(table => {
    const name = `${settings.prefix}${table.name}`
    return {
      table,
      name,
      namespace: pointNamespace(name, settings.tenant),
      shape: shapeOf(table, settings),
      labelField: table.child ? "parent_id" : "id"
    }
  })
}

/** The name of the collection with the bookkeeping. */
export function recordsCollection({ prefix }: Pick<QdrantSettings, "prefix">): string {
  return `${prefix}syncline_records`
}

/** What the collection with the bookkeeping must be like. */
export function recordsShape({ tenant }: Pick<QdrantSettings, "tenant">): CollectionShape {
  return { indexes: { document: "keyword", ...tenantIndex(tenant) } }
}

/** What rows are deleted by, beside whose they are: indexed only where strict mode asks for it, for each index takes room. */
export const rowDeletionIndexes: CollectionShape["indexes"] = integersIn(rowFields)

/** The same of records. */
export const recordDeletionIndexes: CollectionShape["indexes"] = {
  ...integersIn(recordFields),
  seal: "keyword"
}

/** The index that a search filters a column by; none where the server is not asked to. */
export function indexOf(table: TableLayout, column: TableLayout["columns"][number]): IndexType | undefined {
  if (table.vector === undefined) return column.indexed ? indexTypes[column.kind] : undefined
  return ownColumns.has(column.name) ? undefined : indexTypes[column.kind]
}

function shapeOf(table: TableLayout, { tenant, vectorName }: QdrantSettings): CollectionShape {
  const indexes: Record<string, IndexType> = { [table.child ? "parent_id" : "id"]: "keyword" }
  for (const column of table.columns) {
    const type = indexOf(table, column)
    if (type !== undefined) indexes[column.name] = type
  }
  const all = { ...indexes, ...tenantIndex(tenant) }
  if (table.vector === undefined) return { indexes: all }
  const { dimensions, distance } = table.vector
  return { vector: { name: vectorName ?? "", size: dimensions, distance: distances[distance] }, indexes: all }
}

function integersIn({ generation, projection, height }: KeyFields): Record<string, IndexType> {
  return { [generation]: "integer", [projection]: "integer", [height]: "integer" }
}

function tenantIndex(tenant: string | undefined): Record<string, IndexType> {
  return tenant === undefined ? {} : { [tenantField]: "keyword" }
}
