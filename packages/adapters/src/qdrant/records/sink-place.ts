import type { Sealer } from "@syncline/core"
import type { QdrantRequests } from "../client/qdrant-requests.ts"
import type { Namespace } from "../points/point-id.ts"
import type { Payload, PointCondition, PointFilter } from "../points/point.ts"
import type { QdrantSettings } from "../qdrant-options.ts"
import type { PointLimits } from "../schema/prepare-collections.ts"
import type { TableCollection } from "../schema/table-collection.ts"

/** Where an open sink's points are, and how they are read and written. */
export interface SinkPlace {
  readonly settings: QdrantSettings
  readonly requests: QdrantRequests
  readonly sealer: Sealer
  readonly tables: readonly TableCollection[]
  /** The collection with the bookkeeping, and what its points are named under. */
  readonly records: string
  readonly namespace: Namespace
  /** What every point of a tenant has; nothing where there are none. */
  readonly tenant: Payload
  /** Whether the server writes on conditions, and can be told to change only what is there. */
  readonly conditions: boolean
  readonly updateOnly: boolean
  readonly limits: PointLimits
}

/** A filter that finds what these conditions hold for, of this tenant. */
export function within(
  { tenant }: Pick<SinkPlace, "tenant">,
  ...conditions: readonly PointCondition[]
): PointFilter {
  const own = Object.entries(tenant).map(
    ([key, value]): PointCondition => ({ key, match: { value: String(value) } })
  )
  return { must: [...own, ...conditions] }
}

/** Pieces of a list, in order. */
export function piecesOf<T>(items: readonly T[], length: number): T[][] {
  const pieces: T[][] = []
  for (let at = 0; at < items.length; at += length) pieces.push(items.slice(at, at + length))
  return pieces
}
