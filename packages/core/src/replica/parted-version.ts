import { decodeHead } from "../codec/facts-codec.ts"
import type { Version } from "../commit/version.ts"
import type { StoredDocument } from "../store/store.ts"
import { commitsOf } from "./document-loader.ts"
import { pastOf, sealStored } from "./past-hashes.ts"
import { startsWith } from "./seal-received.ts"

/**
 * The version to name to a peer at `theirs` where its branch of some chain ends below ours: there it goes no further than theirs, with
 * our hash. By the whole of ours neither side could tell that they part. O(commits) where theirs ends below ours at all.
 *
 * @returns nothing where they are not known to part so: below the base no hashes are known.
 * @throws SynclineError `codec-corrupt` and what reading commits throws
 */
export function partedVersion(stored: StoredDocument, theirs: Version): Version | undefined {
  const { version, base } = decodeHead(stored.head.body)
  const below = theirs.entries.filter(({ actor, seq }) => seq < version.get(actor))
  if (below.length === 0) return undefined
  const past = pastOf(sealStored(base, commitsOf(stored)))
  const parted = below.flatMap(({ actor, seq, hash: there }) => {
    const covered = base.entryOf(actor)
    const hash = covered?.seq === seq ? covered.hash : past.get(actor)?.get(seq)
    return hash === undefined || startsWith(hash, there) ? [] : [{ actor, seq, hash }]
  })
  return parted.length === 0 ? undefined : version.with(...parted)
}
