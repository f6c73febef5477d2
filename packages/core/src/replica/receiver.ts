import type { PackedCommit } from "../codec/packed-commit.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { IncomingBatch, IncomingReport, PeerCursor, Rejection } from "../sync/sync-host.ts"
import { peerCursorWrite } from "./peer-cursors.ts"
import {
  blockedRejection,
  openPart,
  type Part,
  type PartPlace,
  type PartReport,
  takeAtOnce,
  takeTroubled
} from "./receive-document.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** A part, where it goes, and what became of it; no report yet where it takes more than applying it at once. */
interface TakenPart {
  readonly part: Part
  readonly place: PartPlace
  readonly report: PartReport | undefined
}

/**
 * Documents loaded and applied at a time. A batch of a megabyte can name a million of them: each takes memory while it
 * is loaded, and all else waits while it is applied.
 */
const documentsAtOnce = 128

/** Applies what a link received and waits until it is durable. One document's trouble does not touch the others. */
export async function receive(core: ReplicaCore, batch: IncomingBatch): Promise<IncomingReport> {
  const { origin, cursor } = batch
  const parts = [...partsOf(batch)]
  const total = { applied: 0, known: 0, rejections: [] as Rejection[] }
  for (let at = 0; ; at += documentsAtOnce) {
    const isLast = at + documentsAtOnce >= parts.length
    // What was not taken must come again, so the cursor is saved with the last documents or not at all.
    const saved = isLast && total.rejections.length === 0 ? cursor : undefined
    const { applied, known, rejections } = await takeParts(
      core,
      parts.slice(at, at + documentsAtOnce),
      origin,
      saved
    )
    total.applied += applied
    total.known += known
    total.rejections.push(...rejections)
    if (isLast) return total
    await new Promise<void>(resolve => core.ports.timers.schedule(0, resolve))
  }
}

async function takeParts(
  core: ReplicaCore,
  documents: readonly (readonly [DocumentId, Part])[],
  origin: object,
  cursor: PeerCursor | undefined
): Promise<IncomingReport> {
  core.assertOpen()
  const parts: Omit<TakenPart, "report">[] = []
  for (const [id, part] of documents) parts.push({ part, place: await openPart(core, id, part) })
  core.assertOpen()
  // Everything is loaded: what can be applied at once is, with the cursor, in one tick and so in one append.
  const taken = parts.map(one => ({ ...one, report: takeQuickly(core, one, origin) }))
  const quick = taken.flatMap(({ report }) => report ?? [])
  const isAll = quick.length === taken.length
  const saved = isAll ? saveCursor(core, origin, cursor, quick) : undefined
  const reports = isAll ? quick : await takeRest(core, taken, origin)
  return settleReports(core, reports, isAll ? saved : saveCursor(core, origin, cursor, reports))
}

function takeQuickly(
  core: ReplicaCore,
  { part, place }: Omit<TakenPart, "report">,
  origin: object
): PartReport | undefined {
  return "state" in place ? takeAtOnce(core, place.state, part, origin) : refusedPart(place)
}

async function takeRest(
  core: ReplicaCore,
  taken: readonly TakenPart[],
  origin: object
): Promise<readonly PartReport[]> {
  const reports: PartReport[] = []
  for (const { part, place, report } of taken) {
    if (report !== undefined) reports.push(report)
    else if ("state" in place) reports.push(await takeTroubled(core, place.state, part, origin))
  }
  return reports
}

/** Waits until what was applied is durable, and says what became of the batch. */
async function settleReports(
  core: ReplicaCore,
  reports: readonly PartReport[],
  saved: Promise<number> | undefined
): Promise<IncomingReport> {
  const rejections = reports.flatMap(({ rejection }) => rejection ?? [])
  const settled = await Promise.allSettled(reports.map(async ({ durable }) => durable))
  for (const [i, outcome] of settled.entries()) {
    const state = reports[i]?.state
    if (outcome.status === "rejected" && state !== undefined)
      rejections.push(blockedRejection(state, outcome.reason))
  }
  // A cursor that could not be saved costs the peer some repetition, nothing else.
  await saved?.catch(() => {})
  const durable = reports.filter((_, i) => settled[i]?.status === "fulfilled")
  observe(
    core,
    durable.flatMap(({ accepted }) => accepted)
  )
  return {
    applied: reports.reduce((sum, { accepted }) => sum + accepted.length, 0),
    known: reports.reduce((sum, { known }) => sum + known, 0),
    rejections
  }
}

function refusedPart({ rejection }: Extract<PartPlace, { readonly rejection: unknown }>): PartReport {
  return { accepted: [], known: 0, rejection }
}

function partsOf(batch: IncomingBatch): ReadonlyMap<DocumentId, Part> {
  const parts = new Map<DocumentId, Part>()
  const partOf = (id: DocumentId): Part => {
    const part = parts.get(id) ?? { snapshots: [], commits: [] }
    parts.set(id, part)
    return part
  }
  for (const snapshot of batch.snapshots ?? []) partOf(snapshot.document).snapshots.push(snapshot)
  for (const commit of batch.commits) partOf(commit.document).commits.push(commit)
  return parts
}

/** Unless something was rejected: the peer must then send it, or what replaces it, again. */
function saveCursor(
  core: ReplicaCore,
  origin: object,
  cursor: PeerCursor | undefined,
  reports: readonly PartReport[]
): Promise<number> | undefined {
  if (cursor === undefined || reports.some(({ rejection }) => rejection !== undefined)) return undefined
  const states = new Set(reports.flatMap(({ state }) => (state === undefined ? [] : [state])))
  return core.writer.attach([peerCursorWrite(cursor, core.ports.time.nowMs())], origin, states)
}

/** The clock moves with what is durable, never with what was refused or could not be written. */
function observe(core: ReplicaCore, accepted: readonly Pick<PackedCommit, "stamp">[]): void {
  const observation = core.clock.prepare(accepted.map(({ stamp }) => stamp))
  observation.commit()
  if (observation.untrusted.length > 0)
    core.events.emit({ type: "untrusted-stamp", count: observation.untrusted.length })
}
