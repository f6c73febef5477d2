import { coreError } from "../../errors/core-error.ts"
import type { ContainerRef } from "../../document/operation.ts"
import type { TextTarget } from "./container-target.ts"
import type { NewContainer, NewNode } from "./edit-node.ts"
import { PieceTable, type Sequence } from "./piece-table.ts"

const strings: Sequence<string> = {
  slice: (value, start, end) => value.slice(start, end),
  join: (a, b) => a + b
}

/** A text under edit; see {@link NewNode}. */
export class TextEdit implements NewNode {
  readonly kind = "text"
  readonly #locate: () => TextTarget | undefined
  readonly #genesis: ContainerRef | undefined
  readonly #text: TextTarget | undefined
  readonly #pieces: PieceTable<string>

  /** `locate` finds the text; for a predefined text (`genesis`) perhaps only after `prepare`. */
  constructor(locate: () => TextTarget | undefined, genesis?: ContainerRef) {
    this.#locate = locate
    this.#genesis = genesis
    this.#text = locate()
    this.#pieces = new PieceTable(this.#text?.length ?? 0, strings)
  }

  /** A text that is to be made. */
  static fresh(text: string): TextEdit {
    const node = new TextEdit(() => undefined)
    node.#pieces.splice(0, 0, text)
    return node
  }

  child(): undefined {
    return undefined
  }

  get length(): number {
    return this.#pieces.length
  }

  /**
   * Replaces a stretch; the caller has checked the bounds and that `insert` is well-formed.
   *
   * @throws SynclineError `value-unsupported` when an end of the stretch lies inside a surrogate pair: neither
   *   engine can hold the halves.
   */
  splice(index: number, remove: number, insert: string): void {
    this.#mustNotSplit(index)
    if (remove > 0) this.#mustNotSplit(index + remove)
    this.#pieces.splice(index, remove, insert)
  }

  replaceContent(by: NewNode): boolean {
    if (!(by instanceof TextEdit)) return false
    this.#pieces.splice(0, this.length, by.#pieces.fresh() ?? "")
    return true
  }

  prepare(genesis: ContainerRef[]): boolean {
    if (this.#pieces.untouched) return false
    if (this.#genesis !== undefined) genesis.push(this.#genesis)
    return true
  }

  flush(): void {
    const text = this.#locate()
    if (text === undefined) return
    for (const { index, remove, insert } of this.#pieces.edits()) text.splice(index, remove, insert ?? "")
  }

  content(): NewContainer {
    return { kind: "text", text: this.#pieces.fresh() ?? "" }
  }

  #mustNotSplit(index: number): void {
    if (index <= 0 || index >= this.length) return
    if ((this.#unitAt(index - 1) & 0xfc00) !== 0xd800 || (this.#unitAt(index) & 0xfc00) !== 0xdc00) return
    throw coreError(
      "value-unsupported",
      `position ${index} lies inside a surrogate pair; move it by one so that no character is cut in half`
    )
  }

  #unitAt(index: number): number {
    const found = this.#pieces.locate(index)
    if (found === undefined) return 0
    const { piece, offset } = found
    if (piece.kind === "fresh") return piece.content.charCodeAt(offset)
    return this.#text?.unitAt(piece.start + offset) ?? 0
  }
}
