import { diffJson } from "@syncline/diff/json/diff"
import { isSynclineError } from "@syncline/clock"
import { equalBytes } from "../codec/hex.ts"
import { type AdoptedRecord, withAdoptionNote } from "../history/adoption-note.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import { compareOrderKeys } from "../projection/order-key.ts"
import type { SinkContent, SinkRecord, SinkSession } from "../projection/sink.ts"
import { unlessAborted } from "../projection/unless-aborted.ts"
import { type Adoption, adoptionOf, type AdoptionRefusal } from "./adoption.ts"
import { captureInTime, failure, mendTargets } from "./mend-targets.ts"
import type { OperationAbort } from "./operation-abort.ts"
import type { OperationPlace } from "./operation-place.ts"
import type { PlannedOperation, RepairTarget } from "./repair-plan.ts"
import { type RepairOperation, toOutcome } from "./repair-report.ts"

/** A record that differs, beside the document it belongs to. */
export interface ReadRecord {
  readonly document: DurableDocument | undefined
  readonly record: SinkRecord | undefined
  /** The record with its rows, where the sink shows them. */
  readonly content: SinkContent | undefined
  readonly session: SinkSession
}

/**
 * Makes what somebody changed in a sink a commit of the document: a difference, never the document anew. Then all records are written from
 * the document, the sink's own with them. Where there is nothing to adopt, the record is mended; where it cannot be adopted, nothing is touched.
 */
export async function adoptRecord(
  place: OperationPlace,
  { id, targets }: Pick<PlannedOperation, "id" | "targets">,
  sink: string,
  abort: OperationAbort
): Promise<readonly RepairOperation[]> {
  const target = targets.find(each => each.sink === sink)
  // The sink named is right: what it holds is what the document has.
  if (target === undefined) return mendTargets(place, { id, targets, abort })
  try {
    const read = await readRecord(place, id, target, abort)
    if (await wasAdopted(place, read, target))
      return await mendTargets(place, { id, targets, abort, adopted: sink })
    const adoption = judge(read, target)
    if (adoption.kind === "refused") return refuse(id, targets, adoption.refusal, adoption.reason)
    if (adoption.kind === "nothing") return await mendTargets(place, { id, targets, abort })
    const refusal = await commit(place, read, { sink, record: read.content?.token ?? "" }, adoption, abort)
    if (refusal !== undefined) return refuse(id, targets, ...refusal)
  } catch (error) {
    return targets.map(each => failure(id, each, abort, error))
  }
  return mendTargets(place, { id, targets, abort, adopted: sink })
}

/** What lies in a sink, and the document it belongs to. The record first: a document that is newer then shows. */
export async function readRecord(
  place: OperationPlace,
  id: string,
  { sink }: RepairTarget,
  abort: OperationAbort
): Promise<ReadRecord> {
  const session = place.laneOf(sink).session()
  const [content] =
    session.readRows === undefined ? [] : await unlessAborted(session.readRows([id]), abort.signal)
  const [record] =
    session.readRows === undefined ? await unlessAborted(session.read([id]), abort.signal) : [content]
  return { session, record, content, document: await captureInTime(place.source, id, abort) }
}

/** Whether a record says that it is of the document's version, in force in the sink. */
export function isOfVersion({ document, content, session }: ReadRecord): boolean {
  if (document === undefined || content?.key === undefined || content.digest === undefined) return false
  const { generation, projection } = session
  const due = { generation, projection, height: document.height }
  return compareOrderKeys(content.key, due) === 0 && equalBytes(content.digest, document.digest)
}

/**
 * Whether a record is as this store wrote it of a version that the document has seen: the seal is made with a key that no other store has, and
 * within one generation a store's versions follow one another, so of these a lower height is an earlier one.
 */
export function isSeen({ document, content, session }: ReadRecord): boolean {
  if (document === undefined || content?.key === undefined || content.digest === undefined) return false
  const { generation, height } = content.key
  const isSame = height === document.height && equalBytes(content.digest, document.digest)
  return content.sealed === true && generation === session.generation && (height < document.height || isSame)
}

/** What a record means for its document. */
function judge(read: ReadRecord, target: RepairTarget): Adoption {
  const { document, content, session } = read
  if (target.action === "remove")
    return refused(
      "no-document",
      "there is no document that could adopt it; make one, or let the documents count"
    )
  if (document === undefined || document.deleted || content === undefined) {
    if (target.class === "missing" || document === undefined) return { kind: "nothing" }
    if (session.readRows === undefined)
      return refused(
        "not-shown",
        `sink ${target.sink} does not show its rows; make the documents the source of truth`
      )
    // A tombstone's record has no rows that somebody could have changed on purpose.
    return content === undefined
      ? { kind: "nothing" }
      : refused("document-changed", "the document is deleted; undelete it first")
  }
  if (content.token !== target.token && target.token !== undefined)
    // It changed since it was verified; it may be right by now, and is not written otherwise.
    return { kind: "nothing" }
  // As it was written once, by a replica: nobody changed anything in it.
  if (content.sealed === true) return isSeen(read) ? { kind: "nothing" } : foreign(target)
  const { plain = [] } = session
  if (plain.length === 0)
    return refused("not-shown", `no table of sink ${target.sink} is read off the documents' values alone`)
  return adoptionOf(plain, document, content, isOfVersion(read))
}

function foreign(target: RepairTarget): Adoption {
  return refused(
    "other-version",
    `the record is ${target.class}, as some replica wrote it: sync with that, which has the document to it`
  )
}

/** A repair that was killed after the commit, and before the record was written. */
async function wasAdopted(
  { host }: OperationPlace,
  read: ReadRecord,
  { sink, token }: RepairTarget
): Promise<boolean> {
  const { document, content } = read
  if (document === undefined || token === undefined || content?.token !== token || isOfVersion(read))
    return false
  return host.hasAdopted(document.id, { sink, record: token })
}

async function commit(
  { host, meta }: OperationPlace,
  { document }: ReadRecord,
  adopted: AdoptedRecord,
  { value }: Extract<Adoption, { readonly kind: "change" }>,
  abort: OperationAbort
): Promise<readonly [AdoptionRefusal, string] | undefined> {
  if (document === undefined) return ["document-changed", "there is no document"]
  try {
    const patch = diffJson(document.value, value)
    // From here on it is told as written: a commit that was begun is not taken back.
    abort.beginWriting()
    const note = withAdoptionNote(adopted, meta)
    const isDone = await unlessAborted(
      host.commitPatch(document.id, document.digest, patch, note),
      abort.signal
    )
    return isDone ? undefined : ["document-changed", "the document changed meanwhile; verify again"]
  } catch (error) {
    if (!isSynclineError(error) || isSynclineError(error, "aborted")) throw error
    const isInvalid = invalidCodes.includes(error.code)
    return [isInvalid ? "invalid" : "document-changed", error.message]
  }
}

/** What says that the value is not allowed, rather than that the document takes no changes now. */
const invalidCodes: readonly string[] = [
  "value-invalid",
  "value-unsupported",
  "path-invalid",
  "patch-invalid",
  "draft-invalid"
]

function refused(refusal: AdoptionRefusal, reason: string): Adoption {
  return { kind: "refused", refusal, reason }
}

function refuse(
  id: string,
  targets: readonly RepairTarget[],
  refusal: AdoptionRefusal,
  reason: string
): readonly RepairOperation[] {
  return targets.map(target => ({ ...toOutcome(id, target, "failed", reason), refusal }))
}
