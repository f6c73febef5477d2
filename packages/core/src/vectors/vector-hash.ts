import { sha256 } from "#platform"
import { equalBytes } from "../codec/hex.ts"
import type { SealedRow } from "../projection/seal.ts"

const hashBytes = 16

/**
 * Names a vector to the last bit: 16 bytes of SHA-256 over its numbers as 32-bit floats, little endian. Kept in a sealed column beside the
 * vector, so that a seal says whether the vector is what was written.
 */
export function vectorHash(vector: Float32Array): Uint8Array {
  return sha256(vectorBytes(vector)).slice(0, hashBytes)
}

/** Whether a row has the vector that its `vector_hash` says, or needs none. */
export function hasItsVector({ table, values, vector }: SealedRow): boolean {
  if (table.vector === undefined) return true
  const hash = values[table.columns.findIndex(({ name }) => name === "vector_hash")]
  if (vector === undefined || !(hash instanceof Uint8Array)) return false
  return vector.length === table.vector.dimensions && equalBytes(vectorHash(vector), hash)
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** A vector's numbers as 32-bit floats, little endian; where the machine keeps them so, a view of the same memory. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  if (isLittleEndian) return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
  const bytes = new Uint8Array(4 * vector.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < vector.length; i++) view.setFloat32(4 * i, vector[i] ?? 0, true)
  return bytes
}

/** What `vectorBytes` gave. */
export function vectorOfBytes(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getFloat32(4 * i, true))
}
