import { reserve } from "./memory"
import { squash } from "./tables"

// Logistic mixing: inputs, which are logarithmic forms, times weights; which set of weights is used is a context of its own.
// Inputs come in groups of eight, an i16x8, weights in as many groups of 16 bytes. A weight of 1 is 8192.

/** Bytes of eight weights. */
export const GROUP_BYTES: usize = 16

/** Reserves sets of so many weights, the first `inputs` of each set with the same value, the others 0. */
export function reserveSets(sets: i32, weights: i32, inputs: i32, value: i32): usize {
  const at = reserve(<usize>(sets * weights) << 1)
  if (at == 0) return 0
  for (let i = 0; i < sets * weights; i++) store<i16>(at + (<usize>i << 1), i % weights < inputs ? value : 0)
  return at
}

/** Products of eight inputs and their weights, in pairs. No sum of them leaves 32 bits. */
@inline
export function products(inputs: v128, weights: usize): v128 {
  return i32x4.dot_i16x8_s(inputs, v128.load(weights))
}

/** What all products add up to, as a logarithmic form. */
@inline
export function total(products: v128): i32 {
  const pairs = i32x4.add(products, i8x16.shuffle(products, products, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  const sum = i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1)
  return min(max(sum >> 13, -2047), 2047)
}

/** How wrong a logarithmic form was about a bit: in 1/16384, eight times. */
@inline
export function errorOf(predicted: i32, bit: i32): v128 {
  return i16x8.splat(i16(((-bit & 65535) - i32(squash(predicted))) >> 2))
}

/** Moves eight weights along the error of what their set predicted. They stay within +-4. */
@inline
export function teach(weights: usize, inputs: v128, error: v128): void {
  v128.store(weights, i16x8.add_sat_s(v128.load(weights), i16x8.q15mulr_sat_s(inputs, error)))
}
