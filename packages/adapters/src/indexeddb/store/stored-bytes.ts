import { ByteReader } from "@syncline/clock/bytes"
import { coreError } from "@syncline/core"

const encoder = new TextEncoder()
// A key that is no UTF-8 is damage, and no other key; a leading U+FEFF is part of the text.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Text as a key. IndexedDB orders strings by UTF-16 units; bytes have the order that stores promise. */
export function keyOfText(text: string): ArrayBuffer {
  return encoder.encode(text).slice().buffer
}

/** Undoes `keyOfText` on a key as the database gives it. */
export function textOfKey(key: unknown): string {
  if (!(key instanceof ArrayBuffer)) throw damaged("a key", "is not bytes")
  try {
    return decoder.decode(key)
  } catch (cause) {
    throw damaged("a key", "is not text", cause)
  }
}

/** Bytes in a buffer of their own: what is stored is the whole buffer, of which a view may be a small part. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength && bytes.constructor === Uint8Array
    ? bytes
    : new Uint8Array(bytes)
}

/**
 * Stored bytes.
 *
 * @throws SynclineError `store-corrupt` when it is something else, or nothing.
 */
export function bytesOf(value: unknown, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw damaged(what, value === undefined ? "is missing" : "is not bytes")
}

/** Decodes stored bytes to their end. */
export function decodeStored<T>(bytes: Uint8Array, what: string, decode: (reader: ByteReader) => T): T {
  try {
    const reader = new ByteReader(bytes)
    const decoded = decode(reader)
    reader.expectEnd()
    return decoded
  } catch (cause) {
    throw damaged(what, "does not decode", cause)
  }
}

/** `store-corrupt`, with what to do. */
export function damaged(what: string, how: string, cause?: unknown): Error {
  return coreError(
    "store-corrupt",
    `${what} ${how}; run checkIntegrity, then sync a new store from a peer`,
    cause === undefined ? {} : { cause }
  )
}
