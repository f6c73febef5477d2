import type { DocumentId } from "../document/document-id.ts"
import type { ValueWrite } from "../store/store.ts"
import type { AuditEntry } from "./audit-entry.ts"
import { segmentRemoval, segmentWrite, type TrailSegment } from "./trail-segment.ts"

/** Which entries may go: always the oldest of a trail, up to the first that stays. */
export interface TrailLimit {
  /** Entries below this index go. */
  readonly first: number
  /** Entries that are older go, Unix milliseconds. */
  readonly beforeMs: number
}

/** What is to be written so that entries are gone. */
export interface Trimmed {
  readonly writes: readonly ValueWrite[]
  /** Index of the oldest entry that stays. */
  readonly first: number
  /** Whether there may be more to be taken out. */
  readonly isCut: boolean
}

/**
 * Takes the oldest entries out of a trail: whole segments, and the beginning of one.
 *
 * @param segments the trail from its beginning on; read as far as needed.
 * @param next index of the next entry, for when none stays.
 * @param maxSegments segments looked at; what is left is for the next time.
 */
export async function trimTrail(
  document: DocumentId,
  segments: AsyncIterable<TrailSegment>,
  next: number,
  limit: TrailLimit,
  maxSegments: number
): Promise<Trimmed> {
  const writes: ValueWrite[] = []
  for await (const segment of segments) {
    const { entries, keptAtMs } = segment
    const [oldest] = entries
    if (writes.length === maxSegments) return { writes, first: oldest?.index ?? next, isCut: true }
    const stays = entries.findIndex(entry => !mayGo(entry, keptAtMs, limit))
    const kept = stays < 0 ? [] : entries.slice(stays)
    if (kept.length === 0) writes.push(segmentRemoval(document, entries.at(-1)?.index ?? 0))
    else if (stays > 0) writes.push(segmentWrite(document, { keptAtMs, entries: kept }))
    if (kept[0] !== undefined) return { writes, first: kept[0].index, isCut: false }
  }
  return { writes, first: next, isCut: false }
}

/** An entry is as old as its stamp says, but no younger than it lies here: a stamp of the far future keeps nothing for ever. */
function mayGo({ index, time }: AuditEntry, keptAtMs: number, { first, beforeMs }: TrailLimit): boolean {
  return index < first || Math.min(Date.parse(time), keptAtMs) < beforeMs
}
