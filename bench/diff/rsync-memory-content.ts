import { seededRandom } from "../harness/seeded-random.ts"

const PIECE_BYTES = 1 << 16
const STAMP_EVERY = 1024
const EDIT_EVERY = 1 << 24

/** Content of any length that takes no memory. */
export interface SyntheticContent {
  readonly length: number
  /** Pieces of 64 KiB, each to be used before the next is asked for. */
  pieces(): Generator<Uint8Array>
  /** Some of it, to be used before the next call. */
  read(offset: number, length: number): Uint8Array
}

const random = seededRandom(5)
const noise = Uint8Array.from({ length: PIECE_BYTES }, () => random() * 256)

/** SYNTHETIC: noise of 64 KiB over and over, with its place written into every KiB, so that nothing repeats; `edited`: a byte in every 16 MiB differs. */
export function syntheticContent(length: number, edited: boolean): SyntheticContent {
  const piece = new Uint8Array(PIECE_BYTES)
  const stamps = new DataView(piece.buffer)
  const make = (start: number): Uint8Array => {
    piece.set(noise)
    for (let at = 0; at < PIECE_BYTES; at += STAMP_EVERY) stamps.setFloat64(at, start + at)
    if (edited && start % EDIT_EVERY === 0) piece[100] = (piece[100] ?? 0) ^ 1
    return piece.subarray(0, length - start)
  }
  let buffer = new Uint8Array(0)
  return {
    length,
    *pieces() {
      for (let start = 0; start < length; start += PIECE_BYTES) yield make(start)
    },
    read(offset, wanted) {
      if (buffer.length < wanted) buffer = new Uint8Array(wanted)
      for (let at = offset - (offset % PIECE_BYTES); at < offset + wanted; at += PIECE_BYTES) {
        const part = make(at).subarray(Math.max(0, offset - at), offset + wanted - at)
        buffer.set(part, Math.max(0, at - offset))
      }
      return buffer.subarray(0, wanted)
    }
  }
}
