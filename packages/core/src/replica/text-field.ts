import type { JsonValue, Path } from "../document/json.ts"
import type { Operation } from "../document/operation.ts"
import { coreError } from "../errors/core-error.ts"
import type { CommitHandle } from "./commit-handle.ts"
import type { ChangeOptions } from "./document.ts"
import type { DocumentState } from "./document-state.ts"

/** A text inside a document. Positions are UTF-16 units, as in JavaScript strings. */
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

  /** The text now. O(n) after a change of it. */
  toString(): string {
    let value: JsonValue | undefined = this.#state.document.value()
    for (const step of this.path) value = childOf(value, step)
    if (typeof value === "string") return value
    throw coreError("path-invalid", `there is no text at "${this.path.join("/")}" of "${this.#state.id}"`)
  }

  /**
   * Replaces `remove` units at `index` by `insert`, as one commit.
   *
   * @throws SynclineError `path-invalid` outside the text or where none is, `value-unsupported` for lone surrogates,
   *   and what `document.change` throws.
   */
  splice(index: number, remove: number, insert = "", options: ChangeOptions = {}): CommitHandle {
    return this.#execute({ op: "splice", path: this.path, index, remove, insert }, options)
  }

  /** Inserts at `index`. */
  insert(index: number, text: string, options: ChangeOptions = {}): CommitHandle {
    return this.splice(index, 0, text, options)
  }
}

function childOf(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined
  return (value as Readonly<Record<string | number, JsonValue>>)[step]
}
