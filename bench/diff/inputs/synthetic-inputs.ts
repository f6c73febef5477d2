import { seededRandom } from "../../harness/seeded-random.ts"

/**
 * SYNTHETIC: random bytes in which nothing repeats; then one byte at the head, twenty edits of 16 bytes, three insertions
 * and three deletions of 100. What a delta needs for it is known: about 621 bytes that cannot be compressed, and 27 places.
 */
export function editedNoise(bytes: number): { old: Uint8Array; next: Uint8Array } {
  const random = seededRandom(42)
  const noise = (length: number) => Uint8Array.from({ length }, () => random() * 256)
  const old = noise(bytes)
  const places = Array.from({ length: 26 }, () => Math.floor(random() * (bytes - 200))).sort((a, b) => a - b)
  const parts: Uint8Array[] = [noise(1)]
  let at = 1
  places.forEach((place, index) => {
    if (place < at) return
    parts.push(old.subarray(at, place))
    const kind = index % 9
    if (kind === 0) parts.push(noise(100))
    else if (kind !== 1) parts.push(noise(16))
    at = place + (kind === 0 ? 0 : kind === 1 ? 100 : 16)
  })
  parts.push(old.subarray(at))
  return { old, next: Uint8Array.from(Buffer.concat(parts)) }
}
