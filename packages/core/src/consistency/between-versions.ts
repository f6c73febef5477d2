import { equalBytes } from "../codec/hex.ts"
import type { DocumentSummary } from "../projection/projection-source.ts"
import type { SinkEntry } from "../projection/sink.ts"
import type { InForce } from "./finding.ts"

/**
 * Whether a record is right of a document that changes faster than it can be looked at: as the store sealed it, of the version that the sink was due to have or
 * a later one, and older than the newest, which is on its way and takes its place. Only the store's key seals, so nothing in between can be made up; a record of
 * before is of a lower height.
 */
export function isBetween(
  record: SinkEntry | undefined,
  due: DocumentSummary,
  newest: DocumentSummary,
  { generation, projection }: InForce
): boolean {
  if (record?.key === undefined || record.digest === undefined || record.sealed !== true) return false
  if (due.unreadable === true || newest.unreadable === true) return false
  const { key } = record
  if (key.generation !== generation || key.projection !== projection) return false
  // A fork takes commits out again: then heights say nothing.
  if (key.height >= newest.height) return false
  if (key.height > due.height) return true
  return key.height === due.height && equalBytes(record.digest, due.digest) && record.deleted === due.deleted
}
