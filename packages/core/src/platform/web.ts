import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js"
import { bytesToHex } from "@noble/hashes/utils.js"
import { deflateSync, Inflate } from "fflate"
import { coreError } from "../errors/core-error.ts"

/** SHA-256 (FIPS 180-4), synchronous: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes)
}

export { crc32 } from "./crc-32.ts"

/** SHA-256 as 64 lowercase hex digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(nobleSha256(bytes))
}

/** Raw DEFLATE (RFC 1951). */
export function deflate(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes, { level: 6 })
}

/**
 * Undoes `deflate`.
 *
 * @throws SynclineError `codec-limit` before more than `maxBytes` are produced, `codec-invalid` for bad input.
 */
export function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const chunks: Uint8Array[] = []
  let total = 0
  let ended = false
  const stream = new Inflate((chunk, final) => {
    total += chunk.length
    if (total > maxBytes)
      throw coreError("codec-limit", `compressed bytes inflate to more than ${maxBytes} bytes`)
    chunks.push(chunk)
    ended ||= final
  })
  try {
    // In small steps: the limit is checked between them, so a bomb costs one step at most.
    for (let at = 0; at < bytes.length; at += 1024)
      stream.push(bytes.subarray(at, at + 1024), at + 1024 >= bytes.length)
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "codec-limit") throw cause
    throw coreError("codec-invalid", "compressed bytes are damaged", { cause })
  }
  if (!ended) throw coreError("codec-invalid", "compressed bytes end too early")
  return concat(chunks, total)
}

function concat(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const out = new Uint8Array(total)
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.length
  }
  return out
}
