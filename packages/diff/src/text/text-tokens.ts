/** Two texts cut into pieces, equal pieces having equal ids. */
export interface TextTokens {
  readonly before: TokenSequence
  readonly after: TokenSequence
  /** Ids are below this. */
  readonly distinct: number
}

/** One text cut into pieces: piece `i` is `[starts[i], starts[i + 1])`, with one more start for the end. */
export interface TokenSequence {
  readonly ids: Int32Array
  readonly starts: readonly number[]
}

/** What a text is cut into. Both keep code points whole. */
export type TokenKind = "lines" | "words"

/** Cuts both texts with one table of ids, so that ids compare across them. */
export function tokenizeTexts(before: string, after: string, kind: TokenKind): TextTokens {
  const ids = new Map<string, number>()
  const nextStart = kind === "lines" ? nextLine : nextWord
  return {
    before: tokenize(before, nextStart, ids),
    after: tokenize(after, nextStart, ids),
    distinct: ids.size
  }
}

function tokenize(
  text: string,
  nextStart: (text: string, from: number) => number,
  ids: Map<string, number>
): TokenSequence {
  const starts = [0]
  const found: number[] = []
  for (let from = 0; from < text.length; ) {
    const to = nextStart(text, from)
    const piece = text.slice(from, to)
    const id = ids.get(piece) ?? ids.size
    ids.set(piece, id)
    found.push(id)
    starts.push(to)
    from = to
  }
  return { ids: Int32Array.from(found), starts }
}

function nextLine(text: string, from: number): number {
  const newline = text.indexOf("\n", from)
  return newline < 0 ? text.length : newline + 1
}

function nextWord(text: string, from: number): number {
  const first = text.codePointAt(from) ?? 0
  const kind = kindOf(first)
  let to = from + (first > 0xffff ? 2 : 1)
  if (kind === "single") return to
  while (to < text.length && kindOf(text.charCodeAt(to)) === kind) to++
  return to
}

/**
 * Letters and digits run together to words, blanks to gaps; punctuation stands alone. So does everything from U+2E80 on,
 * where CJK begins (written without gaps) and surrogates lie.
 */
function kindOf(unit: number): "word" | "gap" | "single" {
  if (unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit === 0xa0) return "gap"
  const letter = unit | 0x20
  const ascii = (unit >= 0x30 && unit <= 0x39) || (letter >= 0x61 && letter <= 0x7a) || unit === 0x5f
  return ascii || (unit >= 0xaa && unit < 0x2000) ? "word" : "single"
}
