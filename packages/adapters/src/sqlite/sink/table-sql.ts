import type { ColumnKind, TableLayout } from "@syncline/core"

const typeByKind: Readonly<Record<ColumnKind, string>> = {
  text: "TEXT",
  integer: "INTEGER",
  real: "REAL",
  boolean: "INTEGER",
  json: "TEXT",
  timestamp: "TEXT",
  bytes: "BLOB"
}

/** The key columns of a table, in order: its rows of one document share the first. */
export function keyColumns({ child }: TableLayout): readonly string[] {
  return child ? ["parent_id", "ordinal"] : ["id"]
}

/**
 * The statements that make a table: itself first, then its indexes. STRICT, so that nothing of a wrong type gets in
 * unnoticed; the text is kept and compared, see `checkTables`.
 */
export function createTableSql(table: TableLayout): readonly string[] {
  const columns = table.columns.map(({ name, kind }) => `${name} ${typeByKind[kind]}`)
  const created = table.vector
    ? `CREATE TABLE ${table.name} (vector_id INTEGER PRIMARY KEY, parent_id TEXT NOT NULL, ordinal INTEGER NOT NULL, ${columns.join(", ")}, UNIQUE (parent_id, ordinal)) STRICT`
    : table.child
      ? `CREATE TABLE ${table.name} (parent_id TEXT NOT NULL, ordinal INTEGER NOT NULL, ${columns.join(", ")}, PRIMARY KEY (parent_id, ordinal)) STRICT, WITHOUT ROWID`
      : `CREATE TABLE ${table.name} (id TEXT PRIMARY KEY NOT NULL, ${columns.join(", ")}) STRICT`
  const indexed = table.columns.filter(column => column.indexed)
  return [created, ...indexed.map(({ name }) => createIndexSql(table.name, name))]
}

/** The table of sqlite-vec beside a table with vectors: a vector for each of its rows, by `vector_id`. */
export function vectorTable({ name }: TableLayout): string {
  return `${name}_vectors`
}

/** The statement that makes it. */
export function createVectorTableSql(table: TableLayout): string | undefined {
  if (table.vector === undefined) return undefined
  const { dimensions, distance } = table.vector
  const metric = distance === "euclidean" ? "l2" : "cosine"
  return `CREATE VIRTUAL TABLE ${vectorTable(table)} USING vec0(embedding float[${dimensions}] distance_metric=${metric})`
}

/** Name and statement of an index; the dot keeps names of different (table, column) apart. */
function createIndexSql(table: string, column: string): string {
  return `CREATE INDEX "syncline_${table}.${column}" ON ${table} (${column})`
}

/**
 * A condition that keeps a key column in a range, over three parameters from `rangeParameters`. One text for open and
 * closed ranges, so that one prepared statement serves all.
 */
export function inRange(column: string): string {
  return `${column} >= ? AND ${column} IS NOT ? AND ${column} <= ?`
}

/** Sorts above every text (https://sqlite.org/datatype3.html, section 4.1). */
const aboveAllText = new Uint8Array(0)

/** Parameters for `inRange`: above `after`, up to and including `through`. */
export function rangeParameters(after: string | undefined, through: string | undefined): readonly unknown[] {
  return [after ?? "", after ?? null, through ?? aboveAllText]
}
