import type { ChunkRule } from "./chunker-options.ts"
import type { GearTable } from "./gear-table.ts"

// After this many shifts a byte has left a 32-bit hash.
const WINDOW = 32
const NONE = -1

/**
 * Where the chunk that starts at `start` ends, as [CK1] says: `end` at the latest. That is only the end of the chunk if
 * `bytes` hold `maxBytes` from `start`, or end there for good.
 *
 * FastCDC after Xia et al. (USENIX ATC 2016, normalised chunking; two bytes a step as in their paper of 2020): what is
 * shorter than the least size is skipped, the rest costs a shift, an addition and a comparison a byte.
 */
export function findCut(bytes: Uint8Array, start: number, end: number, rule: ChunkRule): number {
  const last = Math.min(end, start + rule.maxBytes)
  const first = start + rule.minBytes
  if (first >= last) return last
  const average = Math.min(last, start + rule.averageBytes)
  const early = scan(bytes, first, average, rule.strict, rule.gear)
  if (early !== NONE) return early
  const late = average < last ? scan(bytes, average, last, rule.loose, rule.gear) : NONE
  return late === NONE ? last : late
}

/** The first of the positions `from … to` whose hash, over the bytes before it, is below `threshold`. */
function scan(bytes: Uint8Array, from: number, to: number, threshold: number, gear: GearTable): number {
  let hash = 0
  for (let i = from - WINDOW; i < from; i++) hash = ((hash << 1) + (gear[bytes[i] as number] as number)) | 0
  if (hash < threshold) return from
  let at = from
  for (const even = to - 1; at < even; at += 2) {
    const one = gear[bytes[at] as number] as number
    const two = gear[bytes[at + 1] as number] as number
    const odd = ((hash << 1) + one) | 0
    // From the hash before and not from `odd`: both are then ready after one shift and one addition.
    hash = ((hash << 2) + (((one << 1) + two) | 0)) | 0
    if (odd < threshold) return at + 1
    if (hash < threshold) return at + 2
  }
  if (at === to) return NONE
  hash = ((hash << 1) + (gear[bytes[at] as number] as number)) | 0
  return hash < threshold ? to : NONE
}
