// Half as much again: spare room stays below a half, copying below three times the final size.
const GROWTH = 1.5

/** `array`, or a longer copy of it with room for at least `length` elements; new ones are zero. */
export function grownBytes(array: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (length <= array.length) return array
  const grown = new Uint8Array(Math.max(length, Math.ceil(array.length * GROWTH)))
  grown.set(array)
  return grown
}

/** The same for 32-bit numbers. */
export function grownInts(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array
  const grown = new Int32Array(Math.max(length, Math.ceil(array.length * GROWTH)))
  grown.set(array)
  return grown
}
