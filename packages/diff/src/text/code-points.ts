/** The code points of `text`, a lone surrogate counting as one. */
export function codePoints(text: string): Int32Array {
  const points = new Int32Array(text.length)
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i) ?? 0
    points[count++] = point
    if (point > 0xffff) i++
  }
  return points.subarray(0, count)
}

/** Code units from code point `from` to `to`. */
export function unitsBetween(points: Int32Array, from: number, to: number): number {
  let units = to - from
  for (let i = from; i < to; i++) if ((points[i] ?? 0) > 0xffff) units++
  return units
}

/** Whether `index` lies between the two halves of a surrogate pair. */
export function splitsPair(text: string, index: number): boolean {
  return isHigh(text.charCodeAt(index - 1)) && isLow(text.charCodeAt(index))
}

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800
}

function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00
}
