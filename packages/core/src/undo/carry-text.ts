import { diffText } from "@syncline/diff/text"

/** A stretch of a text that something else took the place of, counted in that text. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly insert: string
}

/**
 * What two edits of one text amount to: what either took out is out, what either put in is in, ours after theirs where both
 * put something.
 */
export function carryText(base: string, ours: string, theirs: string): string {
  const edits = [editsOf(base, theirs), editsOf(base, ours)] as const
  const places = new Set([0, base.length, ...edits.flat().flatMap(({ start, end }) => [start, end])])
  const cuts = [...places].sort((a, b) => a - b)
  let text = ""
  for (const [i, at] of cuts.entries()) {
    for (const each of edits) for (const { start, insert } of each) if (start === at) text += insert
    const next = cuts[i + 1] ?? at
    if (!edits.some(each => each.some(({ start, end }) => start <= at && next <= end)))
      text += base.slice(at, next)
  }
  return text
}

function editsOf(base: string, other: string): readonly Edit[] {
  // Splices count in the text that those before them left.
  let growth = 0
  return diffText(base, other).map(({ index, remove, insert }) => {
    const start = index - growth
    growth += insert.length - remove
    return { start, end: start + remove, insert }
  })
}
