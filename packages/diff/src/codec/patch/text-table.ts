import { diffError } from "../../error/diff-error.ts"
import type { TextColumnReader, TextColumnWriter } from "./text-column.ts"

/** Numbers texts in the order they first occur. */
export class TextTableWriter {
  readonly #ids = new Map<string, number>()
  readonly #texts: TextColumnWriter

  constructor(texts: TextColumnWriter) {
    this.#texts = texts
  }

  /** 0 for a text seen for the first time, which goes to the texts; otherwise 1 plus its number. */
  reference(text: string): number {
    const id = this.#ids.get(text)
    if (id !== undefined) return id + 1
    this.#ids.set(text, this.#ids.size)
    this.#texts.write(text)
    return 0
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
