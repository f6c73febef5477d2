import type { Payload, PointCondition, PointOperation, StoredPoint } from "../points/point.ts"
import { piecesOf, type SinkPlace, within } from "./sink-place.ts"

/**
 * Deletes points that were read, each on the condition that it still is what was read: what somebody else has written in its place meanwhile, or will
 * have until the deletion comes, stays.
 */
export async function deleteFound(
  place: SinkPlace,
  collection: string,
  points: readonly StoredPoint[],
  unchanged: (payload: Payload) => readonly PointCondition[]
): Promise<void> {
  const { requests, limits } = place
  for (const piece of piecesOf(points, Math.min(limits.upsert, limits.list))) {
    const groups = new Map<string, { conditions: readonly PointCondition[]; ids: StoredPoint["id"][] }>()
    for (const { id, payload } of piece) {
      const conditions = unchanged(payload ?? {})
      const name = JSON.stringify(conditions)
      const group = groups.get(name)
      if (group === undefined) groups.set(name, { conditions, ids: [id] })
      else group.ids.push(id)
    }
    const operations = [...groups.values()].map(
      ({ conditions, ids }): PointOperation => ({
        delete: { filter: within(place, { has_id: ids }, ...conditions) }
      })
    )
    await requests.update(collection, operations, "strong")
  }
}
