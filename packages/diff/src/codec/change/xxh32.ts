const P1 = 0x9e3779b1
const P2 = 0x85ebca77
const P3 = 0xc2b2ae3d
const P4 = 0x27d4eb2f
const P5 = 0x165667b1

/** XXH32 of `bytes`: tells accidents, not forgeries. About a gigabyte a second, without WebAssembly. */
export function xxh32(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { length } = bytes
  let at = 0
  let hash = (seed + P5) | 0
  if (length >= 16) {
    let a = (seed + P1 + P2) | 0
    let b = (seed + P2) | 0
    let c = seed | 0
    let d = (seed - P1) | 0
    for (const last = length - 16; at <= last; at += 16) {
      a = lane(a, view.getInt32(at, true))
      b = lane(b, view.getInt32(at + 4, true))
      c = lane(c, view.getInt32(at + 8, true))
      d = lane(d, view.getInt32(at + 12, true))
    }
    hash = (rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)) | 0
  }
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4) {
    hash = Math.imul(rotated((hash + Math.imul(view.getInt32(at, true), P3)) | 0, 17), P4)
  }
  for (; at < length; at++) {
    hash = Math.imul(rotated((hash + Math.imul(view.getUint8(at), P5)) | 0, 11), P1)
  }
  return finished(hash)
}

function lane(sum: number, word: number): number {
  return Math.imul(rotated((sum + Math.imul(word, P2)) | 0, 13), P1)
}

function finished(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), P2)
  mixed = Math.imul(mixed ^ (mixed >>> 13), P3)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
