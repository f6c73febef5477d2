import type { JsonObject } from "../document/json.ts"
import { type MendPlace, mendTargets } from "./mend-targets.ts"
import type { OperationAbort } from "./operation-abort.ts"
import type { RepairHost } from "./repair-host.ts"
import type { PlannedOperation } from "./repair-plan.ts"
import { type RepairOperation, toOutcome } from "./repair-report.ts"

/** What an operation needs of the repair around it. */
export interface OperationPlace extends MendPlace {
  readonly host: RepairHost
  /** Annotations of commits. */
  readonly meta: JsonObject
}

/** Does what one operation of a plan says, by its source of truth. Never rejected: what fails is in the outcomes. */
export function performOperation(
  place: OperationPlace,
  { id, source, targets }: PlannedOperation,
  abort: OperationAbort
): Promise<readonly RepairOperation[]> {
  if (source !== "document") {
    const reason = `content cannot be taken from ${source}; plan with the documents as source of truth`
    return Promise.resolve(targets.map(target => toOutcome(id, target, "failed", reason)))
  }
  return mendTargets(place, { id, targets, abort })
}
