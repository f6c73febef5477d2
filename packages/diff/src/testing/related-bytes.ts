import fc from "fast-check"

/** Two versions of some bytes: the second is the first after edits, moves and repetitions. For tests. */
export function relatedBytes(): fc.Arbitrary<{ readonly old: Uint8Array; readonly next: Uint8Array }> {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(fc.constantFrom(97, 98), { maxLength: 60 }).map(bytes => Uint8Array.from(bytes)),
    fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.nat(3000))
      .map(([byte, length]) => new Uint8Array(length).fill(byte)),
    fc.nat(2 ** 31).map(seed => scrambled(seed, 700))
  )
  const edit = fc.record({ at: fc.nat(999), length: fc.nat(80), to: fc.nat(999), bytes: piece })
  return fc
    .record({ old: fc.array(piece, { maxLength: 6 }).map(joined), edits: fc.array(edit, { maxLength: 6 }) })
    .map(({ old, edits }) => ({ old, next: edits.reduce(edited, old) }))
}

interface Edit {
  readonly at: number
  readonly length: number
  readonly to: number
  readonly bytes: Uint8Array
}

/** Replaces a stretch with bytes and puts the stretch in elsewhere. Positions are thousandths. */
function edited(bytes: Uint8Array, edit: Edit): Uint8Array {
  const at = Math.floor((edit.at * bytes.length) / 1000)
  const cut = bytes.subarray(at, at + edit.length)
  const rest = joined([bytes.subarray(0, at), edit.bytes, bytes.subarray(at + cut.length)])
  const to = Math.floor((edit.to * rest.length) / 1000)
  return joined([rest.subarray(0, to), cut, rest.subarray(to)])
}

function scrambled(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => [...part]))
}
