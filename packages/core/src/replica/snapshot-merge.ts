import type { BaseEnvelope } from "../codec/facts-codec.ts"
import { encodeBase } from "../codec/facts-codec.ts"
import type { DocumentFacts } from "../commit/document-facts.ts"
import { versionOf } from "../commit/document-facts.ts"
import { coreError } from "../errors/core-error.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import type { DocumentState, PendingBase } from "./document-state.ts"
import type { ReplicaCore } from "./replica-core.ts"

/**
 * Takes in a peer's snapshot of a document. It is merged into the live engine document, so that editors keep theirs,
 * and becomes the stored base: as received where our own older base is within it, else as merged here.
 *
 * @throws SynclineError `commit-invalid`, or what the engine throws; the document is then damaged: reload it.
 */
export function mergeSnapshot(core: ReplicaCore, state: DocumentState, base: BaseEnvelope, bytes: Uint8Array, origin: object): void {
  if (base.document !== state.id || base.facts.engine !== state.engine.name)
    throw coreError("commit-invalid", `a snapshot of "${base.document}" (${base.facts.engine}) came for "${state.id}" (${state.engine.name})`)
  const theirs = versionOf(base.facts.chains)
  const order = state.meta.version.compare(theirs)
  if (order === "equal" || order === "after") return
  if (order === "forked") throw coreError("commit-forked", `the snapshot of "${state.id}" has other commits under dots known here`)
  const paths = state.document.applySnapshot(base.snapshot)
  state.meta.join(base.facts)
  const pending = theirs.vector.dominates(state.meta.base.vector)
    ? asReceived(state, base.facts, bytes, origin)
    : asMerged(state, origin)
  state.pendingBase?.receipt.fail(coreError("aborted", "a peer's snapshot replaced the base that was being written"))
  state.pendingBase = pending
  core.writer.enqueue(state)
  core.notify(state, { paths, origin: "remote" })
}

/** Our records stay: what the snapshot covers of them is harmless to apply again, the rest is needed. */
function asReceived(state: DocumentState, facts: DocumentFacts, bytes: Uint8Array, origin: object): PendingBase {
  const isAll = versionOf(facts.chains).vector.dominates(state.meta.version.vector)
  const { tailCommits, tailBytes } = isAll ? { tailCommits: 0, tailBytes: 0 } : state.durable
  const kept = { ...facts, base: versionOf(facts.chains), basePosition: 0, tailCommits, tailBytes }
  return { bytes: bytes.slice(), facts: kept, dropThrough: isAll ? state.position : 0, origin, receipt: new CommitReceipt() }
}

/** Our base holds what the snapshot lacks and its commits are gone: only the merged state has it all. */
function asMerged(state: DocumentState, origin: object): PendingBase {
  const version = state.meta.version
  const facts = { ...state.meta.facts(), base: version, basePosition: 0, tailCommits: 0, tailBytes: 0 }
  const bytes = encodeBase({ document: state.id, facts, snapshot: state.document.snapshot() })
  return { bytes, facts, dropThrough: state.position, origin, receipt: new CommitReceipt() }
}
