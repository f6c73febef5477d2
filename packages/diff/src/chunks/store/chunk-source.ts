import type { ChunkId } from "./chunk-id.ts"
import type { ChunkStore } from "./chunk-store.ts"

/** Where chunks and nodes come from: a peer behind a connection, say. What it gives is checked. */
export interface ChunkSource {
  /** For each id its bytes, or nothing if they are not to be had. */
  load(ids: readonly ChunkId[]): Promise<ReadonlyArray<Uint8Array | undefined>>
}

/** A store as a source. */
export function storeSource(store: ChunkStore): ChunkSource {
  return { load: ids => Promise.all(ids.map(id => store.get(id))) }
}
