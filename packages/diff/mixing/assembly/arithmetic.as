import { OUTPUT, OUTPUT_END } from "./layout"

// The arithmetic coder: 32-bit, carryless, one binary decision at a time (after Witten, Neal, Cleary 1987).

let decoding: bool = false
let low: u32 = 0
let high: u32 = 0xffffffff
let window: u32 = 0
let at: usize = OUTPUT
let end: usize = OUTPUT_END
let missing: u32 = 0

export function isDecoding(): bool {
  return decoding
}

/** From now on decisions are read from these bytes. */
export function startDecoding(bytes: usize, bytesEnd: usize): void {
  decoding = true
  at = bytes
  end = bytesEnd
  for (let i = 0; i < 4; i++) window = (window << 8) | next()
}

/** How many bytes were wanted after the last one, or did not fit before it. An encoder leaves out at most four. */
export function missingBytes(): u32 {
  return missing
}

/** Beyond the end there are zeros for ever. */
function next(): u32 {
  if (at < end) return load<u8>(at++)
  missing++
  return 0
}

/** Codes a bit which is 1 with probability p / 65536, 0 < p < 65536. */
@inline
export function codeBit(bit: i32, p: u32): i32 {
  const range = high - low
  const middle = low + (range >>> 16) * p + (((range & 0xffff) * p) >>> 16)
  if (decoding) bit = i32(window <= middle)
  high = bit ? middle : high
  low = bit ? low : middle + 1
  while (((low ^ high) & 0xff000000) == 0) shift()
  return bit
}

function shift(): void {
  if (decoding) window = (window << 8) | next()
  else write(high >>> 24)
  low <<= 8
  high = (high << 8) | 255
}

// Whoever calls for parts drains the output often enough; what does not fit is counted, so that it does not get lost quietly.
function write(byte: u32): void {
  if (at < end) store<u8>(at++, byte)
  else missing++
}

/** How many bytes are at OUTPUT. */
export function pendingBytes(): u32 {
  return u32(at - OUTPUT)
}

/** Hands the bytes at OUTPUT over: how many there are. The next ones begin at OUTPUT again. */
export function drain(): u32 {
  const length = u32(at - OUTPUT)
  at = OUTPUT
  return length
}

/** Writes as few bytes as name a point of the interval, zeros after them. */
export function finishEncoding(): void {
  for (let kept = 0; kept <= 4; kept++) {
    const rest: u32 = kept == 4 ? 0 : 0xffffffff >>> (8 * kept)
    const point: u32 = (low + rest) & ~rest
    if (point < low || point > high) continue
    for (let i = 0; i < kept; i++) write((point >>> (24 - 8 * i)) & 255)
    return
  }
}
