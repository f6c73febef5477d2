import type { FuzzRandom } from "./fuzz-target.ts"

// Lengths and counts are most often wrong at these.
const edges = [0, 1, 0x7f, 0x80, 0xfe, 0xff]

/** Randomness from a seed alone (mulberry32). Cheap to make, since every input of a run has its own. */
export function fuzzRandom(seed: number): FuzzRandom {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit)
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => next() & 0xff)
  return { below, bytes, mangle: valid => mangle(valid, below, bytes) }
}

type Below = (limit: number) => number
type Bytes = (length: number) => Uint8Array

/** One to four edits; one input in sixteen stays whole, so that decoders are seen to accept as well. */
function mangle(valid: Uint8Array, below: Below, bytes: Bytes): Uint8Array {
  let mangled: Uint8Array = valid.slice()
  if (below(16) === 0) return mangled
  for (let edits = 1 + below(4); edits > 0; edits--) mangled = edit(mangled, below, bytes)
  return mangled
}

function edit(input: Uint8Array, below: Below, bytes: Bytes): Uint8Array {
  const at = below(input.length + 1)
  const run = below(Math.min(9, input.length - at + 1))
  switch (below(8)) {
    case 0:
      return input.slice(0, at)
    case 1:
      return joined(input.subarray(0, at), input.subarray(at + run))
    case 2:
      return joined(input.subarray(0, at), bytes(1 + below(8)), input.subarray(at))
    case 3:
      return joined(input.subarray(0, at + run), input.subarray(at))
    case 4:
      // A variable-length integer far beyond what any input holds.
      return joined(
        input.subarray(0, at),
        Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f),
        input.subarray(at + run)
      )
    case 5:
      return written(input, at, (edges[below(edges.length)] ?? 0) & 0xff)
    case 6:
      return written(input, at, below(256))
    default:
      return written(input, at, (input[at] ?? 0) ^ (1 << below(8)))
  }
}

function written(input: Uint8Array, at: number, byte: number): Uint8Array {
  if (at < input.length) input[at] = byte
  return input
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
