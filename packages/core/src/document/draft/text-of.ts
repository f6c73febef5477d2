import { coreError } from "../../errors/core-error.ts"
import { spliceText } from "./assign.ts"
import { isNode, type TextNode } from "./draft-node.ts"
import { draftsOf, nodeOfDraft } from "./drafts.ts"
import { memberOfList, memberOfMap } from "./members.ts"
import type { Recorder } from "./recorder.ts"

/** A key of a draft, if there can be a string under it; only those can be texts. */
export type TextKey<D, K extends keyof D> = [Extract<D[K], string>] extends [never] ? never : K

/**
 * A text in a draft, to be edited at positions: `textOf(draft, "body").insert(0, "# ")`. Costs nothing that grows with
 * the text. Positions are UTF-16 units.
 *
 * @throws SynclineError `path-invalid` when there is no text container (a plain string is replaced whole),
 *   `draft-invalid` when `draft` is none or its edit has ended.
 */
export function textOf<D extends object, K extends keyof D>(draft: D, key: K & TextKey<D, K>): DraftText {
  const node = nodeOfDraft(draft)
  const recorder = draftsOf(draft)?.recorder
  if (node === undefined || recorder === undefined)
    throw coreError("draft-invalid", "textOf takes a draft from inside a change")
  const member =
    node.kind === "list"
      ? memberOfList(recorder, node, Number(key))
      : memberOfMap(recorder, node, String(key))
  if (isNode(member) && member.kind === "text") return new DraftText(recorder, member)
  throw coreError(
    "path-invalid",
    `there is no text at "${String(key)}"; declare it, or assign text("…") there first`
  )
}

/** See {@link textOf}. */
export class DraftText {
  readonly #recorder: Recorder
  readonly #node: TextNode

  constructor(recorder: Recorder, node: TextNode) {
    this.#recorder = recorder
    this.#node = node
  }

  /** In UTF-16 units. */
  get length(): number {
    return this.#node.length
  }

  toString(): string {
    return this.#node.text
  }

  /**
   * Replaces `remove` units at `index` by `insert`.
   *
   * @throws SynclineError `path-invalid` outside the text, `draft-invalid` after the edit.
   */
  splice(index: number, remove: number, insert = ""): void {
    this.#recorder.mustRun()
    const inside = Number.isInteger(index) && Number.isInteger(remove) && index >= 0 && remove >= 0
    if (!inside || index + remove > this.length)
      throw coreError(
        "path-invalid",
        `${remove} units at ${index} are not inside the text, whose length is ${this.length}`
      )
    spliceText(this.#recorder, this.#node, index, remove, insert)
  }

  /** Inserts at `index`. */
  insert(index: number, text: string): void {
    this.splice(index, 0, text)
  }

  /** Inserts at the end. */
  append(text: string): void {
    this.splice(this.length, 0, text)
  }
}
