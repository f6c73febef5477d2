import { createBLAKE3 } from "hash-wasm"
import { isBytes } from "../argument/is-bytes.ts"
import { diffError } from "../error/diff-error.ts"

/** 256 signed 32-bit numbers, one for each byte: where chunks end depends on them. Not to be changed. */
export type GearTable = Int32Array

const ENTRIES = 256
// The golden ratio times 2³²: the usual increment of SplitMix, chosen by nobody to suit a purpose.
const INCREMENT = 0x9e3779b9

/** The table used where none is given: outputs 1 to 256 of SplitMix32 from seed 0, as [CK2] says. */
export const defaultGear: GearTable = Int32Array.from({ length: ENTRIES }, (_, i) =>
  mix(Math.imul(i + 1, INCREMENT))
)

/**
 * A table only holders of `key` can compute, so that the sizes of encrypted or compressed chunks say less about what is
 * in them: entry `i` is the four bytes at `4 i` (least significant first) of 1024 bytes of BLAKE3 output keyed with it.
 *
 * It hinders comparing sizes with those of known files, no more: who can have chosen content chunked and sees the
 * sizes can work the table out, as with any gear hash. Pad chunks where that matters.
 *
 * @throws SynclineError `chunk-key-invalid` unless the key has 32 bytes.
 */
export async function keyedGear(key: Uint8Array): Promise<GearTable> {
  if (!isBytes(key) || key.length !== 32)
    throw diffError("chunk-key-invalid", "a gear key has 32 bytes and is no text")
  const hasher = await createBLAKE3(ENTRIES * 32, key)
  const bytes = hasher.init().update("gear").digest("binary")
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int32Array.from({ length: ENTRIES }, (_, i) => view.getInt32(4 * i, true))
}

/** The output function of SplitMix32, which turns a counter into numbers that pass for random. */
function mix(counter: number): number {
  let z = counter
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return z ^ (z >>> 15)
}
