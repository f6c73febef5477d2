import { reserve } from "./memory"

// The two versions as the model sees them. Of the new one only what differs is there: the literals, each run of them
// behind the last bytes of the copy before it. Of the old one only blocks are there which were asked for: a small change of a
// large file must not cost a copy of it.

/** Copies a block of old to where it belongs, as much of it as there is. */
@external("old", "copyBlock")
declare function copyBlock(block: u32): void

/** Old comes in blocks of 2^12 bytes. */
export const BLOCK_BITS: u32 = 12
/** Bytes of a copy that are kept before the literals after it. */
export const TAIL: u32 = 32
// Zeros on both sides of whatever is looked back at.
const PADDING: usize = 64

/** Address of the old version; there are zeros before and behind it. */
export let old: usize = 0
export let oldLength: u32 = 0
// One byte for each block: whether it is there.
let blocks: usize = 0

export function reserveOld(length: u32): bool {
  const at = reserve(<usize>length + 2 * PADDING)
  blocks = reserve((length >>> BLOCK_BITS) + 1)
  old = at + PADDING
  oldLength = length
  return at != 0 && blocks != 0
}

/** Makes sure that the bytes of old around a position are there. */
export function needOld(at: u32, before: u32, after: u32): void {
  const last = at + min(after, oldLength - at)
  for (let block = (at - min(before, at)) >>> BLOCK_BITS; block << BLOCK_BITS < last; block++) {
    if (load<u8>(blocks + block)) continue
    store<u8>(blocks + block, 1)
    copyBlock(block)
  }
}

/** Makes sure that the byte at an address is there, if it is in old and the one before it was. */
@inline
export function needNext(at: usize): void {
  const from = u32(at - old)
  if ((from & ((1 << BLOCK_BITS) - 1)) == 0 && from < oldLength) needOld(from, 0, 1)
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
