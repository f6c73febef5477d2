import { INPUTS } from "./layout"
import { reserve } from "./memory"
import { squash } from "./tables"

// Logistic mixing: the inputs' logarithmic forms, weighted; which set of weights is used is a context of its own.

/** How many inputs are mixed; a multiple of 4, unused ones are 0. */
export const INPUT_COUNT: i32 = 20
/** Bytes of a set of weights. */
export const SET_BYTES: usize = 80
// Weights stay within +-8 (1 is 65536), so that no product leaves 32 bits.
const LIMIT: i32 = (1 << 19) - 1

/** Reserves sets of weights, every one of its first `inputs` inputs with the same weight. */
export function reserveSets(sets: i32, inputs: i32, weight: i32): usize {
  const at = reserve(<usize>sets * SET_BYTES)
  if (at == 0) return 0
  for (let i = 0; i < sets * INPUT_COUNT; i++) store<i32>(at + (<usize>i << 2), i % INPUT_COUNT < inputs ? weight : 0)
  return at
}

@inline
function product(weights: usize, i: usize): v128 {
  return i32x4.shr_s(i32x4.mul(v128.load(INPUTS + i), v128.load(weights + i)), 8)
}

/** Sum of inputs times weights, as a logarithmic form. */
@inline
export function mix(weights: usize): i32 {
  let sum = i32x4.add(product(weights, 0), product(weights, 16))
  sum = i32x4.add(sum, i32x4.add(product(weights, 32), product(weights, 48)))
  sum = i32x4.add(sum, product(weights, 64))
  sum = i32x4.add(sum, i8x16.shuffle(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  const total = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1)
  return min(max(total >> 8, -2047), 2047)
}

@inline
function move(weights: usize, i: usize, by: v128): void {
  const half = i32x4.splat(1 << (TEACH_SHIFT - 1))
  const change = i32x4.shr_s(i32x4.add(i32x4.mul(v128.load(INPUTS + i), by), half), TEACH_SHIFT)
  const moved = i32x4.add(v128.load(weights + i), change)
  v128.store(weights + i, i32x4.max_s(i32x4.min_s(moved, i32x4.splat(LIMIT)), i32x4.splat(-LIMIT)))
}

const TEACH_SHIFT: i32 = 14

/** Moves weights along the error of what they predicted (a logarithmic form) for a bit. */
@inline
export function teach(weights: usize, predicted: i32, bit: i32): void {
  const error = (-bit & 65535) - i32(squash(predicted))
  const by = i32x4.splat(error)
  move(weights, 0, by)
  move(weights, 16, by)
  move(weights, 32, by)
  move(weights, 48, by)
  move(weights, 64, by)
}
