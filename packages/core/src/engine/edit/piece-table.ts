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
  /** A copy. */
  slice(value: T, start: number, end: number): T
  /** May write into `a`, which nobody else has. */
  join(a: T, b: T): T
}

/** Arrays grow at their ends: what is added one by one would otherwise be copied as often. */
export function arraySequence<Item>(): Sequence<Item[]> {
  return {
    slice: (value, start, end) => value.slice(start, end),
    join: (a, b) => {
      for (const item of b) a.push(item)
      return a
    }
  }
}

/**
 * A sequence under edit: many splices in, the fewest out. What is inserted and deleted again leaves no trace, and
 * neighbouring insertions become one. Cost of a splice: how many places edited so far lie between it and the one before.
 */
export class PieceTable<T extends { readonly length: number }> {
  readonly #sequence: Sequence<T>
  readonly #oldLength: number
  readonly #pieces: Piece<T>[]
  #length: number
  /** The piece looked at last, and where it starts: what comes next is mostly near. */
  #at = 0
  #start = 0

  /** `pieces` are those of another table for as much, to go on from; they are this table's own then. */
  constructor(
    oldLength: number,
    sequence: Sequence<T>,
    pieces: Piece<T>[] = oldLength === 0 ? [] : [{ kind: "old", start: 0, length: oldLength }]
  ) {
    this.#sequence = sequence
    this.#oldLength = oldLength
    this.#pieces = pieces
    this.#length = pieces.reduce((length, piece) => length + piece.length, 0)
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
    const piece = this.#seek(index)
    return piece && { piece, offset: index - this.#start }
  }

  /** Replaces a stretch. The caller has checked the bounds, and leaves `insert` to the table. */
  splice(index: number, remove: number, insert: T): void {
    const { length } = insert
    const first = this.#seek(index)
    const offset = index - this.#start
    let end = this.#at
    let endStart = this.#start
    for (
      let piece = first;
      piece !== undefined && endStart + piece.length <= index + remove;
      piece = this.#pieces[end]
    ) {
      endStart += piece.length
      end++
    }
    const between: Piece<T>[] = []
    // What lies on either side takes part, as it may continue.
    const before = offset === 0 ? this.#pieces[this.#at - 1] : undefined
    if (before !== undefined) this.#append(between, before)
    if (first !== undefined && offset > 0) this.#append(between, this.#cut(first, 0, offset))
    if (length > 0) this.#append(between, { kind: "fresh", content: insert, length })
    const after = this.#pieces[end]
    if (after !== undefined) this.#append(between, this.#cut(after, index + remove - endStart, after.length))
    if (before !== undefined) {
      this.#at--
      this.#start -= before.length
    }
    this.#pieces.splice(this.#at, end - this.#at + (after === undefined ? 0 : 1), ...between)
    this.#length += length - remove
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
    return this.positionOf(old) !== undefined
  }

  /** Where something that was there before is now. Cost: the places edited. */
  positionOf(old: number): number | undefined {
    let position = 0
    for (const piece of this.#pieces) {
      if (piece.kind === "old" && piece.start <= old && old < piece.start + piece.length)
        return position + old - piece.start
      position += piece.length
    }
    return undefined
  }

  /** The pieces, from left to right. */
  pieces(): readonly Piece<T>[] {
    return this.#pieces
  }

  /** Everything, for a sequence that began empty. */
  fresh(): T | undefined {
    const [first] = this.#pieces
    return first?.kind === "fresh" ? first.content : undefined
  }

  /** The piece an index falls into; `undefined` at the end. */
  #seek(index: number): Piece<T> | undefined {
    const pieces = this.#pieces
    if (index < this.#start / 2) {
      this.#at = 0
      this.#start = 0
    }
    for (
      let before = pieces[this.#at - 1];
      before !== undefined && index < this.#start;
      before = pieces[this.#at - 1]
    ) {
      this.#at--
      this.#start -= before.length
    }
    let piece = pieces[this.#at]
    while (piece !== undefined && index >= this.#start + piece.length) {
      this.#start += piece.length
      piece = pieces[++this.#at]
    }
    return piece
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
