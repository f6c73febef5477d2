import type { CellValue, Projection, VectorMatch, VectorQuery } from "@syncline/core"
import { type CheckedQuery, checkQuery, type ColumnTest, vectorBytes } from "@syncline/core/vectors"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { toEntry, readableColumns } from "./record-row.ts"
import { prepareRaw, type RawRow, type RawStatement } from "./raw-statement.ts"
import { vectorTable } from "./table-sql.ts"

const comparisons = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const

/** Nearest rows, as sqlite-vec finds them: exactly, by looking at all vectors of the rows that fulfil the conditions. */
export class VectorSearch {
  readonly #connection: SqliteConnection
  readonly #projection: Projection
  /** By their text; a search has few shapes. */
  readonly #statements = new Map<string, RawStatement>()
  readonly #record: RawStatement

  constructor(connection: SqliteConnection, projection: Projection) {
    this.#connection = connection
    this.#projection = projection
    this.#record = prepareRaw(connection, `SELECT ${readableColumns} FROM syncline_records WHERE id = ?`)
  }

  /** @throws SynclineError `query-invalid`. */
  nearest(query: VectorQuery): readonly VectorMatch[] {
    const checked = checkQuery(this.#projection.tables, query)
    const parameters = [
      vectorBytes(checked.vector),
      BigInt(checked.limit),
      ...checked.tests.flatMap(valuesOf)
    ]
    return this.#statement(sqlOf(checked))
      .all(...parameters)
      .map(row => this.#matchOf(row, checked))
  }

  #matchOf([distance, id, ordinal, ...cells]: RawRow, { table }: CheckedQuery): VectorMatch {
    const record = this.#record.get(id)
    const { key, digest } = record === undefined ? {} : toEntry(record, undefined)
    const score = table.vector?.distance === "cosine" ? 1 - Number(distance) : -Number(distance)
    const row = table.columns.map(({ name }, i) => [name, cells[i] as CellValue] as const)
    return {
      id: id as string,
      ordinal: Number(ordinal),
      score,
      ...(key && { key }),
      ...(digest && { digest }),
      row: Object.fromEntries(row)
    }
  }

  #statement(sql: string): RawStatement {
    const known = this.#statements.get(sql) ?? prepareRaw(this.#connection, sql)
    this.#statements.set(sql, known)
    return known
  }
}

function sqlOf({ table, tests }: CheckedQuery): string {
  const columns = table.columns.map(({ name }) => `t.${name}`).join(", ")
  const conditions = tests.map(conditionOf).join(" AND ")
  const among =
    conditions === "" ? "" : ` AND rowid IN (SELECT vector_id FROM ${table.name} WHERE ${conditions})`
  return `SELECT v.distance, t.parent_id, t.ordinal, ${columns}
    FROM (SELECT rowid, distance FROM ${vectorTable(table)} WHERE embedding MATCH ? AND k = ?${among}) v
    JOIN ${table.name} t ON t.vector_id = v.rowid ORDER BY v.distance`
}

function conditionOf({ column, comparison, values }: ColumnTest): string {
  // Numbers read from JSON may be off by the last bit.
  if (comparison === "in" && column.kind === "real")
    return `${column.name} IN (${values.map(() => "?").join(", ")})`
  // One parameter whatever their number, so that there are few statements.
  if (comparison === "in") return `${column.name} IN (SELECT value FROM json_each(?))`
  return `${column.name} ${comparisons[comparison]} ?`
}

function valuesOf({ column, comparison, values }: ColumnTest): readonly unknown[] {
  return comparison === "in" && column.kind !== "real" ? [JSON.stringify(values)] : values
}
