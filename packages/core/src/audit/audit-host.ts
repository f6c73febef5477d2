import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { HistoryHost } from "../history/history-host.ts"
import type { DocumentState } from "../replica/document-state.ts"
import type { StoredDocument, ValueWrite } from "../store/store.ts"
import type { AuditTrail } from "./audit-trail.ts"

/** What auditing needs of the replica around it. */
export interface AuditHost extends HistoryHost {
  readonly nowMs: () => number
  /** The document, if it is in memory; it is as long as anything of it is not in the store. */
  readonly liveState: (document: DocumentId) => DocumentState | undefined
  /** Writes small values in an append of their own, or with what is on its way. Rejected if that fails. */
  readonly write: (values: readonly ValueWrite[]) => Promise<unknown>
  readonly warn: (message: string, details: Readonly<Record<string, unknown>>) => void
}

/** Lets what it is given see what rewrites a log, in the same tick. */
export type NoteRewrite = <T>(
  work: (stored: StoredDocument | undefined) => T
) => (stored: StoredDocument | undefined) => T

/** What a replica does for its audit trail. */
export interface AuditKeeper {
  /** Makes the entries durable of all commits of a version: they can then be folded. */
  keep(state: DocumentState, version: Version): Promise<void>
  /**
   * Runs what may put something else in the place of a document's log. `note` wraps the synchronous part that does; what
   * came and went by it is written in the append that does.
   */
  rewriting<T>(state: DocumentState, run: (note: NoteRewrite) => Promise<T>): Promise<T>
}

/** Auditing, under way in one replica. */
export interface RunningAudit {
  readonly trail: AuditTrail
  readonly keeper: AuditKeeper
}

/** Auditing, as `openReplica` takes it; `auditTrail` makes it. A value, so that who does without does not load it. */
export interface AuditFeature {
  readonly start: (host: AuditHost) => RunningAudit
}
