import { hash } from "node:crypto"
import { deflateRawSync, inflateRawSync } from "node:zlib"
import { coreError } from "../errors/core-error.ts"

/** SHA-256 (FIPS 180-4), synchronous: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  // Through a string, which is in the heap like so small an array: a Buffer has memory of its own, which takes three
  // times as long to make as the hash, and to collect.
  const digits = hash("sha256", bytes, "binary")
  const digest = new Uint8Array(32)
  for (let i = 0; i < 32; i++) digest[i] = digits.charCodeAt(i)
  return digest
}

export { crc32 } from "node:zlib"

/** SHA-256 as 64 lowercase hex digits; a third of the cost of bytes, which are an object of their own in Node. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex")
}

/** Snapshots come out as small as with the default of 6, to half a percent, in half the time. */
const level = 5

/** Up to here a window of 4 KiB sees everything. */
const smallBytes = 4096

/** zlib sets up 256 KiB for each call, which for a few commits takes longer than compressing them. */
const smallOptions = { level, windowBits: 12, memLevel: 6, chunkSize: 1024 }

/** Raw DEFLATE (RFC 1951). */
export function deflate(bytes: Uint8Array): Uint8Array {
  return plain(deflateRawSync(bytes, bytes.length <= smallBytes ? smallOptions : { level }))
}

/**
 * Undoes `deflate`.
 *
 * @throws SynclineError `codec-limit` before more than `maxBytes` are produced, `codec-invalid` for bad input.
 */
export function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return plain(
      inflateRawSync(bytes, {
        maxOutputLength: Math.max(1, maxBytes),
        // What is allowed is mostly what comes: 16 KiB for each small batch would be mostly garbage.
        chunkSize: Math.min(16_384, Math.max(64, maxBytes + 1))
      })
    )
  } catch (cause) {
    if (cause instanceof RangeError)
      throw coreError("codec-limit", `compressed bytes inflate to more than ${maxBytes} bytes`, { cause })
    throw coreError("codec-invalid", "compressed bytes are damaged", { cause })
  }
}

/** Buffers look like arrays and differ: their slice() is no copy. None leaves this file. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
