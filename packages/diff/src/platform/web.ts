import { diffError } from "../error/diff-error.ts"
import type { CompressionEffort, CompressionMethod } from "./compression-method.ts"

type Format = ConstructorParameters<typeof CompressionStream>[0]

const formats: Readonly<Record<CompressionMethod, string>> = {
  deflate: "deflate-raw",
  brotli: "brotli",
  zstd: "zstd"
}
// Browsers produce all that a piece holds before anyone can say that it is too much. So many bytes of the densest data
// there is hold some 16 MiB (DEFLATE), 200 MiB (Brotli) and 8 MiB (Zstandard).
const packedPieceBytes: Readonly<Record<CompressionMethod, number>> = {
  deflate: 16_384,
  brotli: 128,
  zstd: 256
}
const known = new Map<CompressionMethod, boolean>()

/** Whether this runtime can compress and decompress so. */
export function hasCompression(method: CompressionMethod): boolean {
  let has = known.get(method)
  if (has === undefined) known.set(method, (has = probe(method)))
  return has
}

// The only way to ask is to try: the constructors throw a TypeError for formats they do not know.
function probe(method: CompressionMethod): boolean {
  try {
    const streams = [
      new CompressionStream(formats[method] as Format),
      new DecompressionStream(formats[method] as Format)
    ]
    return streams.length === 2
  } catch {
    return false
  }
}

/** Compresses as a whole. Browsers offer no levels, so `effort` does nothing here. */
export async function compress(
  method: CompressionMethod,
  bytes: Uint8Array,
  _effort: CompressionEffort
): Promise<Uint8Array<ArrayBuffer>> {
  must(method)
  const stream = new CompressionStream(formats[method] as Format)
  return collect(inPieces(bytes, bytes.length), stream, method, Number.MAX_SAFE_INTEGER)
}

/**
 * Undoes {@link compress}.
 *
 * @throws SynclineError `compression-limit` soon after more than `maxBytes` are produced, `compression-invalid` for damaged
 * bytes or bytes after the end, `compression-missing` if this runtime lacks the method.
 */
export async function decompress(
  method: CompressionMethod,
  bytes: Uint8Array,
  maxBytes: number
): Promise<Uint8Array<ArrayBuffer>> {
  must(method)
  const stream = new DecompressionStream(formats[method] as Format)
  return collect(inPieces(bytes, packedPieceBytes[method]), stream, method, maxBytes)
}

async function collect(
  pieces: Iterable<Uint8Array<ArrayBuffer>>,
  stream: CompressionStream | DecompressionStream,
  method: CompressionMethod,
  maxBytes: number
): Promise<Uint8Array<ArrayBuffer>> {
  // Failures of the writing half show up at the reading half too; waiting for both would report one twice.
  feed(pieces, stream.writable.getWriter()).catch(() => undefined)
  const reader = (stream.readable as ReadableStream<Uint8Array>).getReader()
  const parts: Uint8Array[] = []
  let total = 0
  for (;;) {
    const step = await reader.read().catch((cause: unknown) => {
      throw diffError("compression-invalid", `bytes compressed with ${method} are damaged`, {}, cause)
    })
    if (step.done) return concat(parts, total)
    total += step.value.length
    if (total > maxBytes) {
      await reader.cancel().catch(() => undefined)
      throw diffError("compression-limit", `bytes compressed with ${method} hold more than ${maxBytes} bytes`)
    }
    parts.push(step.value)
  }
}

async function feed(
  pieces: Iterable<Uint8Array<ArrayBuffer>>,
  writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>
): Promise<void> {
  for (const piece of pieces) await writer.write(piece)
  await writer.close()
}

/** Copies, as streams do not take shared memory. */
function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield new Uint8Array(bytes.subarray(at, at + size))
}

function must(method: CompressionMethod): void {
  if (!hasCompression(method))
    throw diffError("compression-missing", `this browser lacks ${method}: tell senders envelopeMethods()`)
}

function concat(parts: readonly Uint8Array[], total: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(total)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Whether `length` bytes of `a` from `aAt` on equal those of `b` from `bAt` on; both ranges lie inside. */
export function equalBytes(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): boolean {
  // Words are compared three times as fast as bytes; views of them may start anywhere, typed arrays may not.
  const left = new DataView(a.buffer, a.byteOffset + aAt, length)
  const right = new DataView(b.buffer, b.byteOffset + bAt, length)
  let at = 0
  for (const last = length - 4; at <= last; at += 4)
    if (left.getInt32(at, true) !== right.getInt32(at, true)) return false
  for (; at < length; at++) if (a[aAt + at] !== b[bAt + at]) return false
  return true
}

/** Whether {@link deflateAt} is there: a DEFLATE compressor whose level can be chosen. */
export const hasDeflateLevels: boolean = false

/** Browsers offer no levels. @throws SynclineError `compression-missing` always. */
export async function deflateAt(
  _bytes: Uint8Array,
  _level: number,
  _memLevel: number
): Promise<Uint8Array<ArrayBuffer>> {
  throw diffError("compression-missing", "browsers cannot deflate at a chosen level: use Node")
}

/** Bytes to be overwritten, all of them. */
export function uninitialized(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length)
}

/** Waits until other work of this thread had its turn. */
export function nextTurn(): Promise<void> {
  // Timers that set each other wait for four milliseconds in browsers; messages do not.
  const { port1, port2 } = new MessageChannel()
  return new Promise(resolve => {
    const arrived = (): void => {
      port1.close()
      resolve()
    }
    port1.addEventListener("message", arrived)
    port1.start()
    port2.postMessage(undefined)
  })
}
