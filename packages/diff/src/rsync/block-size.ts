import { diffError } from "../error/diff-error.ts"

/** Smallest block: below it, sums weigh as much as the content they stand for. */
export const MIN_BLOCK_BYTES = 16

/** Largest block: both sides hold a few of them in memory. */
export const MAX_BLOCK_BYTES: number = 1 << 22

/** Most blocks in a signature: an index of so many with sums of usual length takes some 12 MB. With the largest block: 2 TiB of content. */
export const MAX_BLOCKS: number = 1 << 19

/** How much of a block its head sum covers; see {@link headBytesFor}. */
export const HEAD_SPAN = 1024

// Content of unknown length: small enough to find most matches, and a signature may cover 4 GiB.
const BLOCK_BYTES_IF_UNKNOWN = 8192

/**
 * Block size for content of `length` bytes (undefined: unknown). A signature costs `sums · length / block` bytes and each
 * edit about half a block of literals: the sum of both is smallest at a block in proportion to the square root.
 *
 * @throws SynclineError `rsync-limit` for content that the largest blocks cannot cover.
 */
export function blockBytesFor(length: number | undefined): number {
  if (length === undefined) return BLOCK_BYTES_IF_UNKNOWN
  const least = Math.ceil(length / MAX_BLOCKS)
  if (least > MAX_BLOCK_BYTES)
    throw diffError(
      "rsync-limit",
      `${length} bytes are more than ${MAX_BLOCKS} blocks of ${MAX_BLOCK_BYTES} bytes: make deltas of parts of it`,
      { length }
    )
  const wanted = Math.max(MIN_SQRT_BLOCK_BYTES, Math.sqrt(length), least)
  return Math.min(MAX_BLOCK_BYTES, 8 * Math.ceil(wanted / 8))
}

// Formula alone would give short content blocks whose sums weigh more than what they save.
const MIN_SQRT_BLOCK_BYTES = 256

/**
 * Bytes of the strong sum, its head included. A search compares up to `length` places with `length / block` blocks; that
 * two different ones agree in weak and strong sum shall happen once in 2^20 deltas at most.
 */
export function strongBytesFor(length: number, blockBytes: number): number {
  const blocks = Math.ceil(length / blockBytes)
  const bits = bitLength(length) + bitLength(blocks) + 20
  return Math.max(2, Math.ceil((bits - 32) / 8))
}

/**
 * Bytes of the strong sum that cover only the beginning of the block: none below 1 GiB. The weak sum alone is met by chance
 * `length / 2^32` blocks a block searched, each of which would have to be hashed as a whole.
 */
export function headBytesFor(length: number): number {
  return length < 2 ** 30 ? 0 : 2
}

/** How many binary digits a number has. */
function bitLength(value: number): number {
  let bits = 0
  for (let rest = value; rest >= 1; rest /= 2) bits++
  return bits
}
