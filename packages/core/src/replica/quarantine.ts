import { sha256 } from "#platform"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { toHex } from "../codec/hex.ts"
import type { Commit } from "../commit/commit.ts"
import type { StoreSession, ValueWrite } from "../store/store.ts"

/** Where commits are kept that a fork keeps out of their document. */
export const quarantineSpace = "quarantine"

/** Raw commits to be kept aside, one value each; the same commit twice is kept once. */
export function quarantineWrites(commits: readonly Commit[]): readonly ValueWrite[] {
  return commits.map(commit => {
    const { document, dot } = commit
    // By the hash of the bytes: the commit's own is not proof of them for everybody who writes here.
    const value = encodeCommits([commit])
    const key = `${document} ${dot.actor} ${dot.seq} ${toHex(sha256(value).subarray(0, 8))}`
    return { space: quarantineSpace, key, value }
  })
}

/** Which of these values are there already. */
export async function keptAlready(
  session: StoreSession,
  writes: readonly ValueWrite[]
): Promise<ReadonlySet<string>> {
  const kept = new Set<string>()
  for (const { space, key } of writes) if ((await session.readValue(space, key)) !== undefined) kept.add(key)
  return kept
}
