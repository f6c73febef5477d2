import { deflateAt, equalBytes } from "#platform"
import type { DeflateSetting } from "./deflater.ts"

// A deflater's output depends on what came before, not on what follows, but for the last block of a beginning.
const TRIAL_BYTES = 256 << 10

/**
 * Finds how `deflated` was made from `content`, so that making it again gives the same bytes; undefined if this runtime's
 * deflater cannot. The answer was tried on all of it.
 */
export async function findDeflateSetting(
  content: Uint8Array,
  gzipHeader: Uint8Array,
  deflated: Uint8Array
): Promise<DeflateSetting | undefined> {
  for (const setting of candidates(gzipHeader)) {
    if (!(await beginsAlike(content, deflated, setting))) continue
    const again = await deflateAt(content, setting.level, setting.memLevel)
    if (equal(again, deflated)) return setting
  }
  return undefined
}

/** What compressed the file at its slowest or fastest says so in the header's ninth byte; the default is tried before others. */
function candidates(gzipHeader: Uint8Array): DeflateSetting[] {
  const hint = gzipHeader[8]
  const levels =
    hint === 4
      ? [1, 6, 9, 5, 4, 3, 2, 8, 7]
      : hint === 2
        ? [9, 6, 8, 7, 5, 4, 3, 2, 1]
        : [6, 9, 5, 4, 3, 7, 8, 2, 1]
  return [8, 9].flatMap(memLevel => levels.map(level => ({ level, memLevel })))
}

async function beginsAlike(
  content: Uint8Array,
  deflated: Uint8Array,
  { level, memLevel }: DeflateSetting
): Promise<boolean> {
  if (content.length <= TRIAL_BYTES) return true
  const trial = await deflateAt(content.subarray(0, TRIAL_BYTES), level, memLevel)
  const certain = trial.length >> 2
  return equal(trial.subarray(0, certain), deflated.subarray(0, certain))
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && equalBytes(a, 0, b, 0, a.length)
}
