import type { MerkleTree } from "@syncline/diff/merkle"
import type { DocumentId } from "../document/document-id.ts"

/** The durable digests of all documents, kept as documents change: what a sink's tree is compared with. */
export interface DigestIndex {
  /** For each collection a tree of its documents' digests under their `documentKey`. Live: they change with the documents. */
  trees(): readonly (readonly [collection: string, tree: MerkleTree])[]
  /** The documents with these keys. Cost: a pass over all ids in memory. */
  documentsAt(keys: readonly Uint8Array[]): Promise<readonly DocumentId[]>
}
