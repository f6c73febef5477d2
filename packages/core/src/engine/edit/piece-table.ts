/** A stretch of what was there before, or something new. */
export type Piece<T> =
  | { readonly kind: "old"; readonly start: number; readonly length: number }
  | { readonly kind: "fresh"; readonly content: T; readonly length: number }

/** One edit in a list of them that is executed from left to right; positions are in what the earlier ones left. */
export interface PieceEdit<T> {
  readonly index: number
  readonly remove: number
  readonly insert: T | undefined
}

/** How to cut and join what is inserted: strings, or arrays of slots. */
export interface Sequence<T> {
  slice(value: T, start: number, end: number): T
  join(a: T, b: T): T
}

/**
 * A sequence under edit: many splices in, the fewest out. What is inserted and deleted again leaves no trace, and
 * neighbouring insertions become one. Cost of a splice: the number of separate places edited so far.
 */
export class PieceTable<T extends { readonly length: number }> {
  readonly #sequence: Sequence<T>
  readonly #oldLength: number
  #pieces: Piece<T>[]
  #length: number

  constructor(oldLength: number, sequence: Sequence<T>) {
    this.#sequence = sequence
    this.#oldLength = oldLength
    this.#length = oldLength
    this.#pieces = oldLength === 0 ? [] : [{ kind: "old", start: 0, length: oldLength }]
  }

  get length(): number {
    return this.#length
  }

  /** Whether the net effect is none. */
  get untouched(): boolean {
    const [first] = this.#pieces
    if (first === undefined) return this.#oldLength === 0
    return this.#pieces.length === 1 && first.kind === "old" && first.length === this.#oldLength
  }

  /** Which piece an index below the length falls into, and how far into it. */
  locate(index: number): { readonly piece: Piece<T>; readonly offset: number } | undefined {
    let start = 0
    for (const piece of this.#pieces) {
      if (index < start + piece.length) return { piece, offset: index - start }
      start += piece.length
    }
    return undefined
  }

  /** Replaces a stretch. The caller has checked the bounds. */
  splice(index: number, remove: number, insert: T): void {
    const before: Piece<T>[] = []
    const after: Piece<T>[] = []
    let start = 0
    for (const piece of this.#pieces) {
      const end = start + piece.length
      if (start < index) before.push(this.#cut(piece, 0, Math.min(piece.length, index - start)))
      if (end > index + remove)
        after.push(this.#cut(piece, Math.max(0, index + remove - start), piece.length))
      start = end
    }
    if (insert.length > 0) this.#append(before, { kind: "fresh", content: insert, length: insert.length })
    for (const piece of after) this.#append(before, piece)
    this.#pieces = before
    this.#length += insert.length - remove
  }

  /** The net effect, to be executed from left to right. */
  edits(): PieceEdit<T>[] {
    const edits: PieceEdit<T>[] = []
    let index = 0
    let seen = 0
    let pending: T | undefined
    const end: Piece<T> = { kind: "old", start: this.#oldLength, length: 0 }
    for (const piece of [...this.#pieces, end]) {
      if (piece.kind === "fresh") {
        pending = piece.content
        continue
      }
      const remove = piece.start - seen
      if (remove > 0 || pending !== undefined) edits.push({ index, remove, insert: pending })
      index += (pending?.length ?? 0) + piece.length
      seen = piece.start + piece.length
      pending = undefined
    }
    return edits
  }

  /** Whether something that was there before still is. */
  keeps(old: number): boolean {
    return this.#pieces.some(
      piece => piece.kind === "old" && piece.start <= old && old < piece.start + piece.length
    )
  }

  /** Everything, for a sequence that began empty. */
  fresh(): T | undefined {
    const [first] = this.#pieces
    return first?.kind === "fresh" ? first.content : undefined
  }

  #cut(piece: Piece<T>, start: number, end: number): Piece<T> {
    if (start === 0 && end === piece.length) return piece
    const length = end - start
    return piece.kind === "old"
      ? { kind: "old", start: piece.start + start, length }
      : { kind: "fresh", content: this.#sequence.slice(piece.content, start, end), length }
  }

  #append(pieces: Piece<T>[], piece: Piece<T>): void {
    const last = pieces.at(-1)
    const length = (last?.length ?? 0) + piece.length
    if (last?.kind === "fresh" && piece.kind === "fresh")
      pieces[pieces.length - 1] = {
        kind: "fresh",
        content: this.#sequence.join(last.content, piece.content),
        length
      }
    else if (last?.kind === "old" && piece.kind === "old" && piece.start === last.start + last.length)
      pieces[pieces.length - 1] = { kind: "old", start: last.start, length }
    else pieces.push(piece)
  }
}
