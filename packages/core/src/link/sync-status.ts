import type { DocumentId } from "../document/document-id.ts"
import type { LinkProgress } from "./link.ts"

/**
 * Where syncing stands, for somebody who looks at a screen.
 *
 * `offline`: no connection; tried again. `connecting`: one is being made. `catching-up`: data flows, equality is not
 * established. `live`: both sides were equal, commits flow as they happen. `diverged`: both sides have what the other sent
 * and still differ; tried again. `refused`: the other side does not let this one in, for good. `closed`: over for good.
 */
export type SyncPhase = "offline" | "connecting" | "catching-up" | "live" | "diverged" | "refused" | "closed"

/** What is durable here and not known to be there. */
export interface Unsynced {
  readonly commits: number
  /** Documents these commits are of; from 1,000 on, at least so many. */
  readonly documents: number
  /**
   * Whether that is all of it. Before both sides were equal once, in the life of this link or of an earlier one of the same
   * transport and collections that is remembered, only what became durable since the link was made is counted.
   */
  readonly complete: boolean
}

/** A document of which commits were not taken: `here` by us, `there` by the other side. */
export interface RejectedDocument {
  readonly document: DocumentId
  readonly where: "here" | "there"
  /** `not-granted`, `too-large`, `missing-dependency`, `forked`, `invalid`, `engine-unknown`, `unreadable` or `blocked`; of a peer of another version, perhaps another one. */
  readonly reason: string
  readonly message: string
}

/** One moment of syncing. Immutable. */
export interface SyncStatus {
  readonly phase: SyncPhase
  /** Why it is `offline`, `diverged`, `refused` or `closed`, or why catching up takes long, in words. */
  readonly why?: string
  /** n of m: what arrived since the connection began, and how much will, where that is certain. */
  readonly progress: LinkProgress
  readonly unsynced: Unsynced
  /** What was not taken since both sides were equal; the first 100. */
  readonly rejected: readonly RejectedDocument[]
}

/** Syncing to look at: the state now, and each later one. */
export interface SyncMonitor extends AsyncIterable<SyncStatus> {
  readonly status: SyncStatus
  /**
   * Calls back when `status` changes from now on, at most about twenty times a second. Returns the unsubscribe. Iterating gives the
   * state now, then the newest one whenever it changed, and ends with the link or replica.
   */
  onStatus(listener: (status: SyncStatus) => void): () => void
  /**
   * Whether a document has commits here that are not known to be there (of which `Unsynced.complete` holds, too). Beyond
   * 1,000 such documents, true for those not counted as well.
   *
   * @throws SynclineError `document-id-invalid`
   */
  isUnsynced(document: string): boolean
}
