// The two versions as the model sees them. Of the new one only what differs is there: the literals, each run of them
// behind the last bytes of the copy before it.

/** Bytes of a copy that are kept before the literals after it. */
export const TAIL: u32 = 32

/** Address of the old version; there are 32 bytes of zeros before it. */
export let old: usize = 0
export let oldLength: u32 = 0

export function setOld(at: usize, length: u32): void {
  old = at
  oldLength = length
}

/** The four bytes before a position of old, the last one highest. */
@inline
export function textBefore(at: u32): u32 {
  return load<u32>(old + at - 4)
}

/** The four bytes from a position of old on, the first one lowest; zeros after the end. */
@inline
export function textAfter(at: u32): u32 {
  return load<u32>(old + at)
}

/** Whether a byte belongs to a word: letters, digits, `_` and whatever is not ASCII. */
@inline
export function isWord(c: u32): bool {
  return c >= 128 || c - 48 < 10 || (c | 32) - 97 < 26 || c == 95
}

const LONGEST_WORD: usize = 24
const WORD_FACTOR: u32 = 0x2f0b4c47

/** Hash of the word that ends before an address, of at most its last 24 bytes. */
export function wordBefore(at: usize): u32 {
  let from = at
  while (at - from < LONGEST_WORD && isWord(load<u8>(from - 1))) from--
  let word: u32 = 0
  for (; from < at; from++) word = (word + load<u8>(from)) * WORD_FACTOR
  return word
}

/** Hash of a word with one more byte; 0 after a byte that belongs to none. */
@inline
export function wordAfter(word: u32, byte: u32): u32 {
  return isWord(byte) ? (word + byte) * WORD_FACTOR : 0
}
