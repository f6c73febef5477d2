import type { Patch } from "@automerge/automerge/slim"
import type { JsonValue } from "../../document/json.ts"
import type { NewContainer } from "../edit/edit-node.ts"
import type { ChangedNodes } from "./changed-nodes.ts"
import { type Held, ObjectNode } from "./object-node.ts"

/** A text of the document. */
export class TextNode extends ObjectNode {
  readonly kind = "text"
  #text: string | undefined

  get length(): number {
    return this.#text?.length ?? this.context.handle.length(this.id)
  }

  get text(): string {
    this.#text ??= this.context.handle.text(this.id)
    return this.#text
  }

  adopt(shown: unknown): void {
    this.#text = String(shown)
  }

  fill(content: NewContainer): void {
    this.#text = content.kind === "text" ? content.text : ""
  }

  noteSplice(index: number, remove: number, insert: string): void {
    this.context.note(changed => {
      this.invalidate()
      changed.add(this)
      if (this.#text !== undefined) this.#splice(index, remove, insert)
    })
  }

  stepTo(): undefined {
    return undefined
  }

  heldAt(): Held | undefined {
    return undefined
  }

  follow(): undefined {
    return undefined
  }

  patch(step: string | number, patch: Patch, changed: ChangedNodes): void {
    // Formatting is not part of the value.
    if (patch.action === "mark" || patch.action === "unmark" || patch.action === "conflict") return
    changed.add(this)
    this.invalidate()
    if (this.#text === undefined) return
    const index = Number(step)
    if (patch.action === "splice") this.#splice(index, 0, patch.value)
    else if (patch.action === "del") this.#splice(index, patch.length ?? 1, "")
    else this.unload()
  }

  reread(): void {
    this.unload()
  }

  unload(): void {
    this.invalidate()
    this.#text = undefined
  }

  protected read(): JsonValue {
    return this.text
  }

  #splice(index: number, remove: number, insert: string): void {
    const before = this.#text ?? ""
    this.#text = before.slice(0, index) + insert + before.slice(index + remove)
  }
}
