import { type ByteSource, PIECE_BYTES, piecesOf } from "../stream/byte-source.ts"
import { Chunker } from "./chunker.ts"
import type { ChunkerOptions } from "./chunker-options.ts"
import { orClosed } from "./or-closed.ts"

/**
 * The chunks of a stream, in order: those of {@link chunkBytes}, however the stream was cut. Keeps at most `maxBytes` and
 * 64 KiB beside the current piece, and reads on only when asked for more.
 */
export function chunkStream(
  source: ByteSource,
  options: ChunkerOptions = {}
): AsyncGenerator<Uint8Array, void, undefined> {
  return chunksUntil(source, options, undefined)
}

/** {@link chunkStream}, which a signal ends with its reason while a piece is awaited. */
export async function* chunksUntil(
  source: ByteSource,
  options: ChunkerOptions,
  signal: AbortSignal | undefined
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunker = await orClosed(source, () => new Chunker(options))
  for await (const piece of piecesOf(source, PIECE_BYTES, signal)) yield* chunker.push(piece)
  yield* chunker.finish()
}
