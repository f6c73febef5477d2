import { diffError } from "../error/diff-error.ts"
import type { MerklePrefix } from "./merkle-node.ts"

const DIGITS = "0123456789abcdef"

/** The prefix one digit longer. */
export function childPrefix(prefix: MerklePrefix, nibble: number): MerklePrefix {
  return prefix + (DIGITS[nibble] ?? "")
}

/** The digits of a prefix as numbers. Throws `merkle-key-invalid` for anything but at most `most` lower-case digits. */
export function prefixNibbles(prefix: MerklePrefix, most: number): number[] {
  // What is no text may look like one where it is matched.
  if (typeof prefix !== "string") throw diffError("merkle-key-invalid", "a prefix is a text of hex digits")
  if (prefix.length > most || !/^[0-9a-f]*$/.test(prefix)) {
    throw diffError(
      "merkle-key-invalid",
      `"${prefix.slice(0, 80)}" is not a prefix of up to ${most} lower-case hex digits`
    )
  }
  return Array.from(prefix, digit => DIGITS.indexOf(digit))
}

/** Hexadecimal digit `depth` of `key`, as a number. */
export function nibbleAt(key: Uint8Array, depth: number): number {
  return ((key[depth >> 1] ?? 0) >> (depth & 1 ? 0 : 4)) & 15
}

/** Whether `key` begins with the digits `nibbles`. */
export function hasPrefix(key: Uint8Array, nibbles: readonly number[]): boolean {
  return nibbles.every((nibble, depth) => nibbleAt(key, depth) === nibble)
}
