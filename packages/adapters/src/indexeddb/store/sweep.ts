import type { DocumentId } from "@syncline/core"
import type { DocumentEntry } from "./document-entry.ts"
import type { LogEntry, Segment } from "./segment.ts"
import { findEntries, type StoredState } from "./stored-state.ts"

/** Groups of segments looked at by one append at most: some milliseconds, and more than an append adds. */
const groupsAtOnce = 4

/**
 * Forgets positions up to `through` whose record is dropped, all but a document's newest, which `changedSince` finds the
 * document by. Such a one that is superseded later stays, some fifty bytes: to look for it would cost every append.
 *
 * Puts what changed into `rewritten`; a segment without entries is to be deleted.
 *
 * @returns the position up to which this is done.
 */
export async function forget(
  state: StoredState,
  changed: ReadonlyMap<DocumentId, DocumentEntry>,
  rewritten: Map<number, Segment>,
  through: number
): Promise<number> {
  let swept = state.swept
  let groups = 0
  if (through <= swept) return swept
  for await (const stored of state.segments.from(swept, swept)) {
    const old = stored
      .filter(({ key }) => key <= through)
      .map(segment => rewritten.get(segment.key) ?? segment)
    const bare = old.flatMap(({ entries }) => entries.filter(({ record }) => record === undefined))
    const known = await findEntries(
      state,
      bare.map(({ document }) => document)
    )
    const isWanted = ({ document, position, record }: LogEntry) =>
      record !== undefined || (changed.get(document) ?? known.get(document))?.position === position
    for (const segment of old) {
      const kept = segment.entries.filter(isWanted)
      if (kept.length < segment.entries.length) rewritten.set(segment.key, { ...segment, entries: kept })
      swept = segment.key
    }
    if (old.length < stored.length || ++groups >= groupsAtOnce) break
  }
  return swept
}
