import { isBytes, isGone } from "../argument/is-bytes.ts"
import { goneBytes, invalidPiece, invalidSource } from "./invalid-source.ts"
import { orAborted } from "./or-aborted.ts"
import { iterableReader, streamReader } from "./piece-reader.ts"

/**
 * Bytes at hand, or in pieces cut anywhere: an array, an iterable such as a Node stream, a web stream such as `blob.stream()`.
 * Of a stream the lock is taken. Any other value is `source-invalid` once it is read.
 */
export type ByteSource =
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>
  | Pick<ReadableStream<Uint8Array>, "getReader">

/** Bytes at hand come in pieces too: between them their readers report progress and look whether to stop. */
export const PIECE_BYTES: number = 1 << 18

/**
 * The pieces of a source, none empty; of bytes at hand, views of up to 256 KiB, or of another length for readers that would have to join
 * them again. Leaving early cancels a stream and returns an iterator. Ends with the reason of a signal while a piece is awaited, and does
 * not wait for the source to close then; between pieces the signal is the caller's to look at.
 */
export async function* piecesOf(
  source: ByteSource,
  pieceBytes: number = PIECE_BYTES,
  signal?: AbortSignal
): AsyncGenerator<Uint8Array, void, undefined> {
  if (isBytes(source)) {
    if (isGone(source)) throw goneBytes("a source")
    for (let at = 0; at < source.length; at += pieceBytes) yield source.subarray(at, at + pieceBytes)
    return
  }
  if (!isReadable(source)) throw invalidSource(source)
  // Not every browser can iterate over a stream, so the reader comes first.
  const reader = "getReader" in source ? streamReader(source) : iterableReader(source)
  let isOpen = true
  try {
    for (;;) {
      const { done, value } = await orAborted(reader.next(), signal)
      if (done === true) {
        isOpen = false
        return
      }
      // Whatever has no length would pass for an empty piece, and of wider numbers the length is another.
      if (!isBytes(value)) throw invalidPiece(value)
      if (isGone(value)) throw goneBytes("a piece of a source")
      if (value.length > 0) yield value
    }
  } finally {
    const closing = isOpen ? reader.close() : undefined
    // What stalled may never close either.
    if (signal?.aborted !== true) await closing
  }
}

/** Closes a source whose pieces nobody has asked for yet, as leaving them early would have done. */
export async function closeUnread(source: ByteSource): Promise<void> {
  if (isBytes(source) || !isReadable(source)) return
  await ("getReader" in source ? streamReader(source) : iterableReader(source)).close()
}

/** Its length in bytes, where that is known without reading. */
export function knownLength(source: ByteSource): number | undefined {
  return isBytes(source) ? source.length : undefined
}

/** Whether pieces can be asked for. Callers without types give anything; other views give numbers one by one. */
function isReadable(source: unknown): boolean {
  if (typeof source !== "object" || source === null || ArrayBuffer.isView(source)) return false
  return "getReader" in source || Symbol.asyncIterator in source || Symbol.iterator in source
}
