import { coreError } from "../errors/core-error.ts"
import { textBoundaries } from "./text-boundaries.ts"
import { windowPeaks } from "./window-peaks.ts"

/** One piece of a text. */
export interface TextChunk {
  /** Without white space around it; never empty. */
  readonly text: string
  /** Where it begins, in UTF-16 units. */
  readonly start: number
}

/** Choices for `chunkText`. */
export interface ChunkOptions {
  /** UTF-16 units to aim at, 64 to 65,536; default 1,200, some 300 tokens of English. No chunk is above twice that. */
  readonly size?: number
}

const defaultSize = 1_200
const [leastSize, mostSize] = [64, 65_536]

/**
 * Cuts a text into chunks at places that the text itself chooses, so that an edit changes the chunks around it and no other.
 *
 * A text that is no longer than half a size is not cut. Others are cut where a place is the best within half a size on both sides, the text's ends not counting: before a Markdown heading, after a
 * paragraph, a sentence or line, a word, in this order, and among equals by a hash of what stands there. Whether it is depends on nothing further
 * away (local maxima: Bjørner, Blass, Gurevich, J. Comput. Syst. Sci. 76, 2010). Where no place is for two sizes, it is cut at the best
 * of the second one; in a text without places, anywhere but inside a character.
 *
 * @throws SynclineError `options-invalid`.
 */
export function chunkText(text: string, { size = defaultSize }: ChunkOptions = {}): readonly TextChunk[] {
  if (!Number.isInteger(size) || size < leastSize || size > mostSize)
    throw coreError(
      "options-invalid",
      `chunks of ${size} UTF-16 units; give a whole number from ${leastSize} to ${mostSize}`
    )
  const chunks: TextChunk[] = []
  let start = 0
  for (const end of [...cuts(text, size), text.length]) {
    const piece = text.slice(start, end)
    const trimmed = piece.trim()
    if (trimmed !== "") chunks.push({ text: trimmed, start: start + piece.indexOf(trimmed) })
    start = end
  }
  return chunks
}

function* cuts(text: string, size: number): Generator<number> {
  const { offsets, scores } = textBoundaries(text)
  // The ends of the text are cut at anyway: near them there is nothing to choose.
  const isPeak = windowPeaks([0, ...offsets, text.length], [Infinity, ...scores, Infinity], size / 2)
  let [start, next] = [0, 0]
  for (let i = 0; i <= offsets.length; i++) {
    const offset = offsets[i] ?? text.length
    if (i < offsets.length && isPeak[i + 1] !== 1) continue
    // What follows the last place that fits begins where a cut had to be made.
    while (offset - start > 2 * size) {
      while ((offsets[next] ?? Infinity) <= start + size) next++
      start = bestWithin(text, offsets, scores, next, start + 2 * size)
      yield start
    }
    if (i < offsets.length) yield offset
    start = offset
  }
}

/** The best place from the given one on, up to a limit; the limit itself if there is none. */
function bestWithin(
  text: string,
  offsets: readonly number[],
  scores: readonly number[],
  from: number,
  limit: number
): number {
  let best = -1
  for (let i = from; (offsets[i] ?? Infinity) <= limit; i++)
    if (best < 0 || (scores[i] ?? 0) > (scores[best] ?? 0)) best = i
  return offsets[best] ?? wholeCharacter(text, limit)
}

/** Not between the halves of a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  const before = text.charCodeAt(at - 1)
  return unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff ? at - 1 : at
}
