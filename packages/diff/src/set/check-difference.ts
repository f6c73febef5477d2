import type { SipHash } from "../keyed/sip-hash.ts"
import { IdTable } from "./id-table.ts"
import type { SetDifference } from "./peel-cells.ts"
import { equalChecksums, type SetChecksum, withHash } from "./set-checksum.ts"
import { highWord, lowWord, type SetId } from "./set-id.ts"

/**
 * Whether a set with this checksum becomes the peer's by a difference: all of `theirs` added and all of `ours` removed, none of
 * them listed twice. Two different differences agree with a chance of 2⁻⁶⁴.
 */
export function leadsTo(
  own: SetChecksum,
  { theirs, ours }: SetDifference,
  peer: SetChecksum,
  hasher: SipHash
): boolean {
  const listed = new IdTable()
  let sum = own
  const change = (id: SetId, sign: 1 | -1): boolean => {
    const [high, low] = [highWord(id), lowWord(id)]
    hasher.hashId(high, low)
    sum = withHash(sum, hasher.high, hasher.low, sign)
    return listed.add(high, low, hasher.high)
  }
  return theirs.every(id => change(id, 1)) && ours.every(id => change(id, -1)) && equalChecksums(sum, peer)
}
