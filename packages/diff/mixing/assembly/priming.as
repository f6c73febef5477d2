import { enter } from "./finder"
import { remember } from "./learning"
import { setTextContexts } from "./literals"
import { reserve } from "./memory"
import { rowOf } from "./rows"
import { needOld, old, oldLength, wordAfter, wordBefore } from "./versions"

// What surrounds a difference in the old version is what the new bytes most resemble, so the model learns it first:
// in blocks of 16 bytes, each once, histories of four text contexts only and without predicting (mixing costs more than
// learning).

const BLOCK_BITS: u32 = 4
/** Nothing further from a difference is learned. */
const MAX_REACH: u64 = 1024
/** Nor is more than this of the old version, so that no delta makes its reader learn for long. */
const MAX_LEARNED: u32 = 1 << 22
// Finding a match again looks so far back.
const BEFORE: u32 = 40

let done: usize = 0
let code: u32 = 0
let learned: u32 = 0

/** Prepares. `reach` says how far around a difference is learned: 0 not at all, r for literals * 2^(r - 3) bytes. */
export function startPriming(reach: u32): bool {
  code = reach
  learned = 0
  done = reserve((oldLength >>> (BLOCK_BITS + 3)) + 1)
  return done != 0
}

/** Learns the blocks around a position of old, where so many literals are, that were not learned before; returns how many bytes. */
export function primeAround(at: u32, literals: u32): u32 {
  if (code == 0) return 0
  const before = learned
  const reach = u32(min((u64(literals) << code) >> 3, MAX_REACH))
  const last = min(at + reach, oldLength)
  needOld(at, reach + (1 << BLOCK_BITS) + BEFORE, reach + (1 << BLOCK_BITS))
  for (let block = (at > reach ? at - reach : 0) >>> BLOCK_BITS; block << BLOCK_BITS < last; block++) {
    if (learned >= MAX_LEARNED) break
    const flags = done + (block >>> 3)
    const flag: u32 = 1 << (block & 7)
    if (load<u8>(flags) & flag) continue
    store<u8>(flags, load<u8>(flags) | flag)
    const from = block << BLOCK_BITS
    const to = min(from + (1 << BLOCK_BITS), oldLength)
    prime(old + from, old + to)
    learned += to - from
  }
  return learned - before
}

function prime(from: usize, to: usize): void {
  let word = wordBefore(from)
  for (let at = from; at < to; at++) {
    const byte = load<u8>(at)
    enter(at)
    setTextContexts(load<u64>(at - 8), word)
    primeHalf(0, byte >> 4)
    primeHalf(16 | (byte >> 4), byte & 15)
    word = wordAfter(word, byte)
  }
}

@inline
function primeHalf(half: u32, bits: u32): void {
  primeRow(rowOf(0, half), bits)
  primeRow(rowOf(1, half), bits)
  primeRow(rowOf(2, half), bits)
  primeRow(rowOf(3, half), bits)
}

@inline
function primeRow(row: usize, bits: u32): void {
  remember(row + 1, bits >>> 3)
  remember(row + (2 | (bits >>> 3)), (bits >>> 2) & 1)
  remember(row + (4 | (bits >>> 2)), (bits >>> 1) & 1)
  remember(row + (8 | (bits >>> 1)), bits & 1)
}
