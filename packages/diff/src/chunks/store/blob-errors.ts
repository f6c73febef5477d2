import { isSynclineError } from "@syncline/clock"
import { ByteReader } from "@syncline/clock/bytes"
import { isBytes } from "../../argument/is-bytes.ts"
import { diffError } from "../../error/diff-error.ts"
import type { ChunkId } from "./chunk-id.ts"

/** What to throw for bytes that are not what their id or length says. */
export function damagedBlob(what: string, details: Readonly<Record<string, unknown>> = {}): Error {
  return diffError("blob-damaged", `${what}: fetch it again from another source`, details)
}

/** What to throw for a chunk that a store should hold. */
export function chunkNotStored(id: ChunkId): Error {
  return diffError(
    "chunk-missing",
    `chunk ${id} is not stored: fetch the blob again, and hold it while reading`,
    {
      id
    }
  )
}

/** What to throw for a chunk or node that is wanted from a source. */
export function chunkNotAtSource(id: ChunkId, height: number): Error {
  const what = height === 0 ? "chunk" : "node"
  return diffError(
    "chunk-missing",
    `the source has no ${what} ${id}: fetch the blob from another source; what came stays and is not asked for again`,
    { id, height }
  )
}

/** Reads all of `bytes`; what readers throw becomes `blob-damaged`, and so does what is no bytes. */
export function readBlobFormat<T>(what: string, bytes: Uint8Array, read: (reader: ByteReader) => T): T {
  if (!isBytes(bytes)) throw damagedBlob(`a ${what} is bytes`)
  try {
    const reader = new ByteReader(bytes)
    const result = read(reader)
    reader.expectEnd()
    return result
  } catch (cause) {
    if (!isSynclineError(cause) || cause.code === "blob-damaged") throw cause
    throw diffError("blob-damaged", `these bytes are no ${what}: ${cause.message}`, {}, cause)
  }
}
