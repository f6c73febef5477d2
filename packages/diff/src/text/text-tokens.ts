import type { SequencePair } from "../sequence/sequence-pair.ts"

/** Two texts cut into pieces: piece `i` of a text goes from its start `i` to its start `i + 1`, the last one to its end. */
export interface TextTokens {
  readonly ids: SequencePair
  readonly starts: { readonly before: readonly number[]; readonly after: readonly number[] }
}

/** What a text is cut into. Both keep code points whole. */
export type TokenKind = "lines" | "words"

/** Cuts both texts with one table of ids, so that ids compare across them. */
export function tokenizeTexts(before: string, after: string, kind: TokenKind): TextTokens {
  const idByPiece = new Map<string, number>()
  const nextStart = kind === "lines" ? nextLine : nextWord
  const a = tokenize(before, nextStart, idByPiece)
  const b = tokenize(after, nextStart, idByPiece)
  return {
    ids: { a: a.ids, b: b.ids, distinct: idByPiece.size },
    starts: { before: a.starts, after: b.starts }
  }
}

function tokenize(
  text: string,
  nextStart: (text: string, from: number) => number,
  idByPiece: Map<string, number>
): { ids: Int32Array; starts: number[] } {
  const starts = [0]
  const ids: number[] = []
  for (let from = 0; from < text.length; ) {
    const to = nextStart(text, from)
    const piece = text.slice(from, to)
    const id = idByPiece.get(piece) ?? idByPiece.size
    idByPiece.set(piece, id)
    ids.push(id)
    starts.push(to)
    from = to
  }
  return { ids: Int32Array.from(ids), starts }
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
