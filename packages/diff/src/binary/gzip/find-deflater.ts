import { equalBytes } from "#platform"
import type { Deflater, DeflateSetting } from "./deflater.ts"
import type { GzipFile } from "./gzip-file.ts"

// A deflater's output depends on what came before, not on what follows, but for the last block of a beginning.
const TRIAL_BYTES = 256 << 10
// The first bit of a block.
const FINAL_BLOCK = 1

/**
 * Finds which deflater makes a gzip file's body from `content`, and how; undefined if none of those given does. The answer was
 * tried on all of it.
 */
export async function findDeflater(
  deflaters: readonly Deflater[],
  content: Uint8Array,
  { header, body }: Pick<GzipFile, "header" | "body">,
  signal: AbortSignal | undefined
): Promise<{ readonly deflater: Deflater; readonly setting: DeflateSetting } | undefined> {
  for (const deflater of deflaters) {
    for (const setting of candidates(deflater, header)) {
      signal?.throwIfAborted()
      if (!(await beginsAlike(content, body, deflater, setting))) continue
      const again = await deflater.deflate(content, setting)
      if (equal(again, body)) return { deflater, setting }
    }
  }
  return undefined
}

/** What compressed the file at its slowest or fastest says so in the header's ninth byte. */
function candidates({ levels, memLevels }: Deflater, gzipHeader: Uint8Array): DeflateSetting[] {
  const hinted = { 2: 9, 4: 1 }[gzipHeader[8] ?? 0]
  const ordered = levels.toSorted((a, b) => Number(b === hinted) - Number(a === hinted))
  return memLevels.flatMap(memLevel => ordered.map(level => ({ level, memLevel })))
}

async function beginsAlike(
  content: Uint8Array,
  deflated: Uint8Array,
  deflater: Deflater,
  setting: DeflateSetting
): Promise<boolean> {
  for (let length = TRIAL_BYTES; length < content.length; length *= 2) {
    const trial = await deflater.deflate(content.subarray(0, length), setting)
    // Where the first block is the last one too, it says nothing: what repeats fills a block with megabytes.
    if (((trial[0] ?? 0) & FINAL_BLOCK) !== 0) continue
    const certain = trial.length >> 2
    return equal(trial.subarray(0, certain), deflated.subarray(0, certain))
  }
  return true
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && equalBytes(a, 0, b, 0, a.length)
}
