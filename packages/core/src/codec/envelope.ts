import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { deflate, inflate, sha256 } from "#platform"
import { coreError } from "../errors/core-error.ts"

/** Below this many bytes, which a single keystroke does not reach, DEFLATE takes longer than all else and saves next to nothing. */
const worthDeflating = 160

/** Bytes of SHA-256 kept as checksum: against decay, not against forgers. */
const checksumBytes = 8

/**
 * Compresses where that pays: one byte of form (0 plain, 1 DEFLATE), for DEFLATE the length of the content, the content.
 */
export function pack(content: Uint8Array): Uint8Array {
  const writer = new ByteWriter(content.length + 8)
  const deflated = content.length >= worthDeflating ? deflate(content) : undefined
  if (deflated === undefined || deflated.length + 4 >= content.length) {
    writer.u8(0)
    writer.bytes(content)
    return writer.finish()
  }
  writer.u8(1)
  writer.varUint(content.length)
  writer.bytes(deflated)
  return writer.finish()
}

/**
 * Undoes `pack`. Plain content comes back as a view of the input.
 *
 * @throws SynclineError `codec-invalid`, or `codec-limit` before more than `maxBytes` exist.
 */
export function unpack(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const reader = new ByteReader(bytes)
  const form = reader.u8()
  if (form === 0) return within(reader.bytes(reader.remaining), maxBytes)
  if (form !== 1) throw coreError("codec-invalid", `unknown envelope form ${form}; the sender may be newer`)
  const length = reader.varUint()
  if (length > maxBytes)
    throw coreError("codec-limit", `content of ${length} bytes, more than the ${maxBytes} allowed`)
  const content = inflate(reader.bytes(reader.remaining), length)
  if (content.length !== length) throw coreError("codec-invalid", "content is shorter than its envelope says")
  return content
}

/** Puts a checksum before bytes that will lie on a disk. */
export function protect(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(checksumBytes + bytes.length)
  out.set(sha256(bytes).subarray(0, checksumBytes))
  out.set(bytes, checksumBytes)
  return out
}

/**
 * Undoes `protect`; a view of the input.
 *
 * @throws SynclineError `codec-corrupt` when the checksum does not match.
 */
export function unprotect(bytes: Uint8Array): Uint8Array {
  const content = bytes.subarray(checksumBytes)
  const sum = sha256(content)
  for (let i = 0; i < checksumBytes; i++)
    if (bytes[i] !== sum[i]) throw coreError("codec-corrupt", "stored bytes do not match their checksum")
  return content
}

function within(content: Uint8Array, maxBytes: number): Uint8Array {
  if (content.length > maxBytes)
    throw coreError("codec-limit", `content of ${content.length} bytes, more than the ${maxBytes} allowed`)
  return content
}
