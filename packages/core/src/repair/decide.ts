import { coreError } from "../errors/core-error.ts"
import type { Repairable } from "./repair-host.ts"
import type { ExecuteOptions } from "./repair-job.ts"
import { dropDecision, loadDecision, loadDecisions, type PendingDecision } from "./pending-decisions.ts"
import type { PlannedOperation } from "./repair-plan.ts"
import type { RepairOperation } from "./repair-report.ts"
import { newRepairId, RunningRepair } from "./running-repair.ts"

/** Records that wait for somebody to decide whose content counts, by id and sink. They are in the store until then. */
export function pendingDecisions({ repairing: { source } }: Repairable): Promise<readonly PendingDecision[]> {
  return loadDecisions(source)
}

/**
 * Decides about one that was looked at: the document's content is written into the sink, or the sink's is adopted by the document, or nothing is done about it
 * until it is found again. Where it could be done, or is right by now, it waits no longer.
 *
 * @throws SynclineError `options-invalid` where no such decision waits, or one about other content by now, and as `startRepair`'s `done`.
 */
export async function decide(
  { repairing: host }: Repairable,
  { id, target }: Pick<PendingDecision, "id" | "target">,
  choice: "document" | "sink" | "later",
  options: ExecuteOptions = {}
): Promise<RepairOperation | undefined> {
  const { sink } = target
  const waiting = await loadDecision(host.source, id, sink)
  if (waiting === undefined)
    throw coreError(
      "options-invalid",
      `nothing waits to be decided about ${id} in sink ${sink}; see pendingDecisions()`
    )
  if (waiting.target.token !== target.token)
    throw coreError(
      "options-invalid",
      `what ${id} is in sink ${sink} has changed since this was looked at; see pendingDecisions() and decide again`
    )
  const operation: PlannedOperation = {
    id,
    source: choice === "sink" ? `sink:${sink}` : "document",
    targets: [waiting.target],
    reason: `decided for the ${choice}`,
    cost: { documents: 1, records: 1 }
  }
  const plan = {
    format: 1,
    operations: [operation],
    refused: [],
    cost: operation.cost,
    complete: true
  } as const
  // That the sink may fail does not make the decision one that was carried out.
  const { nonCritical: _nonCritical, ...kept } = options
  const report =
    choice === "later" ? undefined : await new RunningRepair(host, plan, newRepairId(host), kept).done
  if (report?.complete !== false) await dropDecision(host.source, id, sink)
  return report?.operations[0]
}
