import { coreError } from "@syncline/core"
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
 *
 * @throws SynclineError `sink-failed` where a page does not begin behind the one before: it would never end.
 */
export async function* pagesOf(
  { requests, limits }: Pick<SinkPlace, "requests" | "limits">,
  { collection, filter, payload }: Wanted
): AsyncGenerator<readonly StoredPoint[]> {
  let offset: PointPage["next_page_offset"]
  do {
    const page = await requests.scroll(collection, { filter, payload }, limits.query, offset)
    yield page.points
    const next = page.next_page_offset
    if (!isBehind(next, offset)) throw endless(collection, next)
    offset = next
  } while (offset !== undefined && offset !== null)
}

/** Numbers come before texts. */
function isBehind(next: PointPage["next_page_offset"], former: PointPage["next_page_offset"]): boolean {
  if (next === undefined || next === null || former === undefined || former === null) return true
  if ((typeof next === "string") !== (typeof former === "string")) return typeof next === "string"
  return next > former
}

function endless(collection: string, next: PointPage["next_page_offset"]): Error {
  return coreError(
    "sink-failed",
    `reading collection ${collection} failed (after a page the server names the same or a former one as the next, ${String(next)}); see what answers there, the sink is tried again`
  )
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
