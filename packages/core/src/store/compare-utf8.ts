/**
 * Orders strings as their UTF-8 bytes compare, which is code point order: what every store and every peer can agree on
 * without a collation. JavaScript's own `<` compares UTF-16 units and puts U+1F600 before U+FF5E; this does not.
 *
 * @returns negative, zero or positive, as `Array.prototype.sort` wants it. Cost: the common prefix.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Moves surrogates, which stand for code points above U+FFFF, above the units E000 to FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
