import type { ChunkId } from "./chunk-id.ts"
import type { ChunkStore } from "./chunk-store.ts"

/** Gives up what a holder refers to: a blob, or what an interrupted operation left. What nobody else needs is deleted. */
export async function releaseBlob(store: ChunkStore, holder: string): Promise<void> {
  await store.release(holder, await store.references(holder))
}

/** Gives up all but one. */
export async function releaseAllBut(store: ChunkStore, holder: string, kept: ChunkId): Promise<void> {
  const held = await store.references(holder)
  await store.release(
    holder,
    held.filter(id => id !== kept)
  )
}
