import { invalidDelta } from "../container/invalid-delta.ts"

/** What an encoder chooses for a whole delta, and tells in its first byte. */
export interface MixingParameters {
  /** How far around a difference the model learns from the old version, in bytes: 0, or 16 to 2^18 in powers of two. */
  readonly reach: number
  /** Size of the table of histories: 2^rowBits bytes, 12 to 22. */
  readonly rowBits: number
}

const MIN_ROW_BITS = 12
/** Larger tables fit caches worse and remember little more. */
const MAX_ROW_BITS = 22
const MIN_REACH_BITS = 4

/** As one byte. */
export function packParameters({ reach, rowBits }: MixingParameters): number {
  return (rowBits - MIN_ROW_BITS) * 16 + (reach === 0 ? 0 : Math.log2(reach) - MIN_REACH_BITS + 1)
}

/** @throws SynclineError `binary-delta-invalid` for tables larger than any encoder uses. */
export function unpackParameters(byte: number): MixingParameters {
  const rowBits = MIN_ROW_BITS + (byte >> 4)
  if (rowBits > MAX_ROW_BITS) throw invalidDelta(`it wants a table of 2^${rowBits} bytes`)
  const code = byte & 15
  return { reach: code === 0 ? 0 : 2 ** (code - 1 + MIN_REACH_BITS), rowBits }
}

// Rows wanted for a literal or a learned byte: 14 contexts, two rows of 16 bytes, some shared.
const ROW_BYTES_PER_BYTE = 256

/** The smallest table that holds what so many bytes of work leave behind. */
export function rowBitsFor(workBytes: number): number {
  const bits = Math.ceil(Math.log2(workBytes * ROW_BYTES_PER_BYTE + 1))
  return Math.max(MIN_ROW_BITS, Math.min(MAX_ROW_BITS, bits))
}
