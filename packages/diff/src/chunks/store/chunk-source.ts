import { argumentError } from "../../argument/argument-error.ts"
import { orAborted } from "../../stream/or-aborted.ts"
import type { ChunkId } from "./chunk-id.ts"
import type { ChunkStore } from "./chunk-store.ts"

/** Where chunks and nodes come from: a peer behind a connection, say. What it gives is checked. */
export interface ChunkSource {
  /** For each id its bytes, or nothing if they are not to be had. */
  load(ids: readonly ChunkId[]): Promise<ReadonlyArray<Uint8Array | undefined>>
}

/**
 * What a source has of some ids. Ends with the reason of a signal while it is awaited.
 *
 * @throws SynclineError `argument-invalid` for a source that gives no list.
 */
export async function loadFrom(
  source: ChunkSource,
  ids: readonly ChunkId[],
  signal?: AbortSignal
): Promise<ReadonlyArray<Uint8Array | undefined>> {
  const loaded: unknown = await orAborted(Promise.resolve(source.load(ids)), signal)
  if (Array.isArray(loaded)) return loaded as ReadonlyArray<Uint8Array | undefined>
  throw argumentError("source", loaded, "one whose load gives a list: for each id its bytes, or undefined")
}

/** A store as a source. */
export function storeSource(store: ChunkStore): ChunkSource {
  return { load: ids => Promise.all(ids.map(id => store.get(id))) }
}
