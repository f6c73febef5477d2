import type { DocumentId } from "../document/document-id.ts"
import type { Logger } from "../ports/ports.ts"
import type { DurableDocument } from "./projection-source.ts"

/**
 * Orders records of one document in a sink (decision 3): generation first, then projection version, then height.
 * All are safe integers.
 */
export interface OrderKey {
  /** Belongs to the sink; raised when a store behind it is restored, adopted by every writer. */
  readonly generation: number
  /** Rises when the mapping changes. */
  readonly projection: number
  /** The document version's height. */
  readonly height: number
}

/** What a sink promises, from what its backend can do. */
export interface SinkGuarantees {
  /** `conditional`: an older record never replaces a newer one. `last-write`: order of arrival decides. */
  readonly writes: "conditional" | "last-write"
  /** Watermark and records change in one transaction. */
  readonly atomicWatermark: boolean
  /** Repair compares and swaps against what verification read. */
  readonly compareAndSwap: boolean
  /** Deletions stay as tombstones, so that no late replay brings a document back. */
  readonly tombstones: boolean
}

/** How far a sink has applied one store's log. */
export interface Watermark {
  /** The store's epoch, 32 hex digits. */
  readonly epoch: string
  readonly position: number
}

/** One document to be brought into a sink. */
export interface SinkWrite {
  readonly document: DurableDocument
  readonly key: OrderKey
}

/** What a sink holds about one document, for verification. */
export interface SinkEntry {
  readonly id: DocumentId
  /** `undefined` when the record cannot be read as one of ours (wrong types, missing columns). */
  readonly key: OrderKey | undefined
  /** The document digest stored with the record. */
  readonly digest: Uint8Array | undefined
  readonly deleted: boolean
  /**
   * Whether content and stored seal agree; `undefined` when contents were not read. A seal is a keyed hash over id,
   * order key, digest and content, under a key that only the store knows: it cannot be forged in the sink.
   */
  readonly sealed: boolean | undefined
  /** Opaque: names exactly the bytes that were read, for compare-and-swap. */
  readonly token: Uint8Array
}

/** One mend: bring `write` (or nothing, for an orphan) in where the record still is what `token` names. */
export interface SinkRepair {
  readonly id: DocumentId
  /** From `SinkEntry.token`; absent where verification found no record. */
  readonly token: Uint8Array | undefined
  /** Absent: remove the record, no document explains it. */
  readonly write: SinkWrite | undefined
}

/** What became of one repair. */
export type RepairOutcome = "mended" | "changed-meanwhile"

/** What a sink is given when it is opened. */
export interface SinkContext {
  /** The store's epoch, 32 hex digits. */
  readonly epoch: string
  /** Secret of the store; seals are made with it. 32 bytes. */
  readonly sealKey: Uint8Array
  readonly logger: Logger
}

/**
 * Where converged state is pushed: a database with its own tables, made once per replica.
 * Delivery is at least once; the effect is exactly once where `guarantees.writes` is `conditional`.
 */
export interface Sink {
  /** Unique among the sinks of a replica; `commit.projected(name)` waits for it. */
  readonly name: string
  /**
   * Creates or checks what the sink needs.
   *
   * @throws SynclineError `sink-foreign`, `sink-failed`, `store-newer`, `projection-invalid`.
   */
  open(context: SinkContext): Promise<SinkSession>
}

/**
 * An open sink.
 *
 * Guarantees every sink gives (checked by `sinkContract` in `@syncline/core/testing`):
 * - `apply` is idempotent: applying a batch twice, or parts of it again in any order, leaves what the highest keys say.
 * - A record is readable whole or not at all; after a rejected `apply` the watermark has not moved.
 * - `scan` reads what is really there, also where others wrote behind our back.
 */
export interface SinkSession {
  readonly guarantees: SinkGuarantees
  /** Generation in force; every write must carry it. */
  readonly generation: number
  /** Version of the mapping in force; the sink raises it when its definition changed since the last opening. */
  readonly projection: number
  /** How far this store's log was applied; position 0 when never, or when everything must be applied anew. */
  readonly watermark: Watermark
  /**
   * Writes records whose key is higher than what is there, and moves the watermark, in one transaction where it can.
   *
   * @throws SynclineError `sink-failed`, `sink-fenced`; the batch may be given again.
   */
  apply(writes: readonly SinkWrite[], watermark: Watermark): Promise<void>
  /** What is there, ascending by id (UTF-8 bytes), strictly after `after`; with `contents`, seals are checked. */
  scan(page: { readonly after?: DocumentId; readonly limit: number; readonly contents: boolean }): Promise<readonly SinkEntry[]>
  /** The entries of these documents; those that are not there are left out. Seals are checked. */
  read(ids: readonly DocumentId[]): Promise<readonly SinkEntry[]>
  /**
   * A fingerprint over (id, order key, digest, deleted) of the records after `after` up to and including `through`, in
   * id order, computed inside the backend; the count with it. Optional: verification scans where it is missing.
   */
  fingerprint?(range: { readonly after?: DocumentId; readonly limit: number }): Promise<RangeFingerprint | undefined>
  /** Compare-and-swap, each on its own. Outcomes in the order given. */
  repair(repairs: readonly SinkRepair[]): Promise<readonly RepairOutcome[]>
  close(): Promise<void>
}

/** What `fingerprint` gives: the concatenation's text, so that equal ranges compare at memory speed. */
export interface RangeFingerprint {
  readonly text: string
  readonly count: number
  /** Last id in the range. */
  readonly last: DocumentId
}
