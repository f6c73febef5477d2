import { diffError } from "../../error/diff-error.ts"
import type { TextColumnReader, TextColumnWriter } from "./text-column.ts"

/** Numbers texts in the order they first occur. */
export class TextTableWriter {
  readonly #ids = new Map<string, number>()
  readonly #texts: TextColumnWriter

  constructor(texts: TextColumnWriter) {
    this.#texts = texts
  }

  /** Has `put` write the reference: 0 for a new text, which then goes to the texts, otherwise 1 plus its number. */
  write(text: string, put: (reference: number) => void): void {
    const id = this.#ids.get(text)
    if (id !== undefined) return put(id + 1)
    this.#ids.set(text, this.#ids.size)
    // First the reference: where both share a column, it is read before the text.
    put(0)
    this.#texts.write(text)
  }
}

/** Finds texts by what {@link TextTableWriter} called them. */
export class TextTableReader {
  readonly #known: string[] = []
  readonly #texts: TextColumnReader

  constructor(texts: TextColumnReader) {
    this.#texts = texts
  }

  text(reference: number): string {
    if (reference > 0) {
      const known = this.#known[reference - 1]
      if (known === undefined)
        throw diffError("codec-invalid", `a packed patch has no text ${reference - 1} yet`)
      return known
    }
    const text = this.#texts.read()
    this.#known.push(text)
    return text
  }
}
