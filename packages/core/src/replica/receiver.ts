import { isSynclineError } from "@syncline/clock"
import { decodeBase } from "../codec/facts-codec.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { Path } from "../document/json.ts"
import type { IncomingBatch, IncomingReport, Rejection, SnapshotTransfer } from "../sync/sync-host.ts"
import { commitsOf } from "./document-loader.ts"
import { DocumentMeta } from "./document-meta.ts"
import type { DocumentState } from "./document-state.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import { findFork, withoutBranch } from "./fork.ts"
import { linkCommits, needsPast, type PastHashes } from "./link-commits.ts"
import { pastHashes } from "./past-hashes.ts"
import { peerCursorWrite } from "./peer-cursors.ts"
import { quarantineWrites } from "./quarantine.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { mergeSnapshot } from "./snapshot-merge.ts"

/** Largest inflated snapshot taken from a peer: a document nobody can hold is no use here. */
const maxSnapshotBytes = 256 * 1024 * 1024

/** One document's part of a batch. */
interface Part {
  readonly snapshots: SnapshotTransfer[]
  readonly commits: PackedCommit[]
}

/** What became of one part. */
interface PartReport {
  readonly applied: number
  readonly known: number
  readonly rejection?: Rejection
  readonly state?: DocumentState
  readonly durable?: Promise<number>
}

const nothingPast: PastHashes = new Map()

/** Applies what a link received and waits until it is durable. One document's trouble does not touch the others. */
export async function receive(core: ReplicaCore, batch: IncomingBatch): Promise<IncomingReport> {
  core.assertOpen()
  const observation = core.clock.prepare(batch.commits.map(commit => commit.stamp))
  const reports: PartReport[] = []
  for (const [id, part] of partsOf(batch)) reports.push(await receivePart(core, id, part, batch.origin))
  const rejections = reports.flatMap(report => (report.rejection === undefined ? [] : [report.rejection]))
  const states = new Set(reports.flatMap(report => (report.state === undefined ? [] : [report.state])))
  const saves = batch.cursor !== undefined && rejections.length === 0
  const values = saves && batch.cursor !== undefined ? [peerCursorWrite(batch.cursor)] : []
  const attached = values.length > 0 ? core.writer.attach(values, batch.origin, states) : undefined
  const settled = await Promise.allSettled([...reports.map(report => report.durable), attached])
  for (const [i, outcome] of settled.entries())
    if (outcome.status === "rejected" && i < reports.length) rejections.push(blockedRejection(reports[i]?.state, outcome.reason))
  if (rejections.every(rejection => rejection.reason !== "blocked")) observation.commit()
  if (observation.untrusted.length > 0) core.events.emit({ type: "untrusted-stamp", count: observation.untrusted.length })
  return {
    applied: reports.reduce((sum, report) => sum + report.applied, 0),
    known: reports.reduce((sum, report) => sum + report.known, 0),
    rejections
  }
}

function partsOf(batch: IncomingBatch): Map<DocumentId, Part> {
  const parts = new Map<DocumentId, Part>()
  const partOf = (id: DocumentId) => {
    const part = parts.get(id) ?? { snapshots: [], commits: [] }
    parts.set(id, part)
    return part
  }
  for (const snapshot of batch.snapshots ?? []) partOf(snapshot.document).snapshots.push(snapshot)
  for (const commit of batch.commits) partOf(commit.document).commits.push(commit)
  return parts
}

async function receivePart(core: ReplicaCore, id: DocumentId, part: Part, origin: object): Promise<PartReport> {
  let state: DocumentState
  let past = nothingPast
  try {
    state = await core.load(id)
    if (needsPast(state.meta, part.commits)) past = await loadPast(core, state)
  } catch (error) {
    const reason = isSynclineError(error, "engine-unknown") ? "engine-unknown" : "unreadable"
    return { applied: 0, known: 0, rejection: { document: id, reason, message: messageOf(error), version: Version.empty } }
  }
  if (state.blocked !== undefined) return { applied: 0, known: 0, rejection: blockedRejection(state, state.blocked) }
  // From here to the end nothing awaits, except after damage: no other change can come between.
  for (const snapshot of part.snapshots) {
    const problem = await takeSnapshot(core, state, snapshot, origin)
    if (problem !== undefined) return { applied: 0, known: 0, rejection: problem }
  }
  return takeCommits(core, state, part.commits, past, origin)
}

async function takeSnapshot(core: ReplicaCore, state: DocumentState, transfer: SnapshotTransfer, origin: object): Promise<Rejection | undefined> {
  try {
    const base = decodeBase(transfer.bytes, maxSnapshotBytes)
    mergeSnapshot(core, state, base, transfer.bytes, origin)
    return undefined
  } catch (error) {
    await core.reload(state)
    return reject(state, { reason: "invalid", message: messageOf(error) })
  }
}

async function takeCommits(
  core: ReplicaCore,
  state: DocumentState,
  packed: readonly PackedCommit[],
  past: PastHashes,
  origin: object
): Promise<PartReport> {
  const scratch = new DocumentMeta(state.id, state.meta.facts())
  const { accepted, known, problem } = linkCommits(scratch, packed, past)
  rotateIfOurs(core, accepted)
  const { applied, error } = await applyAll(core, state, accepted, origin)
  let rejection = problem === undefined ? undefined : reject(state, problem)
  if (error !== undefined) rejection = reject(state, { reason: "invalid", message: messageOf(error) })
  if (problem?.reason === "forked" && error === undefined) {
    const swapped = await resolveFork(core, state, packed, origin)
    if (swapped) return takeCommits(core, state, packed, await loadPast(core, state), origin)
  }
  return {
    applied,
    known,
    state,
    durable: lastReceipt(state),
    ...(rejection === undefined ? {} : { rejection })
  }
}

/** Applies in one go; if the engine chokes, loads the document again and finds out how far it gets. */
async function applyAll(
  core: ReplicaCore,
  state: DocumentState,
  commits: readonly Commit[],
  origin: object
): Promise<{ readonly applied: number; readonly error?: unknown }> {
  try {
    applyRun(core, state, commits, origin)
    return { applied: commits.length }
  } catch {
    await core.reload(state)
  }
  for (const [i, commit] of commits.entries()) {
    try {
      applyRun(core, state, [commit], origin)
    } catch (error) {
      await core.reload(state)
      return { applied: i, error }
    }
  }
  return { applied: commits.length }
}

/** Into the engine, the facts and the queue for the store; all of it or, when the engine throws, only damage there. */
function applyRun(core: ReplicaCore, state: DocumentState, commits: readonly Commit[], origin: object): void {
  if (commits.length === 0) return
  const paths = applyToEngine(state, commits)
  for (const commit of commits) state.meta.absorb(commit)
  pushPending(core, state, commits, origin)
  core.notify(state, { paths, origin: "remote" })
}

function applyToEngine(state: DocumentState, commits: readonly Commit[]): readonly Path[] {
  const genesis = commits.flatMap(commit => commit.genesis)
  if (genesis.length > 0) state.document.ensureGenesis(genesis)
  const updates = commits.map(commit => commit.update).filter(update => update.length > 0)
  const paths = updates.length === 0 ? [] : state.document.apply(updates)
  return commits.some(commit => commit.kind !== "change") ? [[]] : paths
}

function pushPending(core: ReplicaCore, state: DocumentState, commits: readonly Commit[], origin: object): void {
  const receipt = new CommitReceipt()
  for (const [i, commit] of commits.entries())
    state.pending.push({ commit, origin, receipt: i === commits.length - 1 ? receipt : undefined })
  core.writer.enqueue(state)
}

/** A commit under our name that we did not make: the name is used by two. */
function rotateIfOurs(core: ReplicaCore, accepted: readonly Commit[]): void {
  const own = accepted.find(commit => commit.dot.actor === core.identity.actor)
  if (own !== undefined) core.rotateIdentity(`a peer holds commit ${own.dot.seq} of "${own.document}" under this replica's name, which is not here`)
}

/**
 * Two writers used one name. Every replica keeps the branch with the lower hash and puts the other aside. Says whether
 * the received branch is the one to keep: ours is then out, and theirs can be taken.
 */
async function resolveFork(core: ReplicaCore, state: DocumentState, packed: readonly PackedCommit[], origin: object): Promise<boolean> {
  await lastReceipt(state)
  const stored = await core.session.loadDocument(state.id)
  const fork = stored === undefined ? undefined : findFork(stored, packed)
  const message = `two writers used the name ${fork?.actor ?? "of a commit"}; the branch with the lower hash stays, the other is kept aside`
  if (stored !== undefined && fork?.keeps === "theirs") {
    state.pendingBase = withoutBranch(stored, fork, core.setupOf(state.id), origin)
    core.writer.enqueue(state)
    await state.pendingBase.receipt.durable
    await core.reload(state)
  } else {
    const aside = packed.filter(({ dot }) => fork === undefined || (dot.actor === fork.actor && dot.seq >= fork.seq))
    await core.writer.attach(quarantineWrites(state.id, aside), undefined, new Set())
  }
  if (fork?.actor === core.identity.actor) core.rotateIdentity("another writer uses this replica's name")
  core.events.emit({ type: "quarantined", document: state.id, message })
  return fork?.keeps === "theirs"
}

async function loadPast(core: ReplicaCore, state: DocumentState): Promise<PastHashes> {
  const stored = await core.session.loadDocument(state.id)
  const tail = stored === undefined ? [] : commitsOf(stored)
  return pastHashes(state.meta.base, [...tail, ...state.pending.map(({ commit }) => commit)])
}

/** Everything of a document that is not durable yet, as a promise: a repeated commit is acknowledged no sooner. */
function lastReceipt(state: DocumentState): Promise<number> {
  return (state.pending.at(-1)?.receipt ?? state.pendingBase?.receipt ?? state.inFlight)?.durable ?? Promise.resolve(state.position)
}

function reject(state: DocumentState, problem: Pick<Rejection, "reason" | "message">): Rejection {
  return { document: state.id, ...problem, version: state.meta.version }
}

function blockedRejection(state: DocumentState | undefined, error: unknown): Rejection {
  return { document: state?.id as DocumentId, reason: "blocked", message: messageOf(error), version: state?.durable.version ?? Version.empty }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
