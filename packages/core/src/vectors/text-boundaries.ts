/** How well a text can be cut at a place. Higher is better. */
const [afterWord, afterSentence, afterParagraph, beforeHeading] = [1, 2, 3, 4]

/** Units before and after a place that decide between places of the same kind. */
const context = 16

/** Places where a text may be cut, ascending, and how good each is. */
export interface TextBoundaries {
  /** Offsets in UTF-16 units, above 0 and below the text's length. */
  readonly offsets: readonly number[]
  /** The kind of place first, then a hash of what stands around it, so that any two places can be told apart by content alone. */
  readonly scores: readonly number[]
}

/** Finds the places before words, sentences, lines, paragraphs and Markdown headings. Each is at the start of what follows. */
export function textBoundaries(text: string): TextBoundaries {
  const offsets: number[] = []
  const scores: number[] = []
  for (const { index } of text.matchAll(/(?<=\s)\S|(?<=[。！？])[^\s。！？」』）]/gu)) {
    if (index === 0) continue
    offsets.push(index)
    scores.push(kindOf(text, index) * 2 ** 32 + hashAround(text, index))
  }
  return { offsets, scores }
}

/** What a place is, from the little that stands before it and the start of what follows. */
function kindOf(text: string, at: number): number {
  let from = at
  let lines = 0
  while (from > 0 && isSpace(text.charCodeAt(from - 1))) {
    from--
    if (text.charCodeAt(from) === lineFeed) lines++
  }
  if (lines > 0 && isHeading(text, at)) return beforeHeading
  if (lines > 1) return afterParagraph
  return lines === 1 || endsSentence(text, from) ? afterSentence : afterWord
}

const lineFeed = 10
const hash = 35
const longestMark = 6

function isHeading(text: string, at: number): boolean {
  let end = at
  while (text.charCodeAt(end) === hash) end++
  const marks = end - at
  return marks > 0 && marks <= longestMark && isSpace(text.charCodeAt(end))
}

function endsSentence(text: string, end: number): boolean {
  let last = end - 1
  while (last >= 0 && closing.includes(text.charAt(last))) last--
  return last >= 0 && ending.includes(text.charAt(last))
}

const ending = ".!?…。！？"
const closing = "\"')]}»”’」』）"

function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0 || unit === 0x3000
}

function hashAround(text: string, at: number): number {
  let sum = 0x811c_9dc5
  const end = Math.min(text.length, at + context)
  for (let i = Math.max(0, at - context); i < end; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x0100_0193)
  sum = Math.imul(sum ^ (sum >>> 16), 0x85eb_ca6b)
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2_ae35)
  return (sum ^ (sum >>> 16)) >>> 0
}
