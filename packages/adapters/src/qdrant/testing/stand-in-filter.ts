import { badFormat, mustHaveOnly } from "./stand-in-error.ts"
import { type KeptPoint, parseId } from "./stand-in-point.ts"

/** A parsed filter. */
type Test = (point: KeptPoint) => boolean

/** A key that a filter reads, and the types of index that would serve it; all do where there are none. */
interface UsedKey {
  readonly key: string
  readonly types: readonly string[]
}

/** What parsing a filter gathers. */
export interface ParsedFilter {
  readonly test: Test
  readonly keys: readonly UsedKey[]
  readonly conditions: number
  /** Members of the longest list in it. */
  readonly longest: number
  /** Keywords of which one is needed, if that is what the filter asks for among other things. */
  readonly anyOf: { readonly key: string; readonly values: readonly string[] } | undefined
}

class Gathered {
  readonly keys: UsedKey[] = []
  conditions = 0
  longest = 0
}

/** Parses a filter; absent, it holds for all. */
export function parseFilter(filter: unknown): ParsedFilter {
  const gathered = new Gathered()
  const test = filter === undefined || filter === null ? (): boolean => true : parse(filter, gathered)
  const { keys, conditions, longest } = gathered
  return { test, keys, conditions, longest, anyOf: anyOfIn(filter) }
}

function anyOfIn(filter: unknown): ParsedFilter["anyOf"] {
  const must = (filter as { readonly must?: readonly Record<string, unknown>[] } | undefined)?.must ?? []
  for (const { key, match } of must) {
    const any = (match as { readonly any?: unknown } | undefined)?.any
    if (typeof key === "string" && Array.isArray(any) && any.every(each => typeof each === "string"))
      return { key, values: any }
  }
  return undefined
}

function parse(filter: unknown, gathered: Gathered): Test {
  const { must, should, must_not: mustNot } = mustHaveOnly("Filter", filter, ["must", "should", "must_not"])
  const [all, some, none] = [must, should, mustNot].map(list => conditionsOf(list, gathered))
  return point =>
    (all ?? []).every(test => test(point)) &&
    (some === undefined || some.length === 0 || some.some(test => test(point))) &&
    !(none ?? []).some(test => test(point))
}

function conditionsOf(list: unknown, gathered: Gathered): readonly Test[] | undefined {
  if (list === undefined || list === null) return undefined
  const conditions: readonly unknown[] = Array.isArray(list) ? list : [list]
  return conditions.map(condition => parseCondition(condition, gathered))
}

function parseCondition(condition: unknown, gathered: Gathered): Test {
  const members = condition as Readonly<Record<string, unknown>>
  if ("must" in members || "should" in members || "must_not" in members) return parse(condition, gathered)
  gathered.conditions++
  if ("has_id" in members) return hasId(members, gathered)
  if ("has_vector" in members) {
    const { has_vector: name } = mustHaveOnly("HasVector", condition, ["has_vector"])
    return ({ vectors }) => vectors.has(String(name))
  }
  if ("is_empty" in members) {
    const { key } = members["is_empty"] as { readonly key: string }
    gathered.keys.push({ key, types: [] })
    return ({ payload }) => {
      const value = payload[key]
      return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
    }
  }
  return parseField(condition, gathered)
}

function hasId(members: Readonly<Record<string, unknown>>, gathered: Gathered): Test {
  const ids = members["has_id"]
  if (!Array.isArray(ids)) throw badFormat("has_id is no list")
  gathered.longest = Math.max(gathered.longest, ids.length)
  const wanted = new Set(ids.map(parseId))
  return ({ id }) => wanted.has(id)
}

function parseField(condition: unknown, gathered: Gathered): Test {
  const { key, match, range } = mustHaveOnly("FieldCondition", condition, ["key", "match", "range"])
  if (typeof key !== "string") throw badFormat("data did not match any variant of Condition")
  if (match !== undefined) return parseMatch(key, match, gathered)
  if (range !== undefined) return parseRange(key, range, gathered)
  throw badFormat("a FieldCondition without a condition")
}

function parseMatch(key: string, match: unknown, gathered: Gathered): Test {
  const { value, any } = mustHaveOnly("Match", match, ["value", "any"])
  const values: readonly unknown[] = any === undefined ? [value] : (any as readonly unknown[])
  if (!Array.isArray(values) || values.some(each => each === undefined))
    throw badFormat("a Match without values")
  for (const each of values) {
    // What has no 64 bits with a sign is no integer to the server.
    const isInteger = typeof each === "bigint" ? BigInt.asIntN(64, each) === each : Number.isInteger(each)
    const types =
      typeof each === "string"
        ? ["keyword"]
        : isInteger
          ? ["integer"]
          : typeof each === "boolean"
            ? ["bool"]
            : undefined
    if (types === undefined) throw badFormat("data did not match any variant of Match")
    gathered.keys.push({ key, types })
  }
  if (new Set(values.map(each => typeof each)).size > 1)
    throw badFormat("a Match with values of several types")
  gathered.longest = Math.max(gathered.longest, values.length)
  const wanted = new Set(values)
  return ({ payload }) => valuesAt(payload, key).some(each => wanted.has(each))
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b
}

function parseRange(key: string, range: unknown, gathered: Gathered): Test {
  const bounds = Object.entries(mustHaveOnly("Range", range, Object.keys(comparisons))).filter(
    ([, bound]) => bound !== null
  )
  const isTime = bounds.some(([, bound]) => typeof bound === "string")
  gathered.keys.push({ key, types: isTime ? ["datetime"] : ["float", "integer"] })
  const toNumber = isTime ? timeOf : numberOf
  const parsed = bounds.map(([name, bound]) => {
    const limit = toNumber(bound)
    if (limit === undefined) throw badFormat("data did not match any variant of RangeInterface")
    return [comparisons[name] ?? ((): boolean => false), limit] as const
  })
  return ({ payload }) =>
    valuesAt(payload, key).some(value => {
      const found = toNumber(value)
      return found !== undefined && parsed.every(([compare, limit]) => compare(found, limit))
    })
}

/** As 64-bit floats, whatever they are. */
function numberOf(value: unknown): number | undefined {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined
}

function timeOf(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT/.test(value)) return undefined
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : at
}

/** What there is under a key: each member of a list. */
export function valuesAt(payload: Readonly<Record<string, unknown>>, key: string): readonly unknown[] {
  const value = payload[key]
  return Array.isArray(value) ? value : [value]
}
