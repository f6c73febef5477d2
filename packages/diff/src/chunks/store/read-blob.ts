import { checkOptions } from "../../argument/check-argument.ts"
import { isBytes, isGone } from "../../argument/is-bytes.ts"
import { diffError } from "../../error/diff-error.ts"
import { chunkNotStored, damagedBlob } from "./blob-errors.ts"
import type { BlobManifest } from "./blob-manifest.ts"
import { checkManifest } from "./check-manifest.ts"
import { ChunkHasher, ContentHash } from "./chunk-id.ts"
import type { ChunkStore } from "./chunk-store.ts"
import { type BlobPart, decodeNode } from "./manifest-node.ts"

/** A part of a content. */
export interface BlobRange {
  /** The first byte. Default 0. */
  readonly start?: number
  /** The byte after the last. Default the length. */
  readonly end?: number
}

/** What reading needs at every node. */
export interface Reading {
  readonly store: ChunkStore
  readonly hasher: ChunkHasher
  readonly start: number
  readonly end: number
}

/**
 * The bytes of a blob, or of a part of it, in pieces of at most a chunk, each checked against its id. Reads only nodes and
 * chunks that the part touches, one at a time. Hold the blob while reading.
 *
 * @throws SynclineError `chunk-missing`, `blob-damaged` (also for what is no manifest, and at the end of a whole blob if its hash is
 * another), and `blob-range-invalid` for a range outside of the blob.
 */
export async function* readBlob(
  store: ChunkStore,
  manifest: BlobManifest,
  range: BlobRange = {}
): AsyncGenerator<Uint8Array, void, undefined> {
  checkManifest(manifest)
  checkOptions(range)
  const { start = 0, end = manifest.length } = range
  const whole = Number.isInteger(start) && Number.isInteger(end)
  if (!whole || start < 0 || start > end || end > manifest.length)
    throw diffError("blob-range-invalid", `bytes ${start} to ${end} are not within ${manifest.length} bytes`)
  if (start === end && manifest.length > 0) return
  const reading: Reading = { store, hasher: await ChunkHasher.create(), start, end }
  const root = { id: manifest.root, length: manifest.length }
  if (end - start < manifest.length) return yield* readPart(reading, root, manifest.height, 0)
  const hash = await ContentHash.create()
  for await (const piece of readPart(reading, root, manifest.height, 0)) {
    hash.update(piece)
    yield piece
  }
  if (hash.digest() !== manifest.hash)
    throw damagedBlob("the content does not have its manifest's hash", { root: manifest.root })
}

/** What of a part that begins at byte `at` lies in the range. */
export async function* readPart(
  reading: Reading,
  part: BlobPart,
  height: number,
  at: number
): AsyncGenerator<Uint8Array, void, undefined> {
  const { store, hasher, start, end } = reading
  if (at + part.length <= start || at >= end) return
  const bytes = await store.get(part.id)
  if (bytes === undefined) throw chunkNotStored(part.id)
  checkPart(hasher, part, height, bytes)
  if (height === 0) return yield bytes.subarray(Math.max(0, start - at), Math.min(part.length, end - at))
  let next = at
  for (const child of decodeNode(bytes, height, part.length).children) {
    yield* readPart(reading, child, height - 1, next)
    next += child.length
  }
}

/** @throws SynclineError `blob-damaged` for bytes that are not those of a part. */
export function checkPart(hasher: ChunkHasher, part: BlobPart, height: number, bytes: Uint8Array): void {
  // A hasher takes texts for their UTF-8, which would agree.
  const id =
    !isBytes(bytes) || isGone(bytes) ? undefined : height === 0 ? hasher.chunkId(bytes) : hasher.nodeId(bytes)
  if (id !== part.id || (height === 0 && bytes.length !== part.length))
    throw damagedBlob(`chunk ${part.id} has other bytes`, { id: part.id })
}
