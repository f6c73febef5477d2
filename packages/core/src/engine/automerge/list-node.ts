import { isCounter, type Patch } from "@automerge/automerge/slim"
import type { JsonValue } from "../../document/json.ts"
import type { Predefined } from "../../document/predefined.ts"
import type { ChangedNodes } from "./changed-nodes.ts"
import { lazyList } from "../lazy-json.ts"
import { valueOf, viewOf } from "./map-node.ts"
import { type Held, ObjectNode, release } from "./object-node.ts"

/** A list of the document. */
export class ListNode extends ObjectNode {
  readonly kind = "list"
  #items: Held[] | undefined

  get length(): number {
    return this.#items?.length ?? this.context.handle.length(this.id)
  }

  adopt(shown: unknown, depth: number): void {
    this.#items = (shown as readonly unknown[]).map(item => this.holdShown(item, depth))
  }

  stepTo(child: ObjectNode): number | undefined {
    const index = this.#items?.indexOf(child) ?? -1
    return index < 0 ? undefined : index
  }

  heldAt(step: string | number): Held | undefined {
    return typeof step === "number" ? this.#load()[step] : undefined
  }

  follow(step: string | number): ObjectNode | undefined {
    // Not to be loaded between patches: positions in the next ones are not those of the end.
    const held = typeof step === "number" ? this.#items?.[step] : undefined
    return held instanceof ObjectNode ? held : undefined
  }

  patch(step: string | number, patch: Patch, changed: ChangedNodes): void {
    const index = Number(step)
    this.invalidate()
    changed.add(this)
    if (patch.action === "conflict") return changed.addContested(this, index)
    if (this.#items === undefined) return
    if (patch.action === "insert") this.#splice(index, 0, patch.values, patch.conflicts)
    else if (patch.action === "del") this.#splice(index, patch.length ?? 1, [])
    // The sum in a patch may be that of a counter which is not shown; see `MapNode.patch`.
    else if (patch.action === "put" && !isCounter(patch.value))
      this.#splice(index, 1, [patch.value], [patch.conflict === true])
    else this.unload()
  }

  /** All of them: its position may be that of another by now. */
  reread(): void {
    this.unload()
  }

  unload(): void {
    this.invalidate()
    for (const held of this.#items ?? []) release(held)
    this.#items = undefined
  }

  protected read(_: Predefined | undefined, depth: number): JsonValue {
    return Object.freeze(this.#load().map(held => valueOf(held, undefined, depth + 1)))
  }

  protected override readLazily(_: Predefined | undefined, depth: number): JsonValue {
    const items = this.#load()
    return lazyList({ length: items.length, get: index => viewOf(items[index] ?? null, undefined, depth + 1) })
  }

  #splice(
    index: number,
    remove: number,
    values: readonly unknown[],
    contested: readonly boolean[] = []
  ): void {
    const inserted = values.map((value, at) => this.holdNew(value, contested[at] === true))
    for (const held of this.#items?.splice(index, remove, ...inserted) ?? []) release(held)
  }

  #load(): Held[] {
    if (this.#items !== undefined) return this.#items
    const { handle } = this.context
    const items: Held[] = []
    for (let index = 0, length = handle.length(this.id); index < length; index++) {
      const found = handle.getWithType(this.id, index)
      items.push(found === null ? null : this.hold(index, found))
    }
    this.#items = items
    return items
  }
}
