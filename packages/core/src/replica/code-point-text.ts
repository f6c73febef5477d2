import { coreError } from "../errors/core-error.ts"
import type { CommitHandle } from "./commit-handle.ts"
import type { ChangeOptions } from "./document.ts"
import type { TextField } from "./text-field.ts"

/**
 * A text whose positions count code points, so that none lies inside a surrogate pair: what `Array.from(text)` counts, and
 * most other languages. What a reader takes for one character may still be several (an emoji of a family, a letter with an
 * accent). Each call counts from the beginning of the text: O(index).
 */
export class CodePointText {
  readonly #field: TextField

  /** From `TextField.codePoints`. */
  constructor(field: TextField) {
    this.#field = field
  }

  /** In code points. O(n). */
  get length(): number {
    const text = this.#field.toString()
    let length = 0
    for (let at = 0; at < text.length; at += unitsAt(text, at)) length++
    return length
  }

  toString(): string {
    return this.#field.toString()
  }

  /**
   * Replaces `remove` code points at `index` by `insert`, as one commit.
   *
   * @throws SynclineError as `TextField.splice` does
   */
  splice(index: number, remove: number, insert = "", options: ChangeOptions = {}): CommitHandle {
    const text = this.#field.toString()
    const start = this.#advance(text, 0, index)
    const end = this.#advance(text, start, remove)
    return this.#field.splice(start, end - start, insert, options)
  }

  /** Inserts at `index`. */
  insert(index: number, text: string, options: ChangeOptions = {}): CommitHandle {
    return this.splice(index, 0, text, options)
  }

  /** The position in UTF-16 units, as JavaScript and `TextField` count. @throws SynclineError `path-invalid` outside */
  toUtf16(index: number): number {
    return this.#advance(this.#field.toString(), 0, index)
  }

  /**
   * The position in code points of one in UTF-16 units.
   *
   * @throws SynclineError `path-invalid` outside the text, and inside a surrogate pair
   */
  fromUtf16(index: number): number {
    const text = this.#field.toString()
    let count = 0
    let at = 0
    for (; at < index && at < text.length; at += unitsAt(text, at)) count++
    if (at !== index) throw this.#outside(index)
    return count
  }

  #advance(text: string, from: number, count: number): number {
    if (!Number.isInteger(count) || count < 0) throw this.#outside(count)
    let at = from
    for (let left = count; left > 0; left--) {
      if (at >= text.length) throw this.#outside(count)
      at += unitsAt(text, at)
    }
    return at
  }

  #outside(index: number): Error {
    return coreError(
      "path-invalid",
      `${index} is no position or length in the text at "${this.#field.path.join("/")}", or lies inside a character`
    )
  }
}

function unitsAt(text: string, at: number): 1 | 2 {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}
