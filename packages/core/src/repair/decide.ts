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
 * Decides about one: the document's content is written into the sink, or the sink's is adopted by the document, or nothing is done about it
 * until it is found again. Where it could be done, or is right by now, it waits no longer.
 *
 * @throws SynclineError `options-invalid` where no such decision waits, and as `startRepair`'s `done`.
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
  const report =
    choice === "later" ? undefined : await new RunningRepair(host, plan, newRepairId(host), options).done
  if (report?.complete !== false) await dropDecision(host.source, id, sink)
  return report?.operations[0]
}
