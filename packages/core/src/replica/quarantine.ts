import { toHex } from "../codec/hex.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { DocumentId } from "../document/document-id.ts"
import { sha256 } from "#platform"
import type { ValueWrite } from "../store/store.ts"

/** Where commits are kept that a fork keeps out of their document. */
export const quarantineSpace = "quarantine"

/** Raw commits to be kept aside, one value each; the same commit twice is kept once. */
export function quarantineWrites(document: DocumentId, commits: readonly PackedCommit[]): readonly ValueWrite[] {
  return commits.map(commit => {
    const dependencies = commit.dependencies.map(dependency => ({ hash8: new Uint8Array(8), ...dependency }))
    const { check8: _, ...rest } = commit
    const value = encodeCommits([{ ...rest, dependencies, hash: new Uint8Array(32) }])
    return { space: quarantineSpace, key: `${document} ${commit.dot.actor} ${commit.dot.seq} ${toHex(sha256(value).subarray(0, 8))}`, value }
  })
}
