import { FOLLOWING, PRIOR, RATE } from "./layout"

// An adaptive probability is a u32: p in 1/65536 (high half) and how often it was used (low half).

const USES_LIMIT: u32 = 255

/** Moves an adaptive probability towards a bit by 1 / (uses + 1.5); its uses count up to 255. */
@inline
export function learn(cell: usize, bit: i32): void {
  const was = load<u32>(cell)
  const uses = was & 0xffff
  const p = i32(was >>> 16)
  const moved = p + (((-bit & 65535) - p) * i32(load<u16>(RATE + (<usize>uses << 1))) >> 14)
  store<u32>(cell, (u32(moved) << 16) | (uses + u32(uses < USES_LIMIT)))
}

/** Adds a bit to the history in a slot. */
@inline
export function remember(slot: usize, bit: i32): void {
  store<u8>(slot, load<u8>(FOLLOWING + (<usize>load<u8>(slot) << 1) + bit))
}

/** Puts a row of adaptive probabilities, one for each history, at its beginning. */
export function startRow(row: usize): void {
  memory.copy(row, PRIOR, 1024)
}

/** The adaptive probability of the history in a slot, in row `i` of some rows. */
@inline
export function cellOf(rows: usize, i: i32, slot: usize): usize {
  return rows + (<usize>i << 10) + (<usize>load<u8>(slot) << 2)
}

/** Moves an adaptive probability towards a bit, and adds the bit to the history it is of. */
@inline
export function adapt(cell: usize, slot: usize, bit: i32): void {
  learn(cell, bit)
  remember(slot, bit)
}
