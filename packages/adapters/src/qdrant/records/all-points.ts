import type { PointFilter, StoredPoint } from "../points/point.ts"
import type { PointPage } from "../client/qdrant-requests.ts"
import type { SinkPlace } from "./sink-place.ts"

/** What is read of a collection. */
export interface Wanted {
  readonly collection: string
  readonly filter: PointFilter
  readonly payload: boolean | readonly string[]
}

/**
 * Pages of all points a filter finds, in the order of their ids. Pages are read one after the other: points that are written meanwhile may be in or not.
 */
export async function* pagesOf(
  { requests, limits }: Pick<SinkPlace, "requests" | "limits">,
  { collection, filter, payload }: Wanted
): AsyncGenerator<readonly StoredPoint[]> {
  let offset: PointPage["next_page_offset"]
  do {
    const page = await requests.scroll(collection, { filter, payload }, limits.query, offset)
    yield page.points
    offset = page.next_page_offset
  } while (offset !== undefined && offset !== null)
}

/** All points a filter finds; for filters that find few. */
export async function allPoints(
  place: Pick<SinkPlace, "requests" | "limits">,
  wanted: Wanted
): Promise<readonly StoredPoint[]> {
  const points: StoredPoint[] = []
  for await (const page of pagesOf(place, wanted)) points.push(...page)
  return points
}
