import { classify } from "../consistency/finding.ts"
import { adoptRecord, isOfVersion, isSeen, type ReadRecord, readRecord } from "./adopt-record.ts"
import { cellToJson } from "./found-rows.ts"
import { changedSince, failure, mendTargets, takes } from "./mend-targets.ts"
import type { OperationAbort } from "./operation-abort.ts"
import type { OperationPlace } from "./operation-place.ts"
import { type DecisionRow, keepDecisions, type PendingDecision } from "./pending-decisions.ts"
import type { PlannedOperation, RepairTarget } from "./repair-plan.ts"
import { type RepairOperation, toOutcome } from "./repair-report.ts"
import { sinkOf } from "./source-of-truth.ts"

/** Does what one operation of a plan says, by its source of truth. Never rejected: what fails is in the outcomes. */
export async function performOperation(
  place: OperationPlace,
  operation: PlannedOperation,
  abort: OperationAbort
): Promise<readonly RepairOperation[]> {
  const { id, source, targets } = operation
  const sink = sinkOf(source)
  if (source === "document") return mendTargets(place, { id, targets, abort })
  if (sink !== undefined) return adoptRecord(place, operation, sink, abort)
  try {
    const records = await Promise.all(targets.map(target => readRecord(place, id, target, abort)))
    if (source === "manual") return await queue(place, id, targets, records, "to be decided by hand")
    return await mostRecent(place, operation, records, abort)
  } catch (error) {
    return targets.map(target => failure(id, target, abort, error))
  }
}

/**
 * Which side is the later, by causality alone. A record that says it is of the document's version, with content that its seal does not fit, was
 * changed after that version: the sink is the later. One that its seal fits is as this store wrote it, and of an earlier version: the document
 * is the later. Of all others (other replicas' records, rows changed on top of an earlier version) neither is known to have seen the other, and no
 * sink tells when a row was changed: there is no stamp that a clock could be asked about, so these wait for a person.
 */
async function mostRecent(
  place: OperationPlace,
  operation: PlannedOperation,
  records: readonly ReadRecord[],
  abort: OperationAbort
): Promise<readonly RepairOperation[]> {
  const { id, targets } = operation
  const stands = targets.map((target, at) => standOf(target, records[at]))
  const later = targets.filter((_, at) => stands[at] === "sink")
  const [first, second] = later
  if (stands.includes("unknown"))
    return queue(place, id, targets, records, "which of both is the later cannot be told")
  if (first === undefined) return mendTargets(place, { id, targets, abort })
  if (second !== undefined) return queue(place, id, targets, records, "it was changed in several sinks")
  return adoptRecord(place, operation, first.sink, abort)
}

function standOf(
  { class: found }: RepairTarget,
  read: ReadRecord | undefined
): "document" | "sink" | "unknown" {
  if (read === undefined) return "unknown"
  const { document, content, session } = read
  if (document === undefined || found === "orphan") return "document"
  // A sink that does not show its rows may hold what is newer than the document.
  if (content === undefined)
    return found === "missing" || session.readRows !== undefined ? "document" : "unknown"
  if (content.sealed === true) return isSeen(read) ? "document" : "unknown"
  return isOfVersion(read) ? "sink" : "unknown"
}

/** What is still as verification read it, and wrong, waits for a person; all else was decided by what happened since. */
async function queue(
  place: OperationPlace,
  id: string,
  targets: readonly RepairTarget[],
  records: readonly ReadRecord[],
  reason: string
): Promise<readonly RepairOperation[]> {
  const outcomes = targets.map(
    (target, at) => overtaken(id, target, records[at]) ?? toOutcome(id, target, "queued", reason)
  )
  const queuedMs = place.source.ports.time.nowMs()
  const decisions = targets.flatMap((target, at) =>
    outcomes[at]?.outcome === "queued" ? [toDecision(id, target, records[at], reason, queuedMs)] : []
  )
  if (decisions.length > 0) await keepDecisions(place.source, decisions)
  return outcomes
}

/** Where a record is right by now, or another than was verified: a decision about it would show what is not there any more, and could not be carried out. */
function overtaken(
  id: string,
  target: RepairTarget,
  read: ReadRecord | undefined
): RepairOperation | undefined {
  if (read === undefined) return undefined
  const { document, record, session } = read
  const own = takes(session, id) ? document : undefined
  if (classify(own, record, session) === "consistent") return toOutcome(id, target, "already-right")
  return record?.token === target.token ? undefined : toOutcome(id, target, "failed", changedSince)
}

function toDecision(
  id: string,
  target: RepairTarget,
  read: ReadRecord | undefined,
  reason: string,
  queuedMs: number
): PendingDecision {
  const { document, content } = read ?? {}
  const rows = content?.rows.map((row): DecisionRow => {
    const cells = row.table.columns.map(({ name }, at) => [name, cellToJson(row.values[at])] as const)
    return { table: row.table.name, ordinal: Number(row.ordinal), cells: Object.fromEntries(cells) }
  })
  return {
    id,
    target,
    reason,
    queuedMs,
    ...(document === undefined || document.deleted ? {} : { document: document.value }),
    ...(rows === undefined ? {} : { rows })
  }
}
