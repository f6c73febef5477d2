import { enter } from "./finder"
import { SLOTS } from "./layout"
import { learn, remember } from "./learning"
import { contextMap, setTextContexts, TEXT_CONTEXTS } from "./literals"
import { reserve } from "./memory"
import { openRow } from "./rows"
import { old, oldLength, wordAfter, wordBefore } from "./versions"

// What surrounds a difference in the old version is what the new bytes most resemble, so the model learns it first:
// in blocks of 64 bytes, each once, text contexts only and without predicting (mixing costs more than learning).

const BLOCK_BITS: u32 = 6

let done: usize = 0
let reach: u32 = 0

/** Prepares; `bytes` is how far before and behind a position is learned, 0 for nothing at all. */
export function startPriming(bytes: u32): bool {
  reach = bytes
  done = reserve((oldLength >>> (BLOCK_BITS + 3)) + 1)
  return done != 0
}

/** Learns the blocks around a position of old that were not learned before; returns how many bytes. */
export function primeAround(at: u32): u32 {
  if (reach == 0) return 0
  let learned: u32 = 0
  const last = min(at + reach, oldLength)
  for (let block = (at > reach ? at - reach : 0) >>> BLOCK_BITS; block << BLOCK_BITS < last; block++) {
    const flags = done + (block >>> 3)
    const flag: u32 = 1 << (block & 7)
    if (load<u8>(flags) & flag) continue
    store<u8>(flags, load<u8>(flags) | flag)
    const from = block << BLOCK_BITS
    const to = min(from + (1 << BLOCK_BITS), oldLength)
    prime(old + from, old + to)
    learned += to - from
  }
  return learned
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
  for (let c = 0; c < TEXT_CONTEXTS; c++) {
    openRow(c, half)
    const row = <usize>load<u32>(SLOTS + (<usize>c << 2))
    const map = contextMap(c)
    let node: u32 = 1
    for (let i = 3; i >= 0; i--) {
      const bit = (bits >> i) & 1
      const slot = row + node
      learn(map + (<usize>load<u8>(slot) << 2), bit)
      remember(slot, bit)
      node = (node << 1) | bit
    }
  }
}
