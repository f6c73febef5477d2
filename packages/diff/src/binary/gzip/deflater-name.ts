import { deflateAt, hasDeflateLevels } from "#platform"
import { openHasher } from "../container/checksum.ts"

let known: Promise<string> | undefined

/**
 * Names the deflater of this runtime by what it does: eight hex digits of a checksum over a sample compressed at every level. Builds
 * of zlib differ in their output, by version and processor; equal names mean equal bytes. Undefined where there is none.
 *
 * Takes some milliseconds, once. Throws `binary-unsupported` if that could not be computed, until it can.
 */
export async function deflaterName(): Promise<string | undefined> {
  if (!hasDeflateLevels) return undefined
  known ??= nameDeflater()
  try {
    return await known
  } catch (error) {
    // Lack of memory passes.
    known = undefined
    throw error
  }
}

async function nameDeflater(): Promise<string> {
  const hasher = (await openHasher()).init()
  const sample = deflaterSample()
  for (let level = 1; level <= 9; level++) hasher.update(await deflateAt(sample, level, 8))
  return hasher.digest("hex").slice(0, 8)
}

// Longer than the window of 32 KiB, so that the deflater's hash chains fill up and wrap.
const SAMPLE_BYTES = 48 << 10

/** Words that come back at uneven distances, with some that do not: every strategy of a deflater has work. */
export function deflaterSample(): Uint8Array {
  const sample = new Uint8Array(SAMPLE_BYTES)
  let state = 1
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16
  for (let at = 0; at < sample.length; ) {
    const word = random() % 4 === 0 ? random() : (random() * random()) % 397
    const length = 2 + (word % 11)
    for (let i = 0; i < length && at < sample.length; i++) sample[at++] = 97 + (((word * (i + 7)) >> i) % 26)
  }
  return sample
}
