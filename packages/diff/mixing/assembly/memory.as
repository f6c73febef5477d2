import { HEAP } from "./layout"

let top: usize = HEAP
/** Memory grows by at least this many pages of 64 KiB, since each time costs a new view of it outside. */
const GROWTH: i32 = 16

/** Hands out zeroed memory, aligned to 64 bytes, or 0 when there is no more. Nothing is ever given back. */
export function reserve(bytes: usize): usize {
  const from = top
  const to = (from + bytes + 63) & ~usize(63)
  if (to < from || !cover(to)) return 0
  top = to
  return from
}

/** The end of what was handed out. Whatever `cover` makes usable beyond is whose calls it. */
export function reserved(): usize {
  return top
}

/** Makes memory usable up to an address; whether there is enough. */
export function cover(to: usize): bool {
  const pages = i32((u64(to) + 0xffff) >> 16) - memory.size()
  return pages <= 0 || memory.grow(max(pages, GROWTH)) >= 0 || memory.grow(pages) >= 0
}
