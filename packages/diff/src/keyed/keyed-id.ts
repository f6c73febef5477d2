import { argumentError } from "../argument/argument-error.ts"
import { isBytes } from "../argument/is-bytes.ts"
import { SipHash } from "./sip-hash.ts"
import { hashBytes } from "./subkey.ts"

/**
 * The 8-byte id of any bytes under a 16-byte key, for the sets of `@syncline/diff/set`: SipHash-2-4. Whoever does not know
 * the key can neither predict ids nor make two things share one; among a million things two do with a chance of 1 in 37 million.
 *
 * Throws `set-argument-invalid` for a key of another length, `argument-invalid` for a text. About 0.5 µs for short input.
 */
export function keyedId(key: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!isBytes(bytes)) throw argumentError("what an id is made of", bytes, "a Uint8Array; encode texts first")
  return hashBytes(new SipHash(key), bytes)
}
