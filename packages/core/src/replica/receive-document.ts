import { isSynclineError } from "@syncline/clock"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { Rejection, SnapshotTransfer } from "../sync/sync-host.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import type { DocumentState } from "./document-state.ts"
import { type LinkedCommits, linkCommits, needsPast, type Problem } from "./link-commits.ts"
import { markDamaged, mend, reload } from "./mend.ts"
import { otherEngine } from "./other-engine.ts"
import { applyCommits } from "./rebuild.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { learnPast, settleForks } from "./settle-forks.ts"
import { mergeSnapshot } from "./snapshot-merge.ts"

/** One document's part of a batch. */
export interface Part {
  readonly snapshots: SnapshotTransfer[]
  readonly commits: PackedCommit[]
}

/** What became of one part. */
export interface PartReport {
  readonly accepted: readonly Commit[]
  readonly known: number
  readonly rejection?: Rejection
  readonly state?: DocumentState
  /** When all of it, what was known before included, is durable. */
  readonly durable?: Promise<number>
}

/** Where a part goes: its document, loaded and quiet, or why not. */
export type PartPlace = { readonly state: DocumentState } | { readonly rejection: Rejection }

/** Brings up the document which a part is for. */
export async function openPart(core: ReplicaCore, id: DocumentId, part: Part): Promise<PartPlace> {
  try {
    const refusal = core.blocked.refusal()
    if (refusal !== undefined) return { rejection: notNow(id, refusal) }
    const state = await core.load(id)
    const foreign = part.commits.find(({ engine }) => engine !== state.engine.name)
    if (foreign !== undefined) throw otherEngine(id, foreign.engine, state.engine.name)
    while (state.mending !== undefined) await state.mending
    await learn(core, state, part.commits)
    await core.conflicts.prepare(state, part.commits)
    return { state }
  } catch (error) {
    core.assertOpen()
    const reason = isSynclineError(error, "engine-unknown") ? "engine-unknown" : "unreadable"
    return { rejection: { document: id, reason, message: messageOf(error), version: Version.empty } }
  }
}

/**
 * Applies a part at once if that is all it takes. `undefined`: it takes more (a snapshot, a fork, bad bytes), see
 * `takeTroubled`; nothing of it is applied then.
 */
export function takeAtOnce(
  core: ReplicaCore,
  state: DocumentState,
  part: Part,
  origin: object
): PartReport | undefined {
  if (state.isHeldBack || state.damaged || part.snapshots.length > 0) return undefined
  const linked = linkCommits(state.meta, part.commits)
  if (isForked(linked) || linked.hasRivals || needsPast(state.meta, part.commits)) return undefined
  if (core.conflicts.isUnprepared(state, part.commits)) return undefined
  try {
    applyRun(core, state, linked.accepted, origin)
  } catch {
    markDamaged(state)
    return undefined
  }
  return reportOf(state, { accepted: linked.accepted, linked, problem: linked.problem })
}

/** Takes a part with whatever it needs. One at a time for each document. */
export async function takeTroubled(
  core: ReplicaCore,
  state: DocumentState,
  part: Part,
  origin: object
): Promise<PartReport> {
  try {
    if (state.damaged && state.blocked === undefined) await reload(core, state)
    while (state.mending !== undefined) await state.mending
    if (state.blocked !== undefined)
      return { accepted: [], known: 0, rejection: blockedRejection(state, state.blocked) }
    for (const snapshot of part.snapshots) {
      const rejection = await takeSnapshot(core, state, snapshot, origin)
      if (rejection !== undefined) return { accepted: [], known: 0, rejection }
    }
    return await takeCommits(core, state, part.commits, origin)
  } catch (error) {
    core.assertOpen()
    return {
      accepted: [],
      known: 0,
      rejection: reject(state, { reason: "unreadable", message: messageOf(error) })
    }
  }
}

function notNow(document: DocumentId, { message }: Error): Rejection {
  return { document, reason: "blocked", message, version: Version.empty }
}

/** What is to be said of a document that takes nothing at present. */
export function blockedRejection(state: DocumentState, error: unknown): Rejection {
  return { document: state.id, reason: "blocked", message: messageOf(error), version: state.durable.version }
}

async function takeSnapshot(
  core: ReplicaCore,
  state: DocumentState,
  transfer: SnapshotTransfer,
  origin: object
): Promise<Rejection | undefined> {
  try {
    await mergeSnapshot(core, state, transfer, origin)
    return undefined
  } catch (error) {
    // It waited for an append that failed: nothing of it was looked at.
    if (error === state.blocked) return blockedRejection(state, error)
    // Whatever else was thrown, the live document may have half of the snapshot in it.
    await reload(core, state)
    return reject(state, { reason: snapshotProblem(error), message: messageOf(error) })
  }
}

function snapshotProblem(error: unknown): Problem["reason"] {
  if (isSynclineError(error, "engine-unknown")) return "engine-unknown"
  return isSynclineError(error, "commit-forked") ? "forked" : "invalid"
}

/**
 * Two branches may come in one batch, neither of them here: once the one that came first is, the other is a fork like any.
 * What that brings along once more is for the next exchange.
 */
async function takeCommits(
  core: ReplicaCore,
  state: DocumentState,
  packed: readonly PackedCommit[],
  origin: object
): Promise<PartReport> {
  const first = await takeOnce(core, state, packed, origin)
  if (!first.linked.hasRivals || first.accepted.length === 0) return reportOf(state, first)
  const second = await takeOnce(core, state, packed, origin)
  const accepted = [...first.accepted, ...second.accepted]
  return reportOf(state, { ...second, accepted, linked: first.linked })
}

async function takeOnce(
  core: ReplicaCore,
  state: DocumentState,
  packed: readonly PackedCommit[],
  origin: object
): Promise<Taken> {
  let swapped: readonly Commit[] = []
  let problem: Problem | undefined
  await learn(core, state, packed)
  if (isForked(linkCommits(state.meta, packed))) {
    try {
      swapped = await settleForks(core, state, packed, origin)
    } catch (error) {
      core.assertOpen()
      problem = { reason: "invalid", message: messageOf(error) }
    }
  }
  if (swapped.length > 0) await core.conflicts.refresh(state)
  await core.conflicts.prepare(state, packed)
  const { applied, linked, error } = await applyAll(core, state, packed, origin)
  problem ??= error === undefined ? linked.problem : { reason: "invalid", message: messageOf(error) }
  // What was swapped in is here by now, and would count as known as well.
  const known = Math.max(0, linked.known - swapped.length)
  return { accepted: [...swapped, ...applied], linked: { ...linked, known }, problem }
}

/** Without the hashes of what is older, whatever builds on another branch would be taken at its sender's word. */
async function learn(
  core: ReplicaCore,
  state: DocumentState,
  packed: readonly PackedCommit[]
): Promise<void> {
  while (needsPast(state.meta, packed)) await mend(core, state, stored => learnPast(state, stored))
}

/** What became of the commits of a part. */
interface Taken {
  readonly accepted: readonly Commit[]
  readonly linked: LinkedCommits
  readonly problem: Problem | undefined
}

interface Applied {
  readonly applied: readonly Commit[]
  readonly linked: LinkedCommits
  /** What the engine had against the commit after those applied. */
  readonly error?: unknown
}

/** Applies in one go; if the engine chokes, loads the document again and finds out how far it gets. */
async function applyAll(
  core: ReplicaCore,
  state: DocumentState,
  packed: readonly PackedCommit[],
  origin: object
): Promise<Applied> {
  await learn(core, state, packed)
  const linked = linkCommits(state.meta, packed)
  try {
    applyRun(core, state, linked.accepted, origin)
    return { applied: linked.accepted, linked }
  } catch {
    await reload(core, state)
  }
  const applied: Commit[] = []
  for (;;) {
    // Anew each time: while the document was loaded, another link may have brought the same.
    await learn(core, state, packed)
    const [next] = linkCommits(state.meta, packed).accepted
    if (next === undefined) return { applied, linked }
    try {
      applyRun(core, state, [next], origin)
      applied.push(next)
    } catch (error) {
      await reload(core, state)
      return { applied, linked, error }
    }
  }
}

/** Into the engine, the facts and the queue for the store; all of it or, when the engine throws, only damage there. */
function applyRun(core: ReplicaCore, state: DocumentState, commits: readonly Commit[], origin: object): void {
  if (commits.length === 0) return
  rotateIfOurs(core, commits)
  const paths = core.integrate(state, () => {
    const changed = applyCommits(state.document, commits)
    for (const commit of commits) state.meta.absorb(commit)
    const receipt = new CommitReceipt()
    const last = { receipt, conflicts: core.conflicts.find(state, commits) }
    for (const [i, commit] of commits.entries())
      state.pending.push({ commit, origin, ...(i === commits.length - 1 ? last : { receipt: undefined }) })
    return changed
  })
  core.writer.enqueue(state)
  core.notify(state, { paths, origin: "remote" })
}

/** A commit under our name that we did not make: the name is used by two. */
function rotateIfOurs(core: ReplicaCore, accepted: readonly Commit[]): void {
  const own = accepted.find(commit => commit.dot.actor === core.identity.actor)
  if (own === undefined) return
  const { dot, document } = own
  core.rotateIdentity(
    `a peer holds commit ${dot.seq} of "${document}" under this replica's name, which is not here`
  )
}

function isForked({ forks, suspects, aside }: LinkedCommits): boolean {
  return forks.length > 0 || suspects.size > 0 || aside.length > 0
}

function reportOf(state: DocumentState, { accepted, linked, problem }: Taken): PartReport {
  const rejection = problem === undefined ? {} : { rejection: reject(state, problem) }
  return { accepted, known: linked.known, state, durable: lastReceipt(state), ...rejection }
}

/** Everything of a document that is not durable yet, as a promise: a repeated commit is acknowledged no sooner. */
function lastReceipt(state: DocumentState): Promise<number> {
  const waiting = state.pending.at(-1)?.receipt ?? state.pendingBase?.receipt ?? state.inFlight
  return waiting?.durable ?? Promise.resolve(state.position)
}

function reject(state: DocumentState, problem: Problem): Rejection {
  return { document: state.id, ...problem, version: state.meta.version }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
