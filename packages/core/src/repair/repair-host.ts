import type { JsonPatch } from "@syncline/diff/json"
import type { VerifyOptions } from "../consistency/verify-options.ts"
import type { VerifyReport } from "../consistency/verify-report.ts"
import type { VerifyTarget } from "../consistency/verify-target.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import type { AdoptedRecord } from "../history/adoption-note.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import type { RepairOperation } from "./repair-report.ts"

/** How what was changed in a sink gets into a document. */
export interface RepairAdoption {
  /**
   * Changes a document by a patch, with one commit, if it still is what this digest names; `false` otherwise. Fulfilled when that is durable.
   *
   * @throws SynclineError as `Document.patch` does: `value-invalid` where the schema refuses what it would leave.
   */
  commitPatch(id: DocumentId, digest: Uint8Array, patch: JsonPatch, meta: JsonObject): Promise<boolean>
  /** Whether one of a document's newest commits adopted this record: a repair that was killed may have made it. */
  hasAdopted(id: DocumentId, adopted: AdoptedRecord): Promise<boolean>
}

/** What repair needs of a replica. */
export interface RepairHost extends RepairAdoption {
  readonly source: ProjectionSource
  /** The sinks it feeds. */
  readonly targets: readonly VerifyTarget[]
  verify(options?: VerifyOptions): Promise<VerifyReport>
  /** Counts and tells what one execution of a plan did, however it ended. */
  tellRepaired(operations: readonly RepairOperation[]): void
}

/** What has sinks that can be repaired: a `Replica`. */
export interface Repairable {
  readonly repairing: RepairHost
}
