import { chunkNotAtSource } from "./blob-errors.ts"
import type { BlobManifest } from "./blob-manifest.ts"
import { checkManifest } from "./check-manifest.ts"
import { checkSource } from "./check-transfer.ts"
import { ChunkHasher, type ChunkId } from "./chunk-id.ts"
import { type ChunkSource, loadFrom } from "./chunk-source.ts"
import type { ChunkStore } from "./chunk-store.ts"
import { type BlobPart, decodeNode } from "./manifest-node.ts"
import { checkPart } from "./read-blob.ts"

/** What a store lacks of a blob. */
export interface MissingChunk {
  readonly id: ChunkId
  /** 0 for chunks of content. */
  readonly height: number
  /** Of content: for a chunk its size, for a node that of all below it, stored or not. */
  readonly length: number
}

/**
 * What would travel if the blob were fetched now, a node before what is below it, so that progress can be shown and space be
 * reserved. Nodes the store lacks are read from the source, each once; chunks are not. A chunk that stands in several nodes is
 * given once for each. Keeps the ids of the nodes given.
 *
 * @throws SynclineError `chunk-missing`, `blob-damaged` (also for what is no manifest), and whatever source and store throw.
 */
export async function* missingChunks(
  store: ChunkStore,
  manifest: BlobManifest,
  source: ChunkSource
): AsyncGenerator<MissingChunk, void, undefined> {
  checkManifest(manifest)
  checkSource(source)
  const walk: Walk = { store, source, hasher: await ChunkHasher.create(), given: new Set() }
  yield* missingAmong(walk, [{ id: manifest.root, length: manifest.length }], manifest.height)
}

interface Walk {
  readonly store: ChunkStore
  readonly source: ChunkSource
  readonly hasher: ChunkHasher
  /** Nodes: without, a few that stand in each other many times over would be walked through for ever. */
  readonly given: Set<ChunkId>
}

async function* missingAmong(
  walk: Walk,
  parts: readonly BlobPart[],
  height: number
): AsyncGenerator<MissingChunk, void, undefined> {
  const distinct = [...new Map(parts.map(part => [part.id, part])).values()]
  const stored = await walk.store.has(distinct.map(({ id }) => id))
  for (const part of distinct.filter((_, i) => stored[i] !== true)) {
    if (walk.given.has(part.id)) continue
    yield { ...part, height }
    if (height === 0) continue
    walk.given.add(part.id)
    const bytes = (await loadFrom(walk.source, [part.id]))[0] ?? undefined
    if (bytes === undefined) throw chunkNotAtSource(part.id, height)
    checkPart(walk.hasher, part, height, bytes)
    yield* missingAmong(walk, decodeNode(bytes, height, part.length).children, height - 1)
  }
}
