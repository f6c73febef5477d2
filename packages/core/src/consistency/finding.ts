import type { DocumentSummary } from "../projection/projection-source.ts"
import { compareOrderKeys } from "../projection/order-key.ts"
import { equalBytes } from "../codec/hex.ts"
import type { SinkEntry, SinkSession } from "../projection/sink.ts"

/** How a sink's record stands to its document. */
export type RecordClass =
  /** Same version, or one it had while it was verified and changed; contents as sealed, where they were read. */
  | "consistent"
  /** The record is of an older version, projection version or generation. */
  | "stale"
  /** The record claims more than the document has. */
  | "ahead"
  /**
   * The record is of another version than the document's, and neither knows the other: of the same height, and sealed
   * with this store's key. At other heights that cannot be told from `stale` and `ahead`.
   */
  | "concurrent"
  /** The document has no record. */
  | "missing"
  /** No document explains the record. */
  | "orphan"
  /** Same order key, but another version or other content. */
  | "mismatch"
  /** There is something, but its bookkeeping is gone or cannot be read as ours; or the document's own does not decode. */
  | "unreadable"

/** Classes that are findings. */
export type FindingClass = Exclude<RecordClass, "consistent">

/** All classes, in the order of reports. */
export const recordClasses: readonly RecordClass[] = [
  "consistent",
  "stale",
  "ahead",
  "concurrent",
  "missing",
  "orphan",
  "mismatch",
  "unreadable"
]

/** One difference between documents and a sink, confirmed by a second look. */
export interface Finding {
  readonly id: string
  readonly class: FindingClass
  /** The document's height, if there is a document. */
  readonly expectedHeight?: number
  /** The record's height, if there is one to be read. */
  readonly foundHeight?: number
  /** What exactly was found, for compare-and-swap; absent where nothing was. */
  readonly token?: string
}

/** What is in force in a sink: what every record should carry. */
export type InForce = Pick<SinkSession, "generation" | "projection">

/** Compares one document with one record. Where neither is there, that is consistent. */
export function classify(
  document: DocumentSummary | undefined,
  entry: SinkEntry | undefined,
  { generation, projection }: InForce
): RecordClass {
  if (document === undefined) return entry === undefined ? "consistent" : "orphan"
  if (document.unreadable === true) return "unreadable"
  if (entry === undefined) return "missing"
  if (entry.key === undefined || entry.digest === undefined) return "unreadable"
  const order = compareOrderKeys(entry.key, { generation, projection, height: document.height })
  if (order !== 0) return order < 0 ? "stale" : "ahead"
  if (!equalBytes(entry.digest, document.digest)) return entry.sealed === true ? "concurrent" : "mismatch"
  return entry.deleted === document.deleted && entry.sealed !== false ? "consistent" : "mismatch"
}
