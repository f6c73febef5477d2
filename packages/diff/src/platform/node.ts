import { promisify } from "node:util"
import * as zlib from "node:zlib"
import { diffError } from "../error/diff-error.ts"
import type { CompressionEffort, CompressionMethod } from "./compression-method.ts"

type ZstdApi = Pick<typeof zlib, "zstdCompress" | "zstdDecompress">

// From Node 22.15 on; asked for by name, since importing what is missing would fail on load.
const zstd: ZstdApi | undefined = "zstdCompress" in zlib ? zlib : undefined
const { constants } = zlib

/** Whether this runtime can compress and decompress so. */
export function hasCompression(method: CompressionMethod): boolean {
  return method !== "zstd" || zstd !== undefined
}

// Handing work to another thread takes about as long as so little of it, two milliseconds at most.
const AT_ONCE_BYTES = 1 << 17
// Some milliseconds, whatever so few bytes claim to hold.
const MAX_AT_ONCE = 4 << 20

/** Compresses as a whole, off the event loop's thread but for short bytes. */
export async function compress(
  method: CompressionMethod,
  bytes: Uint8Array,
  effort: CompressionEffort
): Promise<Uint8Array<ArrayBuffer>> {
  const best = effort === "best"
  if (method === "deflate") return plain(await promisify(zlib.deflateRaw)(bytes, { level: best ? 9 : 6 }))
  if (method === "brotli") {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: best ? 11 : 5,
      [constants.BROTLI_PARAM_LGWIN]: best ? 24 : windowBits(bytes.length),
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
    }
    if (!best && bytes.length <= AT_ONCE_BYTES) return plain(zlib.brotliCompressSync(bytes, { params }))
    return plain(await promisify(zlib.brotliCompress)(bytes, { params }))
  }
  // Told the size, it makes its tables for that; made for any size, they cost 90 ms however short the bytes.
  const sized = {
    pledgedSrcSize: bytes.length,
    params: { [constants.ZSTD_c_compressionLevel]: best ? 19 : 3 }
  }
  return plain(await promisify(mustZstd().zstdCompress)(bytes, sized))
}

/** Of the window that `length` bytes need: a larger one takes more time and, for short bytes, more bytes. */
function windowBits(length: number): number {
  return Math.min(24, Math.max(10, Math.ceil(Math.log2(length + 16))))
}

/**
 * Undoes {@link compress}.
 *
 * @throws SynclineError `compression-limit` before more than `maxBytes` are produced, `compression-invalid` for damaged
 * bytes or bytes after the end, `compression-missing` if this runtime lacks the method.
 */
export async function decompress(
  method: CompressionMethod,
  bytes: Uint8Array,
  maxBytes: number
): Promise<Uint8Array<ArrayBuffer>> {
  // Zero would mean no limit to zlib.
  const maxOutputLength = Math.max(1, Math.min(maxBytes, zlibMaxBytes))
  try {
    const out = await inflate(method, bytes, maxOutputLength)
    if (out.length > maxBytes) throw tooLarge(method, maxBytes)
    return out
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(method, maxBytes)
    if (cause instanceof Error && "errno" in cause) throw damaged(method, cause)
    throw cause
  }
}

// What a buffer of this runtime can hold.
const zlibMaxBytes = 2 ** 32

async function inflate(
  method: CompressionMethod,
  bytes: Uint8Array,
  maxOutputLength: number
): Promise<Uint8Array<ArrayBuffer>> {
  // Told how much was consumed: what follows the end of the data is otherwise ignored in silence.
  const options = { maxOutputLength, info: true }
  const isShort = bytes.length <= AT_ONCE_BYTES && maxOutputLength <= MAX_AT_ONCE
  const { buffer, engine } =
    isShort && method === "brotli"
      ? (zlib.brotliDecompressSync(bytes, options) as unknown as Inflated)
      : await inflateElsewhere(method, bytes, options)
  if (engine.bytesWritten !== bytes.length) throw damaged(method)
  return plain(buffer)
}

function inflateElsewhere(
  method: CompressionMethod,
  bytes: Uint8Array,
  options: { readonly maxOutputLength: number; readonly info: boolean }
): Promise<Inflated> {
  return new Promise<Inflated>((resolve, reject) => {
    const settle = (error: Error | null, result: unknown): void => {
      if (error === null) resolve(result as Inflated)
      else reject(error)
    }
    if (method === "zstd") mustZstd().zstdDecompress(bytes, options, settle)
    else if (method === "brotli") zlib.brotliDecompress(bytes, options, settle)
    else zlib.inflateRaw(bytes, options, settle)
  })
}

/** What the callbacks get with `info`, which their declarations leave out. */
interface Inflated {
  readonly buffer: Buffer<ArrayBuffer>
  readonly engine: { readonly bytesWritten: number }
}

function damaged(method: CompressionMethod, cause?: unknown): Error {
  return diffError("compression-invalid", `bytes compressed with ${method} are damaged`, {}, cause)
}

function tooLarge(method: CompressionMethod, maxBytes: number): Error {
  return diffError("compression-limit", `bytes compressed with ${method} hold more than ${maxBytes} bytes`)
}

function mustZstd(): ZstdApi {
  if (zstd === undefined)
    throw diffError(
      "compression-missing",
      "this Node lacks zstd: use 22.15 or later, or tell senders envelopeMethods()"
    )
  return zstd
}

/** A plain view: callers compare and clone these, and a Buffer would behave differently there. */
function plain(buffer: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

// Its methods work on any Uint8Array; making Buffers of both first would cost more than short comparisons.
const buffers = Buffer.prototype as Buffer

/** Whether `length` bytes of `a` from `aAt` on equal those of `b` from `bAt` on; both ranges lie inside. */
export function equalBytes(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): boolean {
  return buffers.compare.call(a, b, bAt, bAt + length, aAt, aAt + length) === 0
}

/** Whether {@link deflateAt} is there: a DEFLATE compressor whose level can be chosen. */
export const hasDeflateLevels: boolean = true

/** Compresses as zlib does at a level (1 to 9) with a memory level (1 to 9): what gzip files are made with. */
export async function deflateAt(
  bytes: Uint8Array,
  level: number,
  memLevel: number
): Promise<Uint8Array<ArrayBuffer>> {
  return plain(await promisify(zlib.deflateRaw)(bytes, { level, memLevel, chunkSize: 1 << 20 }))
}

/** Bytes to be overwritten, all of them: what they are is what memory held before. */
export function uninitialized(length: number): Uint8Array<ArrayBuffer> {
  // Half the time of an array of zeros, for tens of megabytes.
  return plain(Buffer.allocUnsafeSlow(length))
}

/** Waits until other work of this thread had its turn. */
export function nextTurn(): Promise<void> {
  // A timer would wait for a millisecond at least.
  return new Promise(resolve => void setImmediate(resolve))
}
