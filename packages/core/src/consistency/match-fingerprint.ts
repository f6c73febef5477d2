import { equalBytes } from "../codec/hex.ts"
import type { DocumentSummary } from "../projection/projection-source.ts"
import type { RangeFingerprint } from "../projection/sink.ts"

const digestBytes = 32

/**
 * Whether a range of records is what these documents, in id order, ask for, going by the bookkeeping. Ids have no line
 * feeds and digests all one length, so no other documents give the same fingerprint.
 */
export function matchesFingerprint(documents: readonly DocumentSummary[], found: RangeFingerprint): boolean {
  if (!found.regular || found.count !== documents.length) return false
  if (found.digests.length !== digestBytes * documents.length) return false
  // Appended one by one: an array of them and `join` take longer. Each begins with the separator, which goes in the end.
  let ids = ""
  let heights = ""
  const digests = new Uint8Array(found.digests.length)
  let end = 0
  for (const { id, height, deleted, digest } of documents) {
    if (digest.length !== digestBytes) return false
    ids += `\n${id}`
    heights += deleted ? `,${height}-` : `,${height}`
    // Gathered, to be compared at once: byte by byte out of so many small arrays takes twice as long.
    digests.set(digest, end)
    end += digestBytes
  }
  return (
    ids.slice(1) === found.ids && heights.slice(1) === found.heights && equalBytes(digests, found.digests)
  )
}
