import type { DocumentId } from "../document/document-id.ts"
import type { Witness } from "./witness.ts"

/** How much survives what, once a promise of `append` is fulfilled. */
export type Durability =
  /** Nothing survives the process. */
  | "memory"
  /** Survives the death of the process, perhaps not of the machine. */
  | "process"
  /** Survives loss of power. */
  | "power"

/** The end of a log: its last position and the running hash up to there. `{0, 16 zero bytes}` when empty. */
export interface LogEnd {
  readonly position: number
  readonly hash: Uint8Array
}

/** What a store knows of a document without loading it. `body` is core's encoding and opaque here. */
export interface StoredHead {
  readonly id: DocumentId
  /** 32 bytes. */
  readonly digest: Uint8Array
  /** Position of the newest log record about this document. */
  readonly position: number
  readonly body: Uint8Array
}

/** One log record: the packed commits of one transaction and document. Opaque here. */
export interface StoredRecord {
  readonly position: number
  readonly document: DocumentId
  readonly bytes: Uint8Array
}

/** A document as stored: head, base snapshot if it was ever compacted, and the records after that, by position. */
export interface StoredDocument {
  readonly head: StoredHead
  readonly base?: Uint8Array
  readonly records: readonly StoredRecord[]
}

/** What one append does to one document; each part is optional but the head. */
export interface DocumentWrite {
  /** With a record: moved to that record. Without one: `position` stays what it was (0 for a new document). */
  readonly head: StoredHead
  /** Appended at `head.position`, with the running hash the log has there. */
  readonly record?: { readonly bytes: Uint8Array; readonly logHash: Uint8Array }
  /** Replaces the base snapshot. */
  readonly base?: Uint8Array
  /** Drops this document's records at and below this position; their positions and hashes stay known for a while. */
  readonly dropThrough?: number
}

/**
 * A small value outside documents: identity, cursors, watermarks, jobs. `null` deletes. Space and key are well-formed
 * text (no lone surrogates).
 */
export interface ValueWrite {
  readonly space: string
  readonly key: string
  readonly value: Uint8Array | null
}

/** Everything one transaction writes. Records carry consecutive positions from `end.position + 1`, ascending. */
export interface StoreBatch {
  readonly documents: readonly DocumentWrite[]
  readonly values?: readonly ValueWrite[]
}

/** What `checkIntegrity` found wrong, one line each. */
export interface IntegrityProblem {
  readonly what: "backend" | "head" | "log" | "base"
  readonly document?: DocumentId
  readonly position?: number
  readonly message: string
}

/** Which slice of an ordered listing to read. `limit` is at least 1. */
export interface Page {
  readonly limit: number
}

/**
 * Durable home of one replica. `open` takes the one writer's place or fails; everything goes through the session.
 * A store may be opened again after its session is closed.
 */
export interface Store {
  /** Technology and place, for messages: `sqlite notes.db`. */
  readonly name: string
  /**
   * @throws SynclineError `store-locked`, `store-foreign`, `store-newer`, `store-corrupt`, `store-failed`; nothing on
   *   disk has then been changed.
   */
  open(): Promise<StoreSession>
}

/**
 * An open store.
 *
 * Guarantees every store gives (checked by `storeContract` in `@syncline/core/testing`):
 * - `append` is atomic: after it is fulfilled all of the batch is there (and survives what `durability` says), after it
 *   is rejected, or after a crash in the middle, none of it is.
 * - Appends happen in the order of their calls. Reads called after an append is fulfilled see it.
 * - Bytes come back exactly as given. Buffers passed in may be reused by the caller once the promise settles; buffers
 *   handed out are the caller's.
 * - A read that cannot be answered truthfully is rejected (`store-corrupt`, `store-failed`); it is never answered as
 *   "not there".
 * - After `close` every call is rejected with `store-closed` (but `close`, which may be called again); `close` waits for
 *   what is under way.
 */
export interface StoreSession {
  readonly durability: Durability
  /** The witness to use unless the application gives another; absent for stores that cannot be copied or restored. */
  readonly witness?: Witness
  /** The end of the log as of the last fulfilled append. */
  readonly end: LogEnd
  /**
   * The only commit point.
   *
   * @throws SynclineError `store-conflict` when the records do not continue the log, or a head moves without a record;
   *   `codec-invalid` for a digest or log hash of another size; `store-failed` when the backend refused (disk full, I/O
   *   error). Nothing was then written.
   */
  append(batch: StoreBatch): Promise<void>
  /** `undefined` when there is no such document. */
  loadHead(id: DocumentId): Promise<StoredHead | undefined>
  /** Base and records are of one moment. `undefined` when there is no such document. */
  loadDocument(id: DocumentId): Promise<StoredDocument | undefined>
  /** Heads in ascending order of id (by UTF-8 bytes), strictly after `after`, of one collection if given. */
  scanHeads(
    page: Page & { readonly after?: DocumentId; readonly collection?: string }
  ): Promise<readonly StoredHead[]>
  /** Heads whose `position` is greater than `after`, ascending by position. */
  changedSince(page: Page & { readonly after: number }): Promise<readonly StoredHead[]>
  /** Records still held with `position` greater than `after`, ascending; of one document if given. */
  readLog(
    page: Page & { readonly after: number; readonly document?: DocumentId }
  ): Promise<readonly StoredRecord[]>
  /** The running hash at a position, or `undefined` when it is not known (any more). Position 0 is always known. */
  logHashAt(position: number): Promise<Uint8Array | undefined>
  /** The collections that have documents, ascending. */
  collections(): Promise<readonly string[]>
  /** One small value. */
  readValue(space: string, key: string): Promise<Uint8Array | undefined>
  /** Small values of one space, ascending by key (UTF-8 bytes), strictly after `after`. */
  listValues(
    page: Page & { readonly space: string; readonly after?: string }
  ): Promise<readonly { readonly key: string; readonly value: Uint8Array }[]>
  /** Looks at everything below core's own encoding: backend checks, missing rows, positions, gaps. Read-only. */
  checkIntegrity(signal?: AbortSignal): Promise<readonly IntegrityProblem[]>
  close(): Promise<void>
}
