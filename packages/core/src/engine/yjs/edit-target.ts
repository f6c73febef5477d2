import type * as Y from "yjs"
import type {
  ContainerTarget,
  CounterTarget,
  ListTarget,
  MapTarget,
  TextTarget
} from "../edit/container-target.ts"
import { isNode, type Slot } from "../edit/edit-node.ts"
import { addToOwn, counterSum, ownCount } from "./counter-content.ts"
import { asContainer } from "./shared-kind.ts"
import { slotToShared } from "./slot-to-shared.ts"
import { TextUnits } from "./text-content.ts"
import { isPristine } from "./value-cache.ts"
import { itemOf, type SharedType } from "./yjs-internals.ts"

/** A map of the document, to be edited. */
export function mapTarget(map: Y.Map<unknown>): MapTarget {
  return new YjsMapTarget(map)
}

function asTarget(value: unknown): ContainerTarget | undefined {
  const container = asContainer(value)
  switch (container?.kind) {
    case "map":
      return new YjsMapTarget(container.type)
    case "list":
      return new YjsListTarget(container.type)
    case "text":
      return new YjsTextTarget(container.type)
    case "counter":
      return new YjsCounterTarget(container.type)
    case undefined:
      return undefined
  }
}

abstract class SharedTarget<T extends SharedType> {
  protected readonly type: T

  constructor(type: T) {
    this.type = type
  }

  get identity(): number | undefined {
    return itemOf(this.type)?.id.client
  }
}

class YjsMapTarget extends SharedTarget<Y.Map<unknown>> implements MapTarget {
  readonly kind = "map"

  keys(): Iterable<string> {
    return this.type.keys()
  }

  has(key: string): boolean {
    return this.type.has(key)
  }

  isPristine(key: string): boolean {
    return isPristine(this.type, key)
  }

  member(key: string): ContainerTarget | undefined {
    return asTarget(this.type.get(key))
  }

  set(key: string, slot: Slot): void {
    // Automerge writes nothing where a key is set to what it holds, and the same edits are to give the same changes.
    if (isNode(slot) || this.type.get(key) !== slot) this.type.set(key, slotToShared(slot))
  }

  delete(key: string): void {
    this.type.delete(key)
  }
}

class YjsListTarget extends SharedTarget<Y.Array<unknown>> implements ListTarget {
  readonly kind = "list"

  get length(): number {
    return this.type.length
  }

  item(index: number): ContainerTarget | undefined {
    return asTarget(this.type.get(index))
  }

  splice(index: number, remove: number, insert: readonly Slot[]): void {
    if (remove > 0) this.type.delete(index, remove)
    if (insert.length > 0) this.type.insert(index, insert.map(slotToShared))
  }
}

class YjsTextTarget extends SharedTarget<Y.Text> implements TextTarget {
  readonly kind = "text"
  #units: TextUnits | undefined

  get length(): number {
    return this.type.length
  }

  unitAt(index: number): number {
    this.#units ??= new TextUnits(this.type)
    return this.#units.at(index)
  }

  splice(index: number, remove: number, insert: string): void {
    this.#units = undefined
    if (remove > 0) this.type.delete(index, remove)
    if (insert !== "") this.type.insert(index, insert)
  }
}

class YjsCounterTarget extends SharedTarget<Y.Map<unknown>> implements CounterTarget {
  readonly kind = "counter"

  get value(): number {
    return counterSum(this.type)
  }

  takes(by: number): boolean {
    return Number.isSafeInteger(ownCount(this.type, this.#own) + by)
  }

  add(by: number): void {
    addToOwn(this.type, this.#own, by)
  }

  /** Under which this document writes. */
  get #own(): number {
    return this.type.doc?.clientID ?? 0
  }
}
