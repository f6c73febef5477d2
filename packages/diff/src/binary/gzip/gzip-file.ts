/** A gzip file of one member (RFC 1952), taken apart. Views of the file. */
export interface GzipFile {
  /** Everything before the compressed bytes: flags, time, name. */
  readonly header: Uint8Array
  /** Raw DEFLATE. */
  readonly body: Uint8Array
  /** What the file claims its contents' length is, modulo 2³². */
  readonly claimedLength: number
}

/** Longest header of a file that a delta makes again; decoders refuse more before they read it. */
export const MAX_HEADER_BYTES: number = 1 << 16

const HEADER_BYTES = 10
const TRAILER_BYTES = 8
const FLAG_EXTRA = 4
const FLAG_NAME = 8
const FLAG_COMMENT = 16
const FLAG_CHECK = 2

/** Takes a gzip file apart; undefined if it is none, or none that ends in its trailer. Nothing is decompressed. */
export function parseGzip(file: Uint8Array): GzipFile | undefined {
  if (file[0] !== 0x1f || file[1] !== 0x8b || file[2] !== 8) return undefined
  const flags = file[3] ?? 0
  let at = HEADER_BYTES
  if ((flags & FLAG_EXTRA) !== 0) at += 2 + (file[at] ?? 0) + (file[at + 1] ?? 0) * 256
  if ((flags & FLAG_NAME) !== 0) at = afterZero(file, at)
  if ((flags & FLAG_COMMENT) !== 0) at = afterZero(file, at)
  if ((flags & FLAG_CHECK) !== 0) at += 2
  const end = file.length - TRAILER_BYTES
  if (at >= end) return undefined
  const trailer = new DataView(file.buffer, file.byteOffset + end, TRAILER_BYTES)
  return {
    header: file.subarray(0, at),
    body: file.subarray(at, end),
    claimedLength: trailer.getUint32(4, true)
  }
}

function afterZero(file: Uint8Array, from: number): number {
  const zero = file.indexOf(0, from)
  return zero < 0 ? file.length : zero + 1
}
