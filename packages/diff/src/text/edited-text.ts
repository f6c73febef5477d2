import { spliceStart } from "./check-splice.ts"
import { applyScript, composeScripts, spliceScript, type TextScript } from "./text-script.ts"
import type { TextSplice } from "./text-splice.ts"

/**
 * A text that many lists of splices are applied to. The text is written once, when it is asked for: applying each list at once would
 * write a long text as often as there are lists. N lists cost some log N steps for each of their splices.
 */
export class EditedText {
  #text: string
  #length: number
  /** What remains to be done, first to last; each at least twice as long as the next, so that there are few. */
  readonly #scripts: TextScript[] = []

  constructor(text: string) {
    this.#text = text
    this.#length = text.length
  }

  /** Applies splices. Throws `text-splice-invalid` if one does not fit; nothing has changed then. */
  apply(splices: readonly TextSplice[]): void {
    let end = 0
    let shift = 0
    for (const splice of splices) {
      spliceStart(splice, end, shift, this.#length)
      end = splice.index + splice.insert.length
      shift += splice.insert.length - splice.remove
    }
    this.#length += shift
    this.#scripts.push(spliceScript(splices))
    this.#joinScripts(2)
  }

  /** The text after all that was applied. */
  finish(): string {
    this.#joinScripts(Number.POSITIVE_INFINITY)
    const script = this.#scripts.pop()
    if (script !== undefined) this.#text = applyScript(this.#text, script)
    return this.#text
  }

  /** Joins scripts from the last on, while one is less than `factor` times as long as the one after it. */
  #joinScripts(factor: number): void {
    for (let at = this.#scripts.length - 1; at > 0; at--) {
      const [earlier = [], later = []] = this.#scripts.slice(at - 1, at + 1)
      if (earlier.length >= factor * later.length) return
      this.#scripts.splice(at - 1, 2, composeScripts(earlier, later))
    }
  }
}
