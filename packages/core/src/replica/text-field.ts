import type { Path } from "../document/json.ts"
import type { Operation } from "../document/operation.ts"
import { valueAt } from "../document/value-at.ts"
import { coreError } from "../errors/core-error.ts"
import { CodePointText } from "./code-point-text.ts"
import type { CommitHandle } from "./commit-handle.ts"
import type { ChangeOptions } from "./document.ts"
import type { DocumentState } from "./document-state.ts"

/** A text inside a document. Positions are UTF-16 units, as in JavaScript strings; `codePoints` counts otherwise. */
export class TextField {
  readonly path: Path
  readonly #state: DocumentState
  readonly #execute: (operation: Operation, options: ChangeOptions) => CommitHandle

  /** Text fields come from `document.text`. */
  constructor(
    path: Path,
    state: DocumentState,
    execute: (operation: Operation, options: ChangeOptions) => CommitHandle
  ) {
    this.path = path
    this.#state = state
    this.#execute = execute
  }

  /** The same text with positions that count code points. */
  get codePoints(): CodePointText {
    return new CodePointText(this)
  }

  /** The text now. O(n) after a change of it. */
  toString(): string {
    const value = valueAt(this.#state.value, this.path)
    if (typeof value === "string") return value
    throw coreError("path-invalid", `there is no text at "${this.path.join("/")}" of "${this.#state.id}"`)
  }

  /**
   * Replaces `remove` units at `index` by `insert`, as one commit.
   *
   * @throws SynclineError `path-invalid` outside the text or where none is, `value-unsupported` for lone surrogates and
   *   for an end inside a surrogate pair, and what `document.change` throws.
   */
  splice(index: number, remove: number, insert = "", options: ChangeOptions = {}): CommitHandle {
    return this.#execute({ op: "splice", path: this.path, index, remove, insert }, options)
  }

  /** Inserts at `index`. */
  insert(index: number, text: string, options: ChangeOptions = {}): CommitHandle {
    return this.splice(index, 0, text, options)
  }
}
