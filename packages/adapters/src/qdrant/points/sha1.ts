const rounds = [
  (b: number, c: number, d: number) => ((b & c) | (~b & d)) + 0x5a827999,
  (b: number, c: number, d: number) => (b ^ c ^ d) + 0x6ed9eba1,
  (b: number, c: number, d: number) => ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc,
  (b: number, c: number, d: number) => (b ^ c ^ d) + 0xca62c1d6
] as const

const schedule = new Int32Array(80)

/**
 * SHA-1 (RFC 3174): 20 bytes. For names only, as UUIDs of version 5 prescribe it; nothing here relies on it against forgery. By itself, because the
 * platform's own one is either Node's or asynchronous.
 */
export function sha1(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29))
  view.setUint32(padded.length - 4, message.length << 3)
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0])
  for (let block = 0; block < padded.length; block += 64) digestBlock(view, block, state)
  const digest = new DataView(new ArrayBuffer(20))
  state.forEach((part, i) => digest.setInt32(4 * i, part))
  return new Uint8Array(digest.buffer)
}

function digestBlock(view: DataView, start: number, state: Int32Array): void {
  for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(start + 4 * i)
  for (let i = 16; i < 80; i++)
    schedule[i] = rotated(word(i - 3) ^ word(i - 8) ^ word(i - 14) ^ word(i - 16), 1)
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state
  for (let i = 0; i < 80; i++) {
    const round = rounds[Math.floor(i / 20)] ?? rounds[0]
    const next = (rotated(a, 5) + round(b, c, d) + e + word(i)) | 0
    e = d
    d = c
    c = rotated(b, 30)
    b = a
    a = next
  }
  const sums = [a, b, c, d, e]
  for (let i = 0; i < 5; i++) state[i] = (state[i] ?? 0) + (sums[i] ?? 0)
}

function word(i: number): number {
  return schedule[i] ?? 0
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
