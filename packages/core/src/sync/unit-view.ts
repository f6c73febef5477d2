import type { MerkleTree } from "@syncline/diff/merkle"
import type { RangeIndex, RatelessSketch } from "@syncline/diff/set"
import type { DocumentId } from "../document/document-id.ts"

/**
 * The documents of one collection as strangers compare them: a set of 8-byte ids, each of one document at one version,
 * under one key; and a tree of 32-byte digests. All of it is kept current by appends, so it may change between two steps.
 */
export interface UnitView {
  readonly tree: MerkleTree
  /** Collected when first asked for, here or in another view of the same. */
  sketch(): Promise<RatelessSketch>
  /** Built when first asked for, kept until `dropRanges`. */
  ranges(): Promise<RangeIndex>
  dropRanges(): void
  /** Documents here that have one of these ids, or had it until lately: as far back as the sketch's marks reach. */
  documentsWith(ids: readonly Uint8Array[]): Promise<DocumentId[]>
  /** Documents at these keys of the tree. Goes through all documents. */
  documentsAt(keys: readonly Uint8Array[]): Promise<DocumentId[]>
  /** Says that it is not used any more. Several may use one view. */
  close(): void
}
