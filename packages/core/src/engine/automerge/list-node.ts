import { isCounter, type Patch } from "@automerge/automerge/slim"
import type { JsonValue } from "../../document/json.ts"
import type { Predefined } from "../../document/predefined.ts"
import type { ChangedNodes } from "./changed-nodes.ts"
import type { NewContainer, Slot } from "../edit/edit-node.ts"
import { lazyList } from "../lazy-json.ts"
import { valueOf, viewOf } from "./map-node.ts"
import { type Held, ObjectNode, release } from "./object-node.ts"

/** More arguments than this are not spread into a call: they go on the stack. */
const maxSpread = 1024

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

  fill(content: NewContainer): void {
    this.#items = content.kind === "list" ? content.items.map(slot => this.holdSlot(slot)) : []
  }

  noteSplice(index: number, remove: number, insert: readonly Slot[]): void {
    this.context.note(changed => {
      this.invalidate()
      changed.add(this)
      if (this.#items === undefined) return
      this.#replace(
        index,
        remove,
        insert.map(slot => this.holdSlot(slot))
      )
    })
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
    return lazyList({
      length: items.length,
      get: index => viewOf(items[index] ?? null, undefined, depth + 1)
    })
  }

  #splice(
    index: number,
    remove: number,
    values: readonly unknown[],
    contested: readonly boolean[] = []
  ): void {
    this.#replace(
      index,
      remove,
      values.map((value, at) => this.holdNew(value, contested[at] === true))
    )
  }

  #replace(index: number, remove: number, inserted: readonly Held[]): void {
    const items = this.#items ?? []
    for (const held of items.slice(index, index + remove)) release(held)
    // Not spliced, as that takes no more items than a call takes arguments.
    this.#items =
      inserted.length > maxSpread
        ? [...items.slice(0, index), ...inserted, ...items.slice(index + remove)]
        : items
    if (inserted.length <= maxSpread) items.splice(index, remove, ...inserted)
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
