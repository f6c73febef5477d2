import type { Ports } from "../ports/ports.ts"
import type { ValueWrite } from "../store/store.ts"
import type { OrderKey } from "./order-key.ts"
import type { ProjectedContent } from "./projected-content.ts"
import type { PlainTable } from "./plain-table.ts"
import type { DurableDocument, StoredValue } from "./projection-source.ts"
import type { SealedRow } from "./seal.ts"
import type { TableSearch } from "./table-search.ts"
import type { SinkTracking } from "../tracking/sink-tracking.ts"
import type { VectorMatch, VectorQuery } from "./vector-query.ts"

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
  /** One writer at a time can be had: the sink has `takeLease`. Absent: it cannot. */
  readonly lease?: true
  /**
   * `false`: verification does not see a vector that was changed in place, for the backend does not give back what was written; it sees its text, its
   * embedder, and that it is there. Absent: it sees all.
   */
  readonly vectorContents?: false
}

/** How far a sink has applied one store's log. */
export interface Watermark {
  /** The store's epoch, 32 hex digits. */
  readonly epoch: string
  readonly position: number
  /**
   * The log's running hash at `position`, 16 bytes; absent where it was not known. A store that was restored and has
   * since grown past `position` is recognised by it.
   */
  readonly logHash?: Uint8Array
}

/** One document to be brought into a sink. */
export interface SinkWrite {
  readonly document: DurableDocument
  readonly key: OrderKey
  /** What `SinkSession.project` made of the document; no rows for a deleted one. */
  readonly content: ProjectedContent
}

/** What a sink holds about one document, for verification. */
export interface SinkEntry {
  /** As found: where others wrote behind our back it may be no document id at all. */
  readonly id: string
  /**
   * `undefined` when there is no bookkeeping that can be read as ours, only content. A number beyond the safe integers
   * reads as the nearest safe one, which no real key ever reaches: such an entry is `ahead`.
   */
  readonly key: OrderKey | undefined
  /** The document digest stored with the record, 32 bytes; `undefined` when it is not that. */
  readonly digest: Uint8Array | undefined
  readonly deleted: boolean
  /**
   * Whether content and stored seal agree; `undefined` when contents were not read. A seal is a keyed hash over id,
   * order key, digest and content, under a key that only the store knows: it cannot be forged in the sink.
   */
  readonly sealed: boolean | undefined
}

/** An entry read for comparing and swapping. */
export interface SinkRecord extends SinkEntry {
  /** Opaque: names exactly what was read, bookkeeping and content, to the last bit. */
  readonly token: string
}

/** A record with its rows, all of one moment. */
export interface SinkContent extends SinkRecord {
  /** By table in the projection's order, then by ordinal. As found: cells may be anything that the backend holds. */
  readonly rows: readonly SealedRow[]
}

/** One mend: bring `write` (or nothing, for an orphan) in where the record still is what `token` names. */
export interface SinkRepair {
  /** As in `SinkEntry.id`. */
  readonly id: string
  /** From `SinkRecord.token`; absent where verification found nothing under this id. */
  readonly token: string | undefined
  /** Absent: remove everything under this id, no document explains it. */
  readonly write: SinkWrite | undefined
}

/** What became of one repair. Whether it is right is for `read` to say. */
export type SinkRepairOutcome = "swapped" | "changed-meanwhile"

/** A range of ids in UTF-8 byte order: above `after`, up to and including `through`; open where a bound is absent. */
export interface IdRange {
  readonly after?: string
  readonly through?: string
}

/** Who wants to hold a sink, and how long. */
export interface LeaseWish {
  /** Names one projector, for as long as it runs. */
  readonly holder: string
  readonly ttlMs: number
  /** The asking side's clock; milliseconds since 1970. */
  readonly nowMs: number
}

/** Who may write to a sink. */
export interface SinkLease {
  readonly holder: string
  /** Grows with each change of holder. */
  readonly fence: number
  /** Free for others from then on; milliseconds since 1970. */
  readonly untilMs: number
}

/** Small values of the replica's store, for what is costly to make twice. One object for all sinks of a replica. */
export interface SinkValues {
  read(space: string, key: string): Promise<Uint8Array | undefined>
  /** Those of one space, ascending by key, after `after` if given; fewer than `limit`: no more follow. */
  list(space: string, after: string | undefined, limit: number): Promise<readonly StoredValue[]>
  /** Durable once settled. */
  write(values: readonly ValueWrite[]): Promise<void>
}

/** What a sink is given when it is opened. */
export interface SinkContext {
  /** The store's epoch, 32 hex digits. */
  readonly epoch: string
  /** Secret of the store; seals are made with it. 32 bytes. */
  readonly sealKey: Uint8Array
  readonly ports: Ports
  readonly values: SinkValues
  /**
   * Who is going to ask for the lease, as in `LeaseWish`; absent where nobody will. Opening changes nothing in a sink whose lease another has: see `mustLeaveLeased` of
   * `@syncline/core/projection`.
   */
  readonly holder?: string
  /** Takes what parts of the projection can search, while they are opened. */
  readonly offer?: (search: TableSearch) => void
}

/**
 * Where converged state is pushed: a database with its own tables, made once per replica.
 * Delivery is at least once; the effect is exactly once where `guarantees.writes` is `conditional`.
 */
export interface Sink {
  /** Unique among the sinks of a replica; `commit.projectedIn(name)` waits for it. */
  readonly name: string
  /**
   * Creates or checks what the sink needs. May be called again after `close`.
   *
   * @throws SynclineError `sink-foreign`, `store-newer`, `projection-invalid` (trying again does not help; nothing was
   *   changed), `sink-leased`, `sink-fenced` (another holds its lease; nothing was changed) or `sink-failed` (it may).
   */
  open(context: SinkContext): Promise<SinkSession>
}

/**
 * An open sink.
 *
 * Guarantees every sink gives (checked by `sinkContract` in `@syncline/core/testing`):
 * - `apply` is idempotent: applying a batch twice, or parts of it again in any order, leaves what the highest keys say.
 * - A record is readable whole or not at all; after a rejected `apply` neither records nor watermark have changed.
 * - The watermark of a store never moves back, unless the generation or the mapping changed.
 * - `scan`, `read` and `fingerprint` read what is really there, also where others wrote behind our back.
 * - After `close` every call is rejected with `sink-failed`.
 */
export interface SinkSession {
  readonly guarantees: SinkGuarantees
  /** Generation in force; every write must carry it. */
  readonly generation: number
  /** Version of the mapping in force; the sink raises it when its definition changed since the last opening. */
  readonly projection: number
  /** How far this store's log was applied; position 0 when never, or when everything must be applied anew. */
  readonly watermark: Watermark
  /** Records are here although this store's log was never applied: another store's, or this one's before a restore. */
  readonly inherited: boolean
  /** The collections the sink takes; all of them when absent. Documents of others are neither written nor expected. */
  readonly collections?: ReadonlySet<string>
  /** Documents it is good to have projected at a time; 1 when absent. */
  readonly concurrency?: number
  /**
   * Answers that its server gave so far, where one call may take many requests (listing what such a server has in another order), each of which ends by itself: a verification
   * waits for the call as long as this rises. Absent: a call takes one answer, and no longer than `batch.timeoutMs`.
   */
  readonly answered?: number
  /**
   * What a document becomes here. May be slow or ask a service (embedding): then a promise.
   *
   * @throws SynclineError `projection-refused` when this document cannot be projected as it is.
   */
  project(document: DurableDocument): ProjectedContent | Promise<ProjectedContent>
  /**
   * Compare-and-swap on the generation: raises it if it still is `from`, otherwise adopts what is there. Either way
   * this store's watermark is back at 0 and `generation` is what the sink says.
   */
  raiseGeneration(from: number): Promise<void>
  /**
   * Takes or renews the lease by compare-and-swap: where nobody has it, its time is over, or this holder has it. Gives what is in force then, which may be
   * another's. Optional: for backends that can compare and swap.
   *
   * Once a sink has had a lease, only the session that took the newest one writes; `apply`, `repair` and `raiseGeneration` of all others are `sink-fenced`. Taken
   * over from another store, it raises the generation in the same transaction, so that what the new holder's documents say stays, whatever was there.
   * A session takes it once: one that lost it to another session, though that gave it back, gets `sink-fenced`, and is opened anew.
   */
  takeLease?(wish: LeaseWish): Promise<SinkLease>
  /** Lets others have the lease at once, if this holder still has it, by this session. */
  releaseLease?(holder: string): Promise<void>
  /**
   * Writes records whose key is higher than what is there, and moves the watermark, in one transaction where it can.
   *
   * @throws SynclineError `sink-failed` (the batch may be given again), `sink-refused` (the content of a document in it is at fault; the projector finds
   *   out which, and parks it), `sink-fenced` (generation or mapping changed under this session, or the sink was emptied or put back: open anew).
   */
  apply(writes: readonly SinkWrite[], watermark: Watermark): Promise<void>
  /**
   * What is there, ascending by id; with `contents`, seals are checked and content without bookkeeping is found too.
   * Fewer than `limit` entries: the range is exhausted.
   */
  scan(page: IdRange & { readonly limit: number; readonly contents: boolean }): Promise<readonly SinkEntry[]>
  /** The records under these ids, seals checked; those that are not there are left out. */
  read(ids: readonly string[]): Promise<readonly SinkRecord[]>
  /** As `read`, with the rows. Optional: what somebody changed in the sink can be shown and adopted only where it is there. */
  readRows?(ids: readonly string[]): Promise<readonly SinkContent[]>
  /** The way from cells back to a document's value; `Projection.plain`. Optional, as `readRows`. */
  readonly plain?: readonly PlainTable[]
  /**
   * A fingerprint of the first `limit` records in a range, computed inside the backend. Optional: verification scans
   * where it is missing.
   */
  fingerprint?(range: IdRange & { readonly limit: number }): Promise<RangeFingerprint>
  /**
   * Whether everything in a range is as it was sealed: each of the first `limit` records, and no content without
   * bookkeeping between them. Optional: a quicker way to what `scan` with contents says entry by entry.
   */
  sealsHold?(range: IdRange & { readonly limit: number }): Promise<boolean>
  /**
   * The rows of a table with vectors that are nearest to a vector, nearest first. Only in sinks that can search.
   *
   * @throws SynclineError `query-invalid`.
   */
  nearest?(query: VectorQuery): Promise<readonly VectorMatch[]>
  /** What lets a verification leave most of the sink unread. Optional: for backends that notice what others change; the same object for as long as the session is open. */
  readonly tracking?: SinkTracking
  /** Compare-and-swap, each on its own. Outcomes in the order given. */
  repair(repairs: readonly SinkRepair[]): Promise<readonly SinkRepairOutcome[]>
  close(): Promise<void>
}

/** What is stored about a range of records, in id order, in a form that compares at memory speed. */
export interface RangeFingerprint {
  readonly count: number
  /** Ids, separated by line feeds. */
  readonly ids: string
  /** `height` of each, followed by `-` for a deleted one, separated by commas. */
  readonly heights: string
  /** Digests one after the other, 32 bytes each. */
  readonly digests: Uint8Array
  /**
   * Every record carries the generation and projection version in force, and there is as much content as the records
   * say. Content itself is not looked at.
   */
  readonly regular: boolean
}
