import { encodeCommits } from "../codec/commit-encoder.ts"
import { protect } from "../codec/envelope.ts"
import { encodeHead } from "../codec/facts-codec.ts"
import { nextLogHash } from "../store/log-hash.ts"
import type { DocumentWrite, LogEnd } from "../store/store.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import { DocumentMeta } from "./document-meta.ts"
import type { Captured, DocumentState, PendingBase, PendingCommit } from "./document-state.ts"

/** What one append takes from one document. */
export interface Share {
  readonly state: DocumentState
  readonly commits: readonly PendingCommit[]
  readonly base: PendingBase | undefined
}

/** A share turned into bytes, with what becomes true of its document once they are durable. */
export interface PreparedShare extends Share {
  readonly write: DocumentWrite
  readonly durable: DocumentMeta
  readonly captured: Captured | undefined
}

/** Whom the next share of this document comes from. */
export function originOf(state: DocumentState): object | undefined {
  const first = state.pending[0]
  return first === undefined ? state.pendingBase?.origin : first.origin
}

/** A waiting base goes with the first commits, whoever made them: later ones may build on what it brings. */
export function takeShare(state: DocumentState, origin: object | undefined): Share {
  let count = 0
  while (count < state.pending.length && state.pending[count]?.origin === origin) count++
  const base = state.pendingBase
  state.pendingBase = undefined
  state.inFlight = new CommitReceipt()
  const commits = state.pending.splice(0, count)
  state.inFlightShare = { commits, base }
  return { state, commits, base }
}

/** Encodes a share to follow the log's end. Changes nothing. O(commits + actors). */
export function prepareShare(share: Share, end: LogEnd): PreparedShare {
  const { state, commits, base } = share
  // A base of our own making (compaction) changes no content: no record, nobody downstream need look.
  const silent = commits.length === 0 && base !== undefined && base.origin === undefined
  const position = silent ? state.position : end.position + 1
  const restored = base?.restored ?? []
  const bytes = silent
    ? undefined
    : protect(encodeCommits([...restored, ...commits.map(({ commit }) => commit)]))
  const durable = durableWith(share, position)
  durable.tailCommits += restored.length + commits.length
  durable.tailBytes += bytes?.length ?? 0
  const digest = durable.version.digest(state.id)
  const write: DocumentWrite = {
    head: { id: state.id, digest, position, body: encodeHead(durable) },
    ...(bytes === undefined ? {} : { record: { bytes, logHash: nextLogHash(end, state.id, bytes) } }),
    ...(base?.bytes === undefined ? {} : { base: base.bytes }),
    ...(base === undefined ? {} : { dropThrough: base.dropThrough })
  }
  const isWhole = state.captures.length > 0 && !state.dirty && !state.damaged
  return {
    ...share,
    write,
    durable,
    captured: isWhole ? state.capture(durable, digest, position) : undefined
  }
}

function durableWith({ state, commits, base }: Share, position: number): DocumentMeta {
  const durable = base?.replaces === true ? new DocumentMeta(state.id, base.facts) : state.durable.clone()
  if (base !== undefined) {
    durable.join(base.facts)
    durable.rebase({
      base: base.base,
      basePosition: base.basePosition ?? position,
      baseBytes: base.bytes?.length ?? state.durable.baseBytes
    })
    durable.tailCommits = Math.max(0, state.durable.tailCommits - base.dropped.commits)
    durable.tailBytes = Math.max(0, state.durable.tailBytes - base.dropped.bytes)
  }
  for (const { commit } of commits) durable.absorb(commit)
  return durable
}
