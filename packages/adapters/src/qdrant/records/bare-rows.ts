import type { PointCondition, StoredPoint } from "../points/point.ts"
import type { TableCollection } from "../schema/table-collection.ts"
import { pagesOf } from "./all-points.ts"
import { type SinkPlace, within } from "./sink-place.ts"

/** The points that have no vector though they should, by collection. */
export type BareRows = ReadonlyMap<string, ReadonlySet<StoredPoint["id"]>>

/** The points of a table that have no vector though they should, of those for which the conditions hold. */
export async function bareRows(
  place: SinkPlace,
  { name, shape }: TableCollection,
  ...conditions: readonly PointCondition[]
): Promise<ReadonlySet<StoredPoint["id"]>> {
  const bare = new Set<StoredPoint["id"]>()
  if (shape.vector === undefined) return bare
  const filter = { ...within(place, ...conditions), must_not: [{ has_vector: shape.vector.name }] }
  for await (const page of pagesOf(place, { collection: name, filter, payload: false }))
    for (const { id } of page) bare.add(id)
  return bare
}
