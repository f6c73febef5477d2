import { RATE, SQUASH, STRETCH } from "./layout"

// Between probabilities and their logarithmic form ln(p / (1 - p)). Integers only, so that every machine agrees.

/** e^(-1 / 256) in 1 / 2^24. */
const STEP: u64 = 16711807
const ONE: u64 = 1 << 40

/** Fills the tables of `squash`, `stretch` and of the rates at which probabilities adapt. */
export function fillTables(): void {
  // e^(-x / 256) in 1 / 2^40, by repeated multiplication.
  let power = ONE
  for (let x = 0; x < 2048; x++) {
    const p = u32((ONE << 16) / (ONE + power))
    store<u16>(SQUASH + ((2048 + x) << 1), p)
    store<u16>(SQUASH + ((2048 - x) << 1), 65536 - p)
    power = ((power >> 16) * STEP) >> 8
  }
  // -2048 is never asked for.
  store<u16>(SQUASH, load<u16>(SQUASH + 2))
  let x = 1
  for (let p = 0; p < 4096; p++) {
    while (x < 4095 && u32(load<u16>(SQUASH + (x << 1))) < u32(p * 16 + 8)) x++
    store<i16>(STRETCH + (p << 1), x - 2048)
  }
  for (let n = 0; n < 256; n++) store<u16>(RATE + (n << 1), 32768 / (2 * n + 3))
}

/** The probability, in 1/65536, whose logarithmic form is x / 256; x within +-2047. */
@inline
export function squash(x: i32): u32 {
  return load<u16>(SQUASH + ((x + 2048) << 1))
}

/** The logarithmic form, in 1/256, of an adaptive probability. */
@inline
export function stretched(cell: usize): i32 {
  return load<i16>(STRETCH + <usize>((load<u32>(cell) >>> 20) << 1))
}
