import type { ColumnTest } from "@syncline/core/vectors"
import type { PointCondition } from "../points/point.ts"
import { indexOf, type TableCollection } from "../schema/table-collection.ts"

/** As `column.timestamp` writes times of the years 0 to 9999, which the server reads. */
const plainTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** More than the server may move a real number by. */
const realMargin = 1e-9

/**
 * What of a search's conditions the server is asked for. It may let through more than holds, never less: the rest is looked at here. `undefined` where
 * nothing can fulfil them.
 */
export function serverConditions(
  { table }: TableCollection,
  tests: readonly ColumnTest[]
): readonly PointCondition[] | undefined {
  const conditions: PointCondition[] = []
  for (const test of tests) {
    if (test.comparison === "in" && test.values.length === 0) return undefined
    if (indexOf(table, test.column) === undefined) continue
    const condition = conditionOf(test)
    if (condition === "none") return undefined
    if (condition !== "any") conditions.push(condition)
  }
  return conditions
}

/** `any`: the server cannot tell. `none`: nothing fulfils it. */
function conditionOf(test: ColumnTest): PointCondition | "any" | "none" {
  switch (test.column.kind) {
    case "text":
      return test.comparison === "in"
        ? { key: test.column.name, match: { any: wellFormed(test.values) } }
        : "any"
    case "timestamp":
      return timeCondition(test)
    case "integer":
    case "boolean":
      return integerCondition(test)
    case "real":
      return realCondition(test)
    default:
      return "any"
  }
}

function integerCondition({
  column: { name: key },
  comparison,
  values
}: ColumnTest): PointCondition | "none" {
  if (comparison !== "in") return { key, range: { [comparison]: Number(values[0]) } }
  const any = values.map(Number).filter(Number.isSafeInteger)
  return any.length === 0 ? "none" : { key, match: { any } }
}

function realCondition({ column: { name: key }, comparison, values }: ColumnTest): PointCondition {
  const around = (value: number): PointCondition => ({ key, range: { gte: below(value), lte: above(value) } })
  if (comparison === "in") return { should: values.map(value => around(Number(value))) }
  const value = Number(values[0])
  const isUpward = comparison === "gt" || comparison === "gte"
  return { key, range: isUpward ? { gte: below(value) } : { lte: above(value) } }
}

function timeCondition({ column: { name: key }, comparison, values }: ColumnTest): PointCondition | "any" {
  const times = values.map(String)
  if (!times.every(time => plainTime.test(time) && !Number.isNaN(Date.parse(time)))) return "any"
  if (comparison === "in") return { should: times.map(time => ({ key, range: { gte: time, lte: time } })) }
  return { key, range: { [comparison]: times[0] ?? "" } }
}

function wellFormed(values: readonly (string | number)[]): readonly string[] {
  return values.map(value => String(value).toWellFormed())
}

function below(value: number): number {
  return finite(value - Math.abs(value) * realMargin - Number.MIN_VALUE)
}

function above(value: number): number {
  return finite(value + Math.abs(value) * realMargin + Number.MIN_VALUE)
}

/** JSON has no infinity. */
function finite(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
}
