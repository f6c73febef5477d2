import { fullLimits } from "../../argument/full-limits.ts"
import { diffError } from "../../error/diff-error.ts"
import type { TransferOptions } from "../../stream/transfer-options.ts"
import { chunkNotAtSource, damagedBlob } from "./blob-errors.ts"
import type { BlobManifest } from "./blob-manifest.ts"
import { checkManifest } from "./check-manifest.ts"
import { checkSource, checkTransfer } from "./check-transfer.ts"
import { ChunkHasher, type ChunkId } from "./chunk-id.ts"
import { type ChunkSource, loadFrom } from "./chunk-source.ts"
import type { ChunkStore } from "./chunk-store.ts"
import { ContentCheck } from "./content-check.ts"
import { type BlobPart, decodeNode } from "./manifest-node.ts"
import { checkPart } from "./read-blob.ts"
import { releaseAllBut } from "./release-blob.ts"

/** What a source may do to a store, and how that is followed. */
export interface FetchOptions extends TransferOptions {
  /** Longest content that is fetched. Default 1 GiB. */
  readonly maxBytes?: number
  /**
   * Most chunks of the content, counting one as often as it stands there. Default 1,048,576, or one for each 1,024 bytes of `maxBytes`
   * if that is more. Refused before more chunks are asked for, or once one more was read of those that are stored. A manifest and a
   * few nodes, some kilobytes in all, can name any number of chunks of 64 bytes.
   */
  readonly maxChunks?: number
}

const DEFAULT_MAX_BYTES = 2 ** 30
const LEAST_MAX_CHUNKS = 2 ** 20
// A sixteenth of the default size: who raises the limit of bytes need not think of this one.
const BYTES_A_CHUNK = 1024
// Asked for at once: enough to keep a line busy, little enough to have in memory.
const REQUEST_BYTES = 2 ** 20

/**
 * Brings a blob into a store from somewhere else: only nodes and chunks the store lacks travel, each is checked and
 * stored when it comes, and the whole content against its hash. Then `holder` refers to the blob and to nothing else, as
 * after `storeBlob`.
 *
 * If it is interrupted or fails, what came stays, held by the holder: fetching again goes on from there, and `releaseBlob`
 * gives it up. One operation at a time for a holder. Keeps one node a level and a megabyte of chunks (or one chunk).
 *
 * All bytes are hashed twice, about 2 ns each. What comes is hashed as it comes; a chunk that the store had already, or that stands in
 * the content again, is read from it, a call each, and so is each stored node above. So a blob that is there completely is read once,
 * and at most one chunk more than `maxChunks` is read, whatever the manifest names.
 *
 * @throws SynclineError `blob-too-large` (for too many bytes before anything is asked for), `chunk-missing` if the source lacks a chunk,
 * `blob-damaged` if it sent other bytes or the manifest is none, `argument-invalid`, and whatever source and store throw; the signal's reason
 * if aborted, which is looked at for each request and while it lasts, for each chunk that is read, and at the end.
 */
export async function fetchBlob(
  store: ChunkStore,
  holder: string,
  manifest: BlobManifest,
  source: ChunkSource,
  options: FetchOptions = {}
): Promise<void> {
  checkManifest(manifest)
  checkSource(source)
  checkTransfer(options)
  const { length, root, height } = manifest
  const { maxBytes } = fullLimits({ maxBytes: DEFAULT_MAX_BYTES }, options)
  const defaultMaxChunks = Math.max(LEAST_MAX_CHUNKS, maxBytes / BYTES_A_CHUNK)
  const { maxChunks } = fullLimits({ maxChunks: defaultMaxChunks }, options)
  const { signal } = options
  if (length > maxBytes)
    throw diffError(
      "blob-too-large",
      `the blob has ${length} bytes, more than ${maxBytes}: raise maxBytes if it may be so long`,
      { length, maxBytes }
    )
  const hasher = await ChunkHasher.create()
  const check = await ContentCheck.create({ store, hasher, maxChunks, signal })
  const fetching = new BlobFetcher({ store, holder, source, hasher, check, options })
  await fetching.fetch([{ id: root, length }], height)
  check.finish(manifest)
  signal?.throwIfAborted()
  await releaseAllBut(store, holder, root)
}

/** What fetching needs at every node. */
interface Fetching {
  readonly store: ChunkStore
  readonly holder: string
  readonly source: ChunkSource
  readonly hasher: ChunkHasher
  readonly check: ContentCheck
  readonly options: TransferOptions
}

class BlobFetcher {
  readonly #with: Fetching
  #stored = 0

  constructor(fetching: Fetching) {
    this.#with = fetching
  }

  /** Sees to it that the holder refers to these parts, all below them included, and takes them to the check in order. */
  async fetch(parts: readonly BlobPart[], height: number): Promise<void> {
    const { store, holder, check } = this.#with
    const distinct = [...new Map(parts.map(part => [part.id, part])).values()]
    const stored = await store.addReferences(
      holder,
      distinct.map(({ id }) => id)
    )
    const missing = distinct.filter((_, i) => stored[i] !== true)
    const missingIds = new Set(missing.map(({ id }) => id))
    // What stands here twice travels once.
    this.#progress(lengthOf(parts) - lengthOf(missing))
    if (height === 0) return this.#fetchChunks(parts, missingIds)
    for (const part of parts) {
      // A stored node has all below it.
      if (missingIds.delete(part.id)) await this.#fetchNode(part, height)
      else await check.addStored(part, height)
    }
  }

  /** Chunks in runs of which about a megabyte is missing: while it is in memory, it need not be read. */
  async #fetchChunks(parts: readonly BlobPart[], missing: Set<ChunkId>): Promise<void> {
    const { check } = this.#with
    check.expect(parts.length)
    for (let from = 0; from < parts.length; ) {
      const asked: BlobPart[] = []
      let to = from
      for (let bytes = 0; to < parts.length && bytes < REQUEST_BYTES; to++) {
        const part = parts[to]
        if (part === undefined || !missing.delete(part.id)) continue
        asked.push(part)
        bytes += part.length
      }
      const came = await this.#fetchRun(asked)
      for (const part of parts.slice(from, to)) {
        const bytes = came.get(part.id)
        if (bytes === undefined) await check.addStored(part, 0)
        else check.add(ofLength(part, bytes))
      }
      from = to
    }
  }

  /** Brings some chunks into the store, and gives them. */
  async #fetchRun(asked: readonly BlobPart[]): Promise<ReadonlyMap<ChunkId, Uint8Array>> {
    if (asked.length === 0) return new Map()
    const { store, holder } = this.#with
    const chunks = await this.#load(asked, 0)
    const put = chunks.map((bytes, i) => ({ id: asked[i]?.id ?? "", bytes, children: [] }))
    await store.put({ holder, put })
    this.#progress(lengthOf(asked))
    return new Map(put.map(({ id, bytes }) => [id, bytes]))
  }

  async #fetchNode(part: BlobPart, height: number): Promise<void> {
    const [bytes = new Uint8Array(0)] = await this.#load([part], height)
    const { children } = decodeNode(bytes, height, part.length)
    await this.fetch(children, height - 1)
    const ids = children.map(({ id }) => id)
    const put = [{ id: part.id, bytes, children: ids }]
    await this.#with.store.put({ holder: this.#with.holder, put, release: ids })
  }

  #progress(bytes: number): void {
    this.#stored += bytes
    if (bytes > 0) this.#with.options.onProgress?.(this.#stored)
  }

  /** The bytes of parts, checked. */
  async #load(parts: readonly BlobPart[], height: number): Promise<readonly Uint8Array[]> {
    const { signal } = this.#with.options
    signal?.throwIfAborted()
    const ids: readonly ChunkId[] = parts.map(({ id }) => id)
    const loaded = await loadFrom(this.#with.source, ids, signal)
    return parts.map((part, i) => {
      const bytes = loaded[i] ?? undefined
      if (bytes === undefined) throw chunkNotAtSource(part.id, height)
      checkPart(this.#with.hasher, part, height, bytes)
      return bytes
    })
  }
}

function lengthOf(parts: readonly BlobPart[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0)
}

/** Bytes that travelled once for all places of a chunk, some of which may claim another length. */
function ofLength({ id, length }: BlobPart, bytes: Uint8Array): Uint8Array {
  if (bytes.length === length) return bytes
  throw damagedBlob(`chunk ${id} is named with the length ${length}, and has ${bytes.length} bytes`, { id })
}
