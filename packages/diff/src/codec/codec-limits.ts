import { fullLimits } from "../argument/full-limits.ts"
import { diffError } from "../error/diff-error.ts"

/** What a decoder accepts from bytes it does not trust. */
export interface CodecLimits {
  /** Bytes after decompression, and code units of all paths of a patch together. Default 64 MiB. */
  readonly maxBytes?: number
  /** Bytes after decompression for each compressed one; up to 64 KiB always pass. Default 1,100. */
  readonly maxRatio?: number
  /** Values, counting containers and members, bytes three times; or operations. Default 8 Mi, some 900 MB of heap at worst. */
  readonly maxValues?: number
}

/** How deep values may nest. Both ends know it, and walk values by recursion within it. */
export const MAX_DEPTH = 1000

/** What bytes count beyond other values: an empty array of them takes 210 bytes of heap, a small object 105. */
export const EXTRA_FOR_BYTES = 2

/** What decompresses to no more than this is no bomb whatever its ratio. */
export const HARMLESS_BYTES = 65_536

// DEFLATE cannot exceed 1,032, so everything it makes passes.
const DEFAULT_RATIO = 1100

const defaults: Required<CodecLimits> = { maxBytes: 2 ** 26, maxRatio: DEFAULT_RATIO, maxValues: 2 ** 23 }

/** The limits with their defaults. Throws `argument-invalid` for one that is no number. */
export function codecLimits(limits: CodecLimits | undefined): Required<CodecLimits> {
  return fullLimits(defaults, limits)
}

/** The error for what holds more values than allowed; `holder` says what holds them. */
export function tooManyValues(holder: string, maxValues: number): Error {
  return diffError(
    "codec-limit",
    `${holder} more values than the ${maxValues} allowed: raise maxValues if you expected that`
  )
}

/** Whether decoders with default limits take `size` bytes out of `compressed`. */
export function isUsualRatio(size: number, compressed: number): boolean {
  return size <= HARMLESS_BYTES || size <= DEFAULT_RATIO * compressed
}
