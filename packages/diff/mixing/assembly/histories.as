import { FOLLOWING, HEAP, PRIOR } from "./layout"

// A bit history is what a context has seen: how many zeros and ones (bounded), and the last bit while there are few.
// It fits a byte. Histories are numbered breadth first from the empty one, so a higher number has never seen less.

/** Lists all histories, fills the transitions between them and their first probabilities; returns how many there are. */
export function fillHistories(): i32 {
  // Scratch: packed histories in order of discovery. The heap is not in use yet; reserved memory is cleared by its users.
  const list = HEAP
  store<u32>(list, 0)
  let known = 1
  for (let h = 0; h < known; h++) {
    const history = load<u32>(list + (h << 2))
    for (let bit: u32 = 0; bit < 2; bit++) {
      const next = follow(history, bit)
      let at = 0
      while (at < known && load<u32>(list + (at << 2)) != next) at++
      if (at == known) store<u32>(list + (known++ << 2), next)
      store<u8>(FOLLOWING + (h << 1) + bit, at)
    }
    const n0 = history & 255
    const n1 = (history >> 8) & 255
    const p: u32 = ((n1 * 10 + 4) * 65535) / ((n0 + n1) * 10 + 8)
    store<u32>(PRIOR + (h << 2), (p << 16) | PRIOR_USES)
  }
  memory.fill(list, 0, (<usize>known) << 2)
  return known
}

// How much experience the first probability counts for.
const PRIOR_USES: u32 = 6

/** The history after one more bit; packed as zeros, ones << 8, last << 16. */
function follow(history: u32, bit: u32): u32 {
  let same = (bit ? history >> 8 : history) & 255
  let other = (bit ? history : history >> 8) & 255
  same++
  // What speaks against the newest bit is soon forgotten: 3 to 2, 4..7 to 3, 8..15 to 4 and so on.
  if (other > 2) other = 32 - clz(other)
  const less = min(same, other)
  const most = less == 0 ? 40 : less == 1 ? 24 : less == 2 ? 10 : less == 3 ? 6 : 5
  same = min(same, most)
  other = min(other, most)
  if (min(same, other) == 5) other = 4
  const last: u32 = same + other > 8 ? u32(same > other) ^ 1 ^ bit : bit
  return bit ? other | (same << 8) | (last << 16) : same | (other << 8) | (last << 16)
}
