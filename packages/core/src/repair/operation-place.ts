import type { JsonObject } from "../document/json.ts"
import type { MendPlace } from "./mend-targets.ts"
import type { RepairHost } from "./repair-host.ts"

/** What an operation needs of the repair around it. */
export interface OperationPlace extends MendPlace {
  readonly host: RepairHost
  /** Annotations of commits. */
  readonly meta: JsonObject
}
