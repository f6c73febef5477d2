import { ByteWriter } from "@syncline/clock/bytes"
import { isSynclineError } from "@syncline/clock"
import { decompress } from "#platform"
import type { DeltaFeature } from "../delta-features.ts"
import { knownDeflaters } from "./deflater.ts"
import { findDeflater } from "./find-deflater.ts"
import { type GzipFile, MAX_HEADER_BYTES, parseGzip } from "./gzip-file.ts"

// Contents are compared in memory; beyond this, and against bombs, files are taken as they are.
const MAX_CONTENT = 2 ** 30

/** What {@link encodeGzip} goes by. */
export interface EncodeGzipOptions {
  /** What the receiver can read. */
  readonly accept: readonly DeltaFeature[]
  /** Ends it with its reason, between one deflater's setting and the next. */
  readonly signal: AbortSignal | undefined
  /** Makes the delta of the contents, header included. */
  readonly encodeContents: (old: Uint8Array, next: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>
}

/**
 * The body of a `gzip` delta, for two gzip files: a delta of their contents and how to compress the result again. Undefined if they are not
 * two such files, the receiver lacks our deflater, or ours does not give the new file bit for bit; that was tried.
 */
export async function encodeGzip(
  old: Uint8Array,
  next: Uint8Array,
  { accept, signal, encodeContents }: EncodeGzipOptions
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const oldFile = parseGzip(old)
  const nextFile = parseGzip(next)
  if (oldFile === undefined || nextFile === undefined) return undefined
  if (nextFile.header.length > MAX_HEADER_BYTES) return undefined
  const deflaters = (await knownDeflaters()).filter(({ feature }) => accept.includes(feature))
  if (deflaters.length === 0) return undefined
  const [oldContent, nextContent] = [await tryInflate(oldFile), await tryInflate(nextFile)]
  if (oldContent === undefined || nextContent === undefined) return undefined
  const found = await findDeflater(deflaters, nextContent, nextFile, signal)
  if (found === undefined) return undefined
  const writer = new ByteWriter(1024)
  writer.u32(found.deflater.name)
  writer.u8(found.setting.level * 16 + found.setting.memLevel)
  writer.varBytes(nextFile.header)
  writer.bytes(next.subarray(next.length - 8))
  writer.bytes(await encodeContents(oldContent, nextContent))
  return writer.finish()
}

async function tryInflate(file: GzipFile): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (file.claimedLength > MAX_CONTENT) return undefined
  try {
    const content = await decompress("deflate", file.body, file.claimedLength)
    return content.length === file.claimedLength ? content : undefined
  } catch (error) {
    if (isSynclineError(error)) return undefined
    throw error
  }
}
