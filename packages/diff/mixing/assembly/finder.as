import { reserve } from "./memory"

// Where the last five bytes occurred before, in old near differences or among literals.

let table: usize = 0
let mask: u32 = 0
/** Matches are verified this far back. */
const LONGEST: u32 = 32

/** Reserves room for 2^bits places. */
export function reserveFinder(bits: i32): bool {
  table = reserve(<usize>4 << bits)
  mask = (1 << bits) - 1
  return table != 0
}

@inline
function slotOf(at: usize): usize {
  const bytes = load<u64>(at - 8) >> 24
  return table + (<usize>(u32((bytes * 0x9e3779b97f4a7c15) >> 40) & mask) << 2)
}

/** Takes a place (an address) into the index. */
@inline
export function enter(at: usize): void {
  store<u32>(slotOf(at), u32(at))
}

/** The latest place entered with the hash of this one, or 0; enters this one. */
@inline
export function exchange(at: usize): usize {
  const slot = slotOf(at)
  const found = <usize>load<u32>(slot)
  store<u32>(slot, u32(at))
  return found
}

/** How many bytes before two places are the same, up to 32. Both have 32 bytes before them. */
export function commonBefore(a: usize, b: usize): u32 {
  let n: u32 = 0
  while (n < LONGEST && load<u8>(a - 1 - n) == load<u8>(b - 1 - n)) n++
  return n
}
