import type { CompressionMethod } from "../platform/compression-method.ts"

/** First bytes of a delta: `SLD`, version 1. */
export const DELTA_MAGIC: Uint8Array = Uint8Array.of(0x53, 0x4c, 0x44, 1)

/** What a window may hold before compression: room for `WINDOW_LITERAL_BYTES` and `WINDOW_RUNS`. */
export const MAX_WINDOW_BYTES: number = 1 << 22

/** A window is closed at so many literal bytes. More would compress better and cost both sides as much memory. */
export const WINDOW_LITERAL_BYTES: number = 1 << 21

/** Literals come to a window in pieces of at most this many bytes, so it overshoots by no more. */
export const LITERAL_PIECE_BYTES: number = 1 << 16

/** Most runs in a window. */
export const WINDOW_RUNS: number = 1 << 15

/** Kinds of frames in a delta: its end, or a window stored in one of four ways. */
export const END_FRAME = 0
export const RAW_FRAME = 1
export const frameByMethod: Readonly<Record<CompressionMethod, number>> = { deflate: 2, brotli: 3, zstd: 4 }

/** The other way; undefined for frames that are not compressed. */
export function methodOfFrame(frame: number): CompressionMethod | undefined {
  return (["deflate", "brotli", "zstd"] as const)[frame - 2]
}

/** Some new bytes, then some blocks of the old version. */
export interface Run {
  readonly literalBytes: number
  /** First of the blocks; meaningless if there are none. */
  readonly block: number
  readonly blocks: number
}
