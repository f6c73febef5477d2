import { diffError } from "../../error/diff-error.ts"
import type { TransferOptions } from "../../stream/transfer-options.ts"
import { chunkNotAtSource } from "./blob-errors.ts"
import type { BlobManifest } from "./blob-manifest.ts"
import { ChunkHasher, type ChunkId } from "./chunk-id.ts"
import type { ChunkSource } from "./chunk-source.ts"
import type { ChunkStore } from "./chunk-store.ts"
import { type BlobPart, decodeNode } from "./manifest-node.ts"
import { checkPart, readBlob } from "./read-blob.ts"
import { releaseAllBut } from "./release-blob.ts"

/** What a source may do to a store, and how that is followed. */
export interface FetchOptions extends TransferOptions {
  /** Longest content that is fetched. Default 1 GiB. */
  readonly maxBytes?: number
}

const DEFAULT_MAX_BYTES = 2 ** 30
// Asked for at once: enough to keep a line busy, little enough to have in memory.
const REQUEST_BYTES = 2 ** 20

/**
 * Brings a blob into a store from somewhere else: only nodes and chunks the store lacks travel, each is checked and
 * stored when it comes, and at the end the whole content against its hash. Then `holder` refers to the blob and to nothing else, as
 * after `storeBlob`.
 *
 * If it is interrupted or fails, what came stays, held by the holder: fetching again goes on from there, and `releaseBlob`
 * gives it up. One operation at a time for a holder. Keeps one node a level and a megabyte of chunks (or one chunk).
 *
 * @throws SynclineError `blob-too-large`, `chunk-missing` if the source lacks a chunk, `blob-damaged` if it sent other bytes,
 * and whatever source and store throw; the signal's reason if aborted, which is looked at for each request and, when all is there, for each
 * chunk that is verified.
 */
export async function fetchBlob(
  store: ChunkStore,
  holder: string,
  manifest: BlobManifest,
  source: ChunkSource,
  options: FetchOptions = {}
): Promise<void> {
  const { length, root, height } = manifest
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES
  // Also for a limit that is not a number.
  if (!(length <= maxBytes))
    throw diffError("blob-too-large", `the blob has ${length} bytes, the limit is ${maxBytes}`, {
      length,
      maxBytes
    })
  const fetching = new BlobFetcher(store, holder, source, await ChunkHasher.create(), options)
  await fetching.fetch([{ id: root, length }], height)
  for await (const _ of readBlob(store, manifest)) options.signal?.throwIfAborted()
  await releaseAllBut(store, holder, root)
}

class BlobFetcher {
  readonly #store: ChunkStore
  readonly #holder: string
  readonly #source: ChunkSource
  readonly #hasher: ChunkHasher
  readonly #options: TransferOptions
  #stored = 0

  constructor(
    store: ChunkStore,
    holder: string,
    source: ChunkSource,
    hasher: ChunkHasher,
    options: TransferOptions
  ) {
    this.#store = store
    this.#holder = holder
    this.#source = source
    this.#hasher = hasher
    this.#options = options
  }

  /** Sees to it that the holder refers to these parts, all below them included: a stored node has all of it. */
  async fetch(parts: readonly BlobPart[], height: number): Promise<void> {
    const distinct = [...new Map(parts.map(part => [part.id, part])).values()]
    const ids = distinct.map(({ id }) => id)
    const stored = await this.#store.addReferences(this.#holder, ids)
    const missing = distinct.filter((_, i) => stored[i] !== true)
    // What stands here twice travels once.
    this.#progress(lengthOf(parts) - lengthOf(missing))
    if (height === 0) await this.#fetchChunks(missing)
    else for (const part of missing) await this.#fetchNode(part, height)
  }

  async #fetchChunks(missing: readonly BlobPart[]): Promise<void> {
    for (let from = 0; from < missing.length; ) {
      let to = from
      for (let bytes = 0; to < missing.length && (to === from || bytes < REQUEST_BYTES); to++)
        bytes += missing[to]?.length ?? 0
      const asked = missing.slice(from, to)
      const chunks = await this.#load(asked, 0)
      const put = chunks.map((bytes, i) => ({ id: asked[i]?.id ?? "", bytes, children: [] }))
      await this.#store.put({ holder: this.#holder, put })
      this.#progress(lengthOf(asked))
      from = to
    }
  }

  async #fetchNode(part: BlobPart, height: number): Promise<void> {
    const [bytes = new Uint8Array(0)] = await this.#load([part], height)
    const { children } = decodeNode(bytes, height, part.length)
    await this.fetch(children, height - 1)
    const ids = children.map(({ id }) => id)
    const put = [{ id: part.id, bytes, children: ids }]
    await this.#store.put({ holder: this.#holder, put, release: ids })
  }

  #progress(bytes: number): void {
    this.#stored += bytes
    if (bytes > 0) this.#options.onProgress?.(this.#stored)
  }

  /** The bytes of parts, checked. */
  async #load(parts: readonly BlobPart[], height: number): Promise<readonly Uint8Array[]> {
    this.#options.signal?.throwIfAborted()
    const ids: readonly ChunkId[] = parts.map(({ id }) => id)
    const loaded = await this.#source.load(ids)
    return parts.map((part, i) => {
      const bytes = loaded[i]
      if (bytes === undefined) throw chunkNotAtSource(part.id, height)
      checkPart(this.#hasher, part, height, bytes)
      return bytes
    })
  }
}

function lengthOf(parts: readonly BlobPart[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0)
}
