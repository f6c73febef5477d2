import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import { equalBytes } from "../codec/hex.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import type { UnitSummary } from "./frame.ts"
import { wireRootBytes } from "./frame.ts"
import type { UnitRoot } from "./sync-host.ts"

/** Which units differ between two sides, ascending. */
export interface UnitComparison {
  readonly equal: readonly string[]
  /** Both have them, with different roots. */
  readonly different: readonly string[]
  readonly onlyOurs: readonly string[]
  readonly onlyTheirs: readonly string[]
}

/** Unit roots as they travel: ascending by UTF-8 bytes, cut to 20 bytes. */
export function summarizeUnits(roots: readonly UnitRoot[]): readonly UnitSummary[] {
  return roots
    .map(unit => ({ ...unit, root: unit.root.subarray(0, wireRootBytes) }))
    .sort((a, b) => compareUtf8(a.collection, b.collection))
}

/** One hash over the roots of all units: equal iff the same units have the same roots. 20 bytes. */
export function combinedRoot(units: readonly UnitSummary[]): Uint8Array {
  const writer = new ByteWriter(units.length * 40 + 32)
  writer.varString("syncline/units/1")
  for (const { collection, root } of units) {
    writer.varString(collection)
    writer.bytes(root)
  }
  return sha256(writer.finish()).subarray(0, wireRootBytes)
}

/** How many documents a catch-up will bring, where that is certain: the peer's units which we have nothing of. */
export function expectedDocuments(
  comparison: UnitComparison,
  theirs: readonly UnitSummary[]
): number | undefined {
  if (comparison.different.length > 0) return undefined
  let sum = 0
  const onlyTheirs = new Set(comparison.onlyTheirs)
  for (const { collection, documents } of theirs) {
    if (!onlyTheirs.has(collection)) continue
    if (documents === undefined) return undefined
    sum += documents
  }
  return sum
}

/** Compares the units of both sides. */
export function compareUnits(ours: readonly UnitSummary[], theirs: readonly UnitSummary[]): UnitComparison {
  const rest = new Map(theirs.map(({ collection, root }) => [collection, root]))
  const result = {
    equal: [] as string[],
    different: [] as string[],
    onlyOurs: [] as string[],
    onlyTheirs: [] as string[]
  }
  for (const { collection, root } of ours) {
    const their = rest.get(collection)
    rest.delete(collection)
    if (their === undefined) result.onlyOurs.push(collection)
    else if (equalBytes(root, their)) result.equal.push(collection)
    else result.different.push(collection)
  }
  // One by one: as arguments of one call, so many as a peer may name are too many for some engines.
  for (const collection of rest.keys()) result.onlyTheirs.push(collection)
  return result
}
