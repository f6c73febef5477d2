import { coreError } from "../errors/core-error.ts"
import type { ColumnLayout, TableLayout } from "../projection/table-layout.ts"
import type { ColumnCondition, VectorQuery } from "../projection/vector-query.ts"

/** Rows that a search may ask for. */
export const mostRows = 4_096

/** A condition in the one form it is checked in: a comparison of a column with a value. */
export interface ColumnTest {
  readonly column: ColumnLayout
  readonly comparison: "in" | "gt" | "gte" | "lt" | "lte"
  /** One, but for `in`. Booleans are 0 and 1. */
  readonly values: readonly (string | number)[]
}

/** A query that fits its table. */
export interface CheckedQuery {
  readonly table: TableLayout
  readonly vector: Float32Array
  readonly limit: number
  /** All must hold. */
  readonly tests: readonly ColumnTest[]
}

/**
 * Checks a query against the tables of a projection.
 *
 * @throws SynclineError `query-invalid` saying what does not fit.
 */
export function checkQuery(tables: readonly TableLayout[], query: VectorQuery): CheckedQuery {
  const { vector, limit, filter = {} } = query
  const table = tables.find(({ name }) => name === query.table)
  if (table?.vector === undefined) throw invalid(`there is no table "${query.table}" with vectors here`)
  const { dimensions } = table.vector
  if (vector.length !== dimensions)
    throw invalid(`the vector has ${vector.length} dimensions, those of "${table.name}" have ${dimensions}`)
  if (!vector.every(Number.isFinite)) throw invalid("the vector has numbers which are not finite")
  if (!Number.isInteger(limit) || limit < 1 || limit > mostRows)
    throw invalid(`the limit is ${limit}; give a whole number from 1 to ${mostRows}`)
  if (!isPlain(filter)) throw invalid("the filter is no object with a condition for each column")
  const tests = Object.entries(filter).flatMap(([name, condition]) => testsOf(table, name, condition))
  return { table, vector, limit, tests }
}

function testsOf(table: TableLayout, name: string, condition: ColumnCondition): ColumnTest[] {
  const column = table.columns.find(each => each.name === name)
  if (column === undefined) throw invalid(`table "${table.name}" has no column "${name}" to filter by`)
  if (column.kind === "bytes" || column.kind === "json")
    throw invalid(`column "${name}" holds ${column.kind}, which is not filtered by`)
  const test = (comparison: ColumnTest["comparison"], values: readonly unknown[]): ColumnTest => ({
    column,
    comparison,
    values: values.map(value => operand(column, value))
  })
  if (!isPlain(condition)) return [test("in", [condition])]
  const parts = Object.entries(condition as Readonly<Record<string, unknown>>)
  if (parts.length === 0 || !parts.every(([comparison, value]) => isComparison(comparison, value)))
    throw invalid(`the condition on "${name}" is none; give a value, or in with a list, gt, gte, lt or lte`)
  return parts.map(([comparison, value]) =>
    test(comparison as ColumnTest["comparison"], comparison === "in" ? (value as unknown[]) : [value])
  )
}

/** For callers without a type checker: what is passed over would let everything through. */
function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isComparison(name: string, value: unknown): boolean {
  if (name === "in") return Array.isArray(value)
  return name === "gt" || name === "gte" || name === "lt" || name === "lte"
}

function operand({ name, kind }: ColumnLayout, value: unknown): string | number {
  const isText = kind === "text" || kind === "timestamp"
  if (isText && typeof value === "string") return value
  if (!isText && typeof value === "boolean" && kind === "boolean") return Number(value)
  if (!isText && typeof value === "number" && Number.isFinite(value)) return value
  throw invalid(
    `column "${name}" holds ${kind} and is compared with ${typeof value === "string" ? JSON.stringify(value) : String(value)}`
  )
}

function invalid(why: string): Error {
  return coreError("query-invalid", `the search does not fit: ${why}`)
}
