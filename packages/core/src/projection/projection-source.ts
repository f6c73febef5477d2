import type { HlcStamp } from "@syncline/clock"
import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import type { Ports } from "../ports/ports.ts"
import type { DigestIndex } from "../tracking/digest-index.ts"
import type { LogEnd, StoredHead, ValueWrite } from "../store/store.ts"

/** A document as of a durable version: what may be shown to a sink. */
export interface DurableDocument {
  readonly id: DocumentId
  readonly version: Version
  /** 32 bytes over id and version; equal digests mean equal documents. */
  readonly digest: Uint8Array
  /** Sum of the version's seqs: grows along causality. */
  readonly height: number
  readonly deleted: boolean
  /** Two writers under one name forked it: commits may have gone out again, and the height with them. Absent: not. */
  readonly forked?: boolean
  /** Greatest stamp among its commits. */
  readonly updatedAt: HlcStamp
  /** Position of the newest log record about it. */
  readonly position: number
  readonly value: JsonObject
}

/** What is known of a document without loading it. */
export interface DocumentSummary {
  readonly id: DocumentId
  readonly digest: Uint8Array
  readonly height: number
  readonly deleted: boolean
  readonly position: number
  /** What is stored about it does not decode: `height` and `deleted` say nothing then. */
  readonly unreadable?: boolean
}

/** A small value as it lies in its space. */
export interface StoredValue {
  readonly key: string
  readonly value: Uint8Array
}

/** What projection and verification need of a replica. Everything handed out is durable. */
export interface ProjectionSource {
  readonly ports: Ports
  /** This replica's store, 32 hex digits. */
  readonly epoch: string
  readonly end: LogEnd
  /** Fingerprint of what documents show without a commit saying so (defaults, upgrades); absent: nothing. See `defaultsFingerprint`, `viewsKey`. */
  readonly defaults?: string
  /**
   * The running log hash at a position, `undefined` when it is not known (any more). Optional: without it a store that
   * was restored under its old epoch is recognised only while it is behind the sink.
   */
  logHashAt?(position: number): Promise<Uint8Array | undefined>
  /** Fulfilled when what is pending now is durable, or given up. Optional: without it nothing ever is pending. */
  settled?(): Promise<void>
  /** Calls back after each durable append. */
  onAppend(listener: () => void): () => void
  /** Documents with records after a position, ascending by newest position. */
  changedSince(after: number, limit: number): Promise<readonly StoredHead[]>
  /** Heads in ascending id order (UTF-8 bytes), strictly after `after`. */
  scanHeads(after: DocumentId | undefined, limit: number, collection?: string): Promise<readonly StoredHead[]>
  /** `undefined` when there is no such document. */
  loadHead(id: DocumentId): Promise<StoredHead | undefined>
  /** Decodes what a head says. Cheap. Does not throw: one damaged head must not hide all other documents. */
  summarize(head: StoredHead): DocumentSummary
  /** The digests of all documents, by what the store has, not by what sinks were given. The first call reads all heads. Optional: verification by a tree needs it. */
  digests?(): Promise<DigestIndex>
  /** Loads one document as of its newest durable version; `undefined` when there is none. */
  capture(id: DocumentId): Promise<DurableDocument | undefined>
  readValue(space: string, key: string): Promise<Uint8Array | undefined>
  /** As `SinkValues.list`. */
  listValues(space: string, after: string | undefined, limit: number): Promise<readonly StoredValue[]>
  /** Durable once settled. */
  writeValues(values: readonly ValueWrite[]): Promise<void>
}
