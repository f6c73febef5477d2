import { KEY_BYTES, SipHash } from "./sip-hash.ts"

/**
 * A key for one purpose, made from the caller's: the hashes of `label 0` and `label 1`. What is hashed for one purpose
 * then says nothing about what is hashed for another.
 */
export function subkey(key: Uint8Array, label: string): Uint8Array {
  const hasher = new SipHash(key)
  const made = new Uint8Array(KEY_BYTES)
  for (const half of [0, 1])
    made.set(hashBytes(hasher, new TextEncoder().encode(`${label} ${half}`)), 8 * half)
  return made
}

/** The eight bytes of a hash, in the order the paper prints them: least significant first. */
export function hashBytes(hasher: SipHash, message: Uint8Array): Uint8Array<ArrayBuffer> {
  hasher.hash(message)
  const bytes = new Uint8Array(8)
  for (let at = 0; at < 4; at++) {
    bytes[at] = hasher.low >>> (8 * at)
    bytes[4 + at] = hasher.high >>> (8 * at)
  }
  return bytes
}
