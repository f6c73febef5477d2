import type { OrderKey } from "@syncline/core"
import type { KeyFields } from "./key-fields.ts"
import type { Payload, PointCondition, PointFilter } from "./point.ts"

/**
 * Holds for points whose key is lower than this one; with `orSame`, for those that have it, too. All parts are safe integers, which Qdrant compares
 * exactly although it does so as 64-bit floats.
 */
export function lowerThan(fields: KeyFields, key: OrderKey, orSame = false): PointFilter {
  const { generation, projection, height } = key
  const sameGeneration = same(fields.generation, generation)
  const last: PointCondition = orSame
    ? { key: fields.height, range: { lte: height } }
    : lower(fields.height, height)
  return {
    should: [
      lower(fields.generation, generation),
      { must: [sameGeneration, lower(fields.projection, projection)] },
      { must: [sameGeneration, same(fields.projection, projection), last] }
    ]
  }
}

/** Holds for none of these points: what is there stays, and what is new is written all the same. */
export function insertsOnly(ids: readonly string[]): PointFilter {
  return { must_not: [{ has_id: ids }] }
}

/**
 * Hold together for points whose key still is what was read. What no writer puts there (no integer, or none that is safe) is told from what one does:
 * where such was read, they hold until a writer's number is there. About a list, of which each member counts for the server, nothing is said.
 */
export function sameKeyAs(fields: KeyFields, payload: Payload): readonly PointCondition[] {
  return [fields.generation, fields.projection, fields.height].flatMap(key => sameNumber(key, payload[key]))
}

/** Each is put in a way that holds alike whether the server looks into an index, where numbers with a fraction are not, or at the value. */
function sameNumber(key: string, value: unknown): readonly PointCondition[] {
  if (Number.isSafeInteger(value)) return [same(key, value as number)]
  if (Array.isArray(value)) return []
  const isFraction = typeof value === "number" && !Number.isInteger(value)
  const ranges = isFraction
    ? [
        { gte: 0, lte: Math.floor(value) },
        { gte: Math.ceil(value), lte: Number.MAX_SAFE_INTEGER }
      ]
    : [{ gte: 0, lte: Number.MAX_SAFE_INTEGER }]
  return [{ must_not: ranges.map(range => ({ key, range })) }]
}

function same(key: string, value: number): PointCondition {
  return { key, match: { value } }
}

function lower(key: string, value: number): PointCondition {
  return { key, range: { lt: value } }
}
