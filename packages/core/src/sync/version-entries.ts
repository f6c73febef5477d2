import { Version } from "../commit/version.ts"
import type { VersionsEntry } from "./frame.ts"
import { versionsEntrySize } from "./versions-codec.ts"

/** A version that would fill a frame is told as unknown: the peer then sends all it has of that document. */
export function shortened({ document, version }: VersionsEntry, maxBytes: number): VersionsEntry {
  const entry = { document, version }
  return versionsEntrySize(entry) <= maxBytes ? entry : { document, version: Version.empty }
}

/** How many entries from the start fit into so many bytes. */
function countFitting(entries: readonly VersionsEntry[], maxBytes: number): number {
  let size = 0
  const end = entries.findIndex(entry => (size += versionsEntrySize(entry)) > maxBytes)
  return end === -1 ? entries.length : end
}

/** Entries cut into lists that each fit into so many bytes. */
export function splitEntries(
  entries: readonly VersionsEntry[],
  maxBytes: number
): readonly (readonly VersionsEntry[])[] {
  const lists: VersionsEntry[][] = []
  for (let from = 0; from < entries.length; ) {
    const left = entries.slice(from).map(entry => shortened(entry, maxBytes))
    const count = Math.max(1, countFitting(left, maxBytes))
    lists.push(left.slice(0, count))
    from += count
  }
  return lists
}
