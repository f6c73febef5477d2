import type { ChunkId } from "./chunk-id.ts"

/** What is put into a store. */
export interface StoredChunk {
  readonly id: ChunkId
  readonly bytes: Uint8Array
  /** What this chunk refers to, for a node of a manifest; none for content. May name one twice. */
  readonly children: readonly ChunkId[]
}

/** What goes into a store in one step. */
export interface ChunkBatch {
  /** Who refers to all that is put: any text. One with lone surrogates, or of more than 1,001 code units, a store may refuse. */
  readonly holder: string
  /** In an order in which children come before what refers to them. */
  readonly put: readonly StoredChunk[]
  /** What the holder refers to no more; those it does not refer to are passed over. */
  readonly release?: readonly ChunkId[]
}

/**
 * Chunks by id, kept while something refers to them: a *holder*, a name its user chooses (a blob's, say), or a stored chunk
 * whose child they are. A chunk's reference count is the number of holders and of stored chunks that refer to it; at zero
 * it is deleted, and its children have one reference fewer.
 *
 * So a stored node has all below it stored too. References of one holder to one chunk count once, which lets an interrupted
 * operation be repeated. Each call happens whole or not at all, and calls one after the other. Ids are not checked against
 * bytes: that is the task of those who put. Rules CS1 to CS10 of spec/chunks.md; `chunkStoreContract` tests them.
 */
export interface ChunkStore {
  /** For each id whether it is stored. */
  has(ids: readonly ChunkId[]): Promise<readonly boolean[]>
  /** A chunk's bytes, as put. The caller owns them. */
  get(id: ChunkId): Promise<Uint8Array | undefined>
  /** Makes the holder refer to those that are stored, and says which are. */
  addReferences(holder: string, ids: readonly ChunkId[]): Promise<readonly boolean[]>
  /**
   * Stores and references, then releases. Of a chunk that is stored already, only the reference is new.
   *
   * @throws SynclineError `chunk-missing` for a child that is neither stored nor put before; nothing is changed then.
   */
  put(batch: ChunkBatch): Promise<void>
  /** Takes references of the holder away; those it does not have are passed over. */
  release(holder: string, ids: readonly ChunkId[]): Promise<void>
  /** What a holder refers to, in no particular order. */
  references(holder: string): Promise<readonly ChunkId[]>
}
