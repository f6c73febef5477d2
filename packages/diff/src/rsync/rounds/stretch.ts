/** Some bytes of a content, from `start` to before `end`. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/** These stretches of a content, one behind the other. */
export function stretchBytes(content: Uint8Array, stretches: readonly Stretch[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(stretches.reduce((sum, { start, end }) => sum + end - start, 0))
  let at = 0
  for (const { start, end } of stretches) {
    bytes.set(content.subarray(start, end), at)
    at += end - start
  }
  return bytes
}
