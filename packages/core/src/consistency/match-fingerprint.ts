import type { DocumentSummary } from "../projection/projection-source.ts"
import type { RangeFingerprint } from "../projection/sink.ts"

/**
 * Whether a range of records is what these documents, in id order, ask for, going by the bookkeeping. Ids have no line
 * feeds and digests all one length, so no other documents give the same fingerprint.
 */
export function matchesFingerprint(documents: readonly DocumentSummary[], found: RangeFingerprint): boolean {
  if (!found.regular || found.count !== documents.length) return false
  if (found.digests.length !== 32 * documents.length) return false
  if (documents.map(({ id }) => id).join("\n") !== found.ids) return false
  if (documents.map(({ height, deleted }) => (deleted ? `${height}-` : height)).join(",") !== found.heights)
    return false
  return documents.every(({ digest }, index) => isAt(digest, found.digests, 32 * index))
}

function isAt(digest: Uint8Array, digests: Uint8Array, start: number): boolean {
  for (let i = 0; i < 32; i++) if (digest[i] !== digests[start + i]) return false
  return true
}
