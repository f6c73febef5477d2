import { diffError } from "../../error/diff-error.ts"
import { damagedBlob } from "./blob-errors.ts"
import type { BlobManifest } from "./blob-manifest.ts"
import { type ChunkHasher, ContentHash } from "./chunk-id.ts"
import type { ChunkStore } from "./chunk-store.ts"
import type { BlobPart } from "./manifest-node.ts"
import { readPart } from "./read-blob.ts"

/** Where parts that came before are read, and what a content may cost. */
export interface CheckOptions {
  readonly store: ChunkStore
  readonly hasher: ChunkHasher
  /** Most chunks of the content, counting one as often as it stands there. */
  readonly maxChunks: number
  readonly signal: AbortSignal | undefined
}

/** Collects a content chunk by chunk, in order, to compare it with its manifest's hash. */
export class ContentCheck {
  readonly #options: CheckOptions
  readonly #hash: ContentHash
  #chunks = 0

  private constructor(options: CheckOptions, hash: ContentHash) {
    this.#options = options
    this.#hash = hash
  }

  /** Of nothing so far. */
  static async create(options: CheckOptions): Promise<ContentCheck> {
    return new ContentCheck(options, await ContentHash.create())
  }

  /** Throws `blob-too-large` unless so many more chunks are allowed. */
  expect(chunks: number): void {
    const { maxChunks } = this.#options
    if (this.#chunks + chunks > maxChunks)
      throw diffError(
        "blob-too-large",
        `the blob has more than ${maxChunks} chunks: raise maxChunks if it was cut into small ones on purpose`,
        { maxChunks }
      )
  }

  /** Appends a chunk. Throws `blob-too-large` for one more than allowed. */
  add(chunk: Uint8Array): void {
    this.expect(1)
    this.#chunks++
    this.#hash.update(chunk)
  }

  /** Appends a part that is stored, all below it included. Throws what reading it throws. */
  async addStored(part: BlobPart, height: number): Promise<void> {
    const { store, hasher, signal } = this.#options
    const reading = { store, hasher, start: 0, end: part.length }
    for await (const chunk of readPart(reading, part, height, 0)) {
      signal?.throwIfAborted()
      this.add(chunk)
    }
  }

  /** Throws `blob-damaged` unless what was appended is what a manifest names. */
  finish({ hash, root }: BlobManifest): void {
    if (this.#hash.digest() !== hash)
      throw damagedBlob("the content does not have its manifest's hash", { root })
  }
}
