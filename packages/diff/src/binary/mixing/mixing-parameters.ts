import { invalidDelta } from "../container/invalid-delta.ts"

/** What an encoder chooses for a whole delta, and tells in its first byte. */
export interface MixingParameters {
  /** How far around a difference the model learns from the old version, 0 to 15: not at all, or literals * 2^(reach - 3) bytes. */
  readonly reach: number
  /** Size of the table of histories: 2^rowBits bytes, 12 to 22. */
  readonly rowBits: number
}

/** Nothing further from a difference is learned. */
export const MAX_REACH_BYTES = 1024
/** The largest {@link MixingParameters.reach}. */
export const MAX_REACH = 15

const MIN_ROW_BITS = 12
/** Larger tables fit caches worse and remember little more. */
const MAX_ROW_BITS = 22

/** As one byte. */
export function packParameters({ reach, rowBits }: MixingParameters): number {
  return (rowBits - MIN_ROW_BITS) * 16 + reach
}

/** @throws SynclineError `binary-delta-invalid` for tables larger than any encoder uses. */
export function unpackParameters(byte: number): MixingParameters {
  const rowBits = MIN_ROW_BITS + (byte >> 4)
  if (rowBits > MAX_ROW_BITS) throw invalidDelta(`it wants a table of 2^${rowBits} bytes`)
  return { reach: byte & 15, rowBits }
}

// Rows of 16 bytes, two for each of eight contexts, would be 256 bytes for a literal; many are shared or never needed again,
// and a table that fits a processor's cache is worth more.
const ROW_BYTES_PER_BYTE = 8

// Half a megabyte costs nothing to speak of, and the index of places, which is a sixteenth of it, should not be too small.
const LEAST_ROW_BITS = 19

/** A table for what so many bytes of work leave behind. */
export function rowBitsFor(workBytes: number): number {
  const bits = Math.ceil(Math.log2(workBytes * ROW_BYTES_PER_BYTE + 1))
  return Math.max(LEAST_ROW_BITS, Math.min(MAX_ROW_BITS, bits))
}
