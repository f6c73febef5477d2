import type { OrderKey } from "@syncline/core"
import type { PointCondition, PointFilter } from "./point.ts"

/** The payload fields that hold an order key. The last one may hold another number that grows. */
export interface KeyFields {
  readonly generation: string
  readonly projection: string
  readonly height: string
}

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

function same(key: string, value: number): PointCondition {
  return { key, match: { value } }
}

function lower(key: string, value: number): PointCondition {
  return { key, range: { lt: value } }
}
