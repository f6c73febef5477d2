/**
 * Answers where the grapheme clusters of a text begin and end: what a reader takes for one character (UAX #29, extended
 * clusters, by the runtime's `Intl.Segmenter`).
 *
 * Segments only the stretch around a question, up to places which are boundaries whatever surrounds them, and remembers
 * the last one: questions in about ascending order cost one pass over the text in all, at worst.
 */
export class GraphemeBoundaries {
  readonly #text: string
  #from = 0
  #to = 0
  /** For each position from `#from` on whether it is a boundary. */
  #known = new Uint8Array(0)

  constructor(text: string) {
    this.#text = text
  }

  /** Whether no cluster has code units on both sides of this position. */
  has(position: number): boolean {
    if (isSureBoundary(this.#text, position)) return true
    if (position < this.#from || position >= this.#to) this.#segmentAround(position)
    return this.#known[position - this.#from] === 1
  }

  #segmentAround(position: number): void {
    const text = this.#text
    let from = position
    let to = position
    while (!isSureBoundary(text, from)) from--
    while (!isSureBoundary(text, to)) to++
    this.#from = from
    this.#to = to
    this.#known = new Uint8Array(to - from)
    segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" })
    for (const { index } of segmenter.segment(text.slice(from, to))) this.#known[index] = 1
  }
}

// Made on first use: that takes longer than segmenting a paragraph.
let segmenter: Intl.Segmenter | undefined

/** Ends of a text, beginnings of lines, and all places between two letters that never combine with a neighbour. */
function isSureBoundary(text: string, position: number): boolean {
  if (position <= 0 || position >= text.length) return true
  const left = text.charCodeAt(position - 1)
  return left === 0x0a || (isPlain(left) && isPlain(text.charCodeAt(position)))
}

/**
 * Whether a code unit has the cluster property "other", or is a pictograph in the Basic Latin and Latin-1 blocks: printable
 * ASCII, Latin, Greek and Cyrillic letters, kana, CJK ideographs. Two of them in a row always have a boundary between.
 */
function isPlain(unit: number): boolean {
  if (unit < 0x7f) return unit >= 0x20
  if (unit < 0x300) return unit > 0xad
  if (unit < 0x530) return unit >= 0x370 && (unit < 0x483 || unit > 0x489)
  return (
    (unit >= 0x3041 && unit <= 0x3096) ||
    (unit >= 0x30a1 && unit <= 0x30fa) ||
    (unit >= 0x4e00 && unit <= 0x9fff)
  )
}
