import { hash } from "node:crypto"
import { deflateRawSync, inflateRawSync } from "node:zlib"
import { coreError } from "../errors/core-error.ts"

/** SHA-256 (FIPS 180-4), synchronous: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return plain(hash("sha256", bytes, "buffer"))
}

/** Raw DEFLATE (RFC 1951). */
export function deflate(bytes: Uint8Array): Uint8Array {
  return plain(deflateRawSync(bytes, { level: 6 }))
}

/**
 * Undoes `deflate`.
 *
 * @throws SynclineError `codec-limit` before more than `maxBytes` are produced, `codec-invalid` for bad input.
 */
export function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return plain(inflateRawSync(bytes, { maxOutputLength: Math.max(1, maxBytes) }))
  } catch (cause) {
    if (cause instanceof RangeError)
      throw coreError("codec-limit", `compressed bytes inflate to more than ${maxBytes} bytes`, { cause })
    throw coreError("codec-invalid", "compressed bytes are damaged", { cause })
  }
}

/** The same bytes as no `Buffer`: its `slice` is a view, and whoever copies by it keeps all of the memory alive. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}
