import type { ByteSource } from "../../stream/byte-source.ts"
import type { TransferOptions } from "../../stream/transfer-options.ts"
import { chunksUntil } from "../chunk-stream.ts"
import type { ChunkerOptions } from "../chunker-options.ts"
import { orClosed } from "../or-closed.ts"
import type { BlobManifest } from "./blob-manifest.ts"
import { checkTransfer } from "./check-transfer.ts"
import { ChunkHasher, type ChunkId, ContentHash } from "./chunk-id.ts"
import type { ChunkStore, StoredChunk } from "./chunk-store.ts"
import { type BlobPart, encodeNode, isNodeEnd } from "./manifest-node.ts"
import { releaseAllBut } from "./release-blob.ts"

/** How a blob is cut, and how its storing is followed. */
export interface StoreOptions extends ChunkerOptions, TransferOptions {}

/**
 * Stores a content as chunks under a tree of nodes, and makes `holder` refer to its root and to nothing else: what the
 * holder had before is released at the end, so that a new version takes the place of an old one and shares chunks with it.
 *
 * If it is interrupted or fails, the holder has what came so far besides what it had before: storing again continues, and
 * `releaseBlob` gives it up. One operation at a time for a holder. Keeps at most 65 chunks in memory.
 *
 * @throws SynclineError `chunk-options-invalid`, `argument-invalid`, `source-invalid`, and whatever the source or the store throws; the signal's reason if
 * aborted, which is looked at for each chunk and while the source is waited for.
 */
export async function storeBlob(
  store: ChunkStore,
  holder: string,
  source: ByteSource,
  options: StoreOptions = {}
): Promise<BlobManifest> {
  await orClosed(source, () => checkTransfer(options))
  const writer = new BlobWriter(store, holder, await ChunkHasher.create())
  const hash = await ContentHash.create()
  let length = 0
  for await (const chunk of chunksUntil(source, options, options.signal)) {
    options.signal?.throwIfAborted()
    hash.update(chunk)
    length += chunk.length
    await writer.add(chunk)
    options.onProgress?.(length)
  }
  if (length === 0) await writer.add(new Uint8Array(0))
  const { root, height } = await writer.finish()
  await releaseAllBut(store, holder, root)
  return { length, hash: hash.digest(), height, root }
}

/** Builds the tree from below, one open node a level. What is finished is stored; the holder has what no node refers to yet. */
class BlobWriter {
  readonly #store: ChunkStore
  readonly #holder: string
  readonly #hasher: ChunkHasher
  /** Children of the open node at height `index + 1`. */
  readonly #open: BlobPart[][] = [[]]
  /** The chunks among them, by id. */
  #chunks = new Map<ChunkId, Uint8Array>()

  constructor(store: ChunkStore, holder: string, hasher: ChunkHasher) {
    this.#store = store
    this.#holder = holder
    this.#hasher = hasher
  }

  async add(chunk: Uint8Array): Promise<void> {
    const id = this.#hasher.chunkId(chunk)
    this.#chunks.set(id, chunk)
    await this.#append(0, { id, length: chunk.length })
  }

  async finish(): Promise<{ root: ChunkId; height: number }> {
    for (let height = 0; ; height++) {
      const children = this.#open[height] ?? []
      const [only] = children
      if (only !== undefined && children.length === 1 && height === this.#open.length - 1) {
        if (height === 0) await this.#putMissing([...this.#chunks.keys()], [], [])
        return { root: only.id, height }
      }
      if (children.length > 0) await this.#close(height)
    }
  }

  async #append(height: number, part: BlobPart): Promise<void> {
    const children = this.#open[height] ?? []
    this.#open[height] = children
    children.push(part)
    if (isNodeEnd(children)) await this.#close(height)
  }

  /** Stores the open node over children at this height. */
  async #close(height: number): Promise<void> {
    const children = this.#open[height] ?? []
    this.#open[height] = []
    const ids = children.map(({ id }) => id)
    const bytes = encodeNode({ height: height + 1, children })
    const node = { id: this.#hasher.nodeId(bytes), bytes, children: ids }
    const [stored] = await this.#store.addReferences(this.#holder, [node.id])
    if (stored === true) await this.#store.release(this.#holder, height === 0 ? [] : ids)
    else await this.#putMissing(height === 0 ? [...this.#chunks.keys()] : [], [node], ids)
    if (height === 0) this.#chunks = new Map()
    await this.#append(height + 1, {
      id: node.id,
      length: children.reduce((sum, { length }) => sum + length, 0)
    })
  }

  /** Chunks that are stored already are referred to first, so that nobody can take them away in between. */
  async #putMissing(
    ids: readonly ChunkId[],
    nodes: readonly StoredChunk[],
    release: readonly ChunkId[]
  ): Promise<void> {
    const stored = await this.#store.addReferences(this.#holder, ids)
    const chunks = ids.flatMap((id, i) => {
      const bytes = this.#chunks.get(id)
      return stored[i] === true || bytes === undefined ? [] : [{ id, bytes, children: [] }]
    })
    await this.#store.put({ holder: this.#holder, put: [...chunks, ...nodes], release })
  }
}
