import { isSynclineError } from "@syncline/clock"
import { classify } from "../consistency/finding.ts"
import { equalBytes } from "../codec/hex.ts"
import { collectionOf, type DocumentId, parseDocumentId } from "../document/document-id.ts"
import type { DurableDocument, ProjectionSource } from "../projection/projection-source.ts"
import { toSinkWrite } from "../projection/projection-step.ts"
import type { SinkSession } from "../projection/sink.ts"
import { unlessAborted } from "../projection/unless-aborted.ts"
import type { OperationAbort } from "./operation-abort.ts"
import { type RepairOperation, type RepairOutcome, toOutcome } from "./repair-report.ts"
import type { RepairTarget } from "./repair-plan.ts"
import type { SinkLane, Swapped } from "./sink-lane.ts"

/** What mending needs of the repair around it. */
export interface MendPlace {
  readonly source: ProjectionSource
  readonly laneOf: (sink: string) => SinkLane
}

/** Of a record that is not what verification read, and not right either. */
export const changedSince = "it changed since it was verified; verify again"

/** Records of one document, and how they are told. */
export interface MendTask {
  readonly id: string
  readonly targets: readonly RepairTarget[]
  readonly abort: OperationAbort
  /** The sink whose content the document has adopted: its record is told so. */
  readonly adopted?: string
}

/** Writes one document into each of its sinks where it was found wrong. Never rejected: what fails is in the outcomes. */
export async function mendTargets(place: MendPlace, task: MendTask): Promise<readonly RepairOperation[]> {
  const { id, targets, abort } = task
  let document: Promise<DurableDocument | undefined> | undefined
  // Loaded once, and only for a sink that takes it.
  const load = (): Promise<DurableDocument | undefined> =>
    (document ??= captureInTime(place.source, id, abort))
  return Promise.all(
    targets.map(async target => {
      try {
        return await mendOne(place, task, target, load)
      } catch (error) {
        return failure(id, target, abort, error)
      }
    })
  )
}

/** Why nothing came of a target. */
export function failure(
  id: string,
  target: RepairTarget,
  abort: OperationAbort,
  error: unknown
): RepairOperation {
  if (abort.cause === "cancelled") return toOutcome(id, target, "cancelled")
  if (abort.cause !== "late") return toOutcome(id, target, "failed", messageOf(error))
  const left = abort.isWriting
    ? "it may have been written; verify again"
    : "nothing was written; repair again"
  return toOutcome(id, target, "failed", `its time was over: ${left}`)
}

async function mendOne(
  place: MendPlace,
  { id, abort, adopted }: MendTask,
  target: RepairTarget,
  load: () => Promise<DurableDocument | undefined>
): Promise<RepairOperation> {
  const lane = place.laneOf(target.sink)
  const session = lane.session()
  const document = takes(session, id) ? await load() : undefined
  const write = document && (await unlessAborted(toSinkWrite(session, document), abort.signal))
  const isAdopted = adopted === target.sink
  const token = isAdopted ? await tokenAfter(lane, { id, document, target }, abort) : target.token
  const swapped = await lane.swap({ id, token, write }, abort)
  if (!(await isRight(place.source, id, document, swapped)))
    return toOutcome(id, target, "failed", reasonOf(swapped))
  // Whoever wrote the record then, this repair or the projector: it has what was adopted.
  const written = isAdopted ? "adopted" : undefined
  const outcome: RepairOutcome = written ?? (swapped.outcome === "swapped" ? "mended" : "already-right")
  // Without a document the record was removed, whatever it was found as.
  return toOutcome(id, { ...target, action: write === undefined ? "remove" : "write" }, outcome)
}

/**
 * After an adoption the projector writes the record, too; it is let be first. Where a sink takes rows one by one, what was added by hand, and is
 * adopted by now, may then still lie beside those of the document: it is to be put right at once, or it would be adopted once more.
 */
async function tokenAfter(
  lane: SinkLane,
  { id, document, target }: { id: string; document: DurableDocument | undefined; target: RepairTarget },
  { signal }: OperationAbort
): Promise<string | undefined> {
  if (!(await lane.letCatchUp(signal))) return target.token
  const session = lane.session()
  const [record] = await unlessAborted(session.read([id]), signal)
  const isProjected = document !== undefined && record?.digest && equalBytes(record.digest, document.digest)
  return isProjected === true ? record?.token : target.token
}

/** Captured again: a commit that went in meanwhile makes the record newer than what was written here, and right. */
async function isRight(
  source: ProjectionSource,
  id: string,
  document: DurableDocument | undefined,
  { session, record }: Swapped
): Promise<boolean> {
  if (classify(document, record, session) === "consistent") return true
  const now = takes(session, id) ? await capture(source, id) : undefined
  return classify(now, record, session) === "consistent"
}

function reasonOf({ outcome }: Swapped): string {
  return outcome === "swapped"
    ? "it was written and is not what was written; look for somebody else writing to this sink, and verify again"
    : changedSince
}

/** Whether a sink takes documents with this id. */
export function takes({ collections }: SinkSession, id: string): boolean {
  // Where the id is none, so is its collection.
  return collections?.has(collectionOf(id as DocumentId)) ?? true
}

/** The document behind an id, as of now, unless the operation ends first. */
export function captureInTime(
  source: ProjectionSource,
  id: string,
  { signal }: OperationAbort
): Promise<DurableDocument | undefined> {
  return unlessAborted(capture(source, id), signal)
}

/** The document behind an id, as of now; what lies in a sink may be under something that is none. */
async function capture(source: ProjectionSource, id: string): Promise<DurableDocument | undefined> {
  try {
    return await source.capture(parseDocumentId(id))
  } catch (error) {
    if (isSynclineError(error, "document-id-invalid")) return undefined
    throw error
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
