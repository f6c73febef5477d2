import { diffError } from "../error/diff-error.ts"
import { areEntries } from "./are-entries.ts"
import { RADIX } from "./branch-arena.ts"
import { compareBytes } from "./compare-bytes.ts"
import { DIGEST_BYTES } from "./entry-arena.ts"
import { MAX_BUCKET, type MerkleEntry, type MerklePrefix } from "./merkle-node.ts"
import type { MerkleReport } from "./merkle-report.ts"
import { hasPrefix, prefixNibbles } from "./prefix.ts"

/**
 * Refuses a report that no tree with such keys could have made for the prefix asked for, with `merkle-report-invalid`.
 * Whether a peer's reports agree with each other is not checked: its tree may change between two of them, and only
 * equal roots show that nothing is left to find.
 */
export function checkReport(
  report: MerkleReport | undefined,
  asked: MerklePrefix,
  keyBytes: number
): MerkleReport {
  if (report?.prefix !== asked) throw invalid(asked, "is missing or not in the order asked for")
  const { node } = report
  if (!isNode(node)) throw invalid(asked, "is no node")
  if (node.kind === "inner") {
    if (node.hashes.length !== RADIX * DIGEST_BYTES)
      throw invalid(asked, `has ${node.hashes.length} bytes of hashes`)
    if (asked.length >= 2 * keyBytes) throw invalid(asked, "has children below a whole key")
  }
  if (node.kind === "bucket") checkBucket(node.entries, asked, keyBytes)
  return report
}

/** Whether something decoded elsewhere has the shape of a node; what it holds is checked after that. */
function isNode(node: unknown): boolean {
  if (typeof node !== "object" || node === null || !("kind" in node)) return false
  if (node.kind === "inner") return "hashes" in node && node.hashes instanceof Uint8Array
  if (node.kind === "bucket") return "entries" in node && areEntries(node.entries)
  return node.kind === "empty"
}

function checkBucket(entries: readonly MerkleEntry[], asked: MerklePrefix, keyBytes: number): void {
  if (entries.length < 1 || entries.length > MAX_BUCKET)
    throw invalid(asked, `lists ${entries.length} entries`)
  const nibbles = prefixNibbles(asked, 2 * keyBytes)
  let previous: Uint8Array | undefined
  for (const { key, digest } of entries) {
    if (key.length !== keyBytes || digest.length !== DIGEST_BYTES)
      throw invalid(asked, "has a key or digest of a wrong length")
    if (!hasPrefix(key, nibbles)) throw invalid(asked, "lists a key from elsewhere")
    if (previous !== undefined && compareBytes(previous, key) >= 0)
      throw invalid(asked, "lists keys out of order")
    previous = key
  }
}

function invalid(asked: MerklePrefix, problem: string): Error {
  const message = `the peer's node at "${asked}" ${problem}; stop comparing with this peer`
  return diffError("merkle-report-invalid", message, { prefix: asked })
}
