/** Bytes without a pattern that anything here would find, the same for each seed. For tests. */
export function noise(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24)
}
