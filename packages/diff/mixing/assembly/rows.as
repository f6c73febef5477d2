import { HASHES } from "./layout"
import { reserve } from "./memory"

// Histories of literals, 15 to a row: the decisions of one half of a byte in one context. Rows are found by hash, guarded
// by a check byte; a row that is wanted and not there takes the place of the one of two that has seen less.

let table: usize = 0
let mask: u32 = 0

/** Reserves 2^bits bytes of rows. */
export function reserveRows(bits: i32): bool {
  table = reserve(<usize>1 << bits)
  mask = (1 << (bits - 4)) - 1
  return table != 0
}

/** Sets the hash of context c, for both halves of a byte. */
@inline
export function setContext(c: i32, value: u32): void {
  const h = (value + u32(c) * 0x61c88647) * 0x9e3779b1
  store<u32>(HASHES + (<usize>c << 2), (h ^ (h >>> 15)) * 0x85ebca6b)
}

/** The row of context c; `half` is 0 for the first half of a byte, 16..31 (1 and the bits so far) for the second. */
@inline
export function rowOf(c: i32, half: u32): usize {
  const h = (load<u32>(HASHES + (<usize>c << 2)) + half * 0x9e3779b1) * 0x2c1b3c6d
  return findRow(h ^ (h >>> 16))
}

function findRow(h: u32): usize {
  const check = u8(h >>> 24) | 1
  const at = table + (<usize>(h & mask) << 4)
  if (load<u8>(at) == check) return at
  const other = table + (<usize>((h & mask) ^ 1) << 4)
  if (load<u8>(other) == check) return other
  const row = load<u8>(at, 1) <= load<u8>(other, 1) ? at : other
  v128.store(row, i64x2.splat(0))
  store<u8>(row, check)
  return row
}
