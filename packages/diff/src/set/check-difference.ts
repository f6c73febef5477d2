import type { SipHash } from "../keyed/sip-hash.ts"
import type { SetDifference } from "./peel-cells.ts"
import { equalChecksums, type SetChecksum, withHash } from "./set-checksum.ts"
import { highWord, lowWord, type SetId } from "./set-id.ts"

/**
 * Whether a set with this checksum becomes the peer's by a difference: all of `theirs` added and all of `ours` removed.
 * Two different differences agree with a chance of 2⁻⁶⁴.
 */
export function leadsTo(
  own: SetChecksum,
  { theirs, ours }: SetDifference,
  peer: SetChecksum,
  hasher: SipHash
): boolean {
  let sum = own
  const change = (id: SetId, sign: 1 | -1): void => {
    hasher.hashId(highWord(id), lowWord(id))
    sum = withHash(sum, hasher.high, hasher.low, sign)
  }
  for (const id of theirs) change(id, 1)
  for (const id of ours) change(id, -1)
  return equalChecksums(sum, peer)
}
