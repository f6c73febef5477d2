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
import { textUnitAt } from "./text-content.ts"
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

class YjsMapTarget implements MapTarget {
  readonly kind = "map"
  readonly #map: Y.Map<unknown>

  constructor(map: Y.Map<unknown>) {
    this.#map = map
  }

  get identity(): number | undefined {
    return identityOf(this.#map)
  }

  keys(): Iterable<string> {
    return this.#map.keys()
  }

  has(key: string): boolean {
    return this.#map.has(key)
  }

  isPristine(key: string): boolean {
    return isPristine(this.#map, key)
  }

  member(key: string): ContainerTarget | undefined {
    return asTarget(this.#map.get(key))
  }

  set(key: string, slot: Slot): void {
    // Automerge writes nothing where a key is set to what it holds, and the same edits are to give the same changes.
    if (isNode(slot) || !this.#map.has(key) || this.#map.get(key) !== slot)
      this.#map.set(key, slotToShared(slot))
  }

  delete(key: string): void {
    this.#map.delete(key)
  }
}

class YjsListTarget implements ListTarget {
  readonly kind = "list"
  readonly #list: Y.Array<unknown>

  constructor(list: Y.Array<unknown>) {
    this.#list = list
  }

  get identity(): number | undefined {
    return identityOf(this.#list)
  }

  get length(): number {
    return this.#list.length
  }

  item(index: number): ContainerTarget | undefined {
    return asTarget(this.#list.get(index))
  }

  splice(index: number, remove: number, insert: readonly Slot[]): void {
    if (remove > 0) this.#list.delete(index, remove)
    if (insert.length > 0) this.#list.insert(index, insert.map(slotToShared))
  }
}

class YjsTextTarget implements TextTarget {
  readonly kind = "text"
  readonly #text: Y.Text

  constructor(text: Y.Text) {
    this.#text = text
  }

  get identity(): number | undefined {
    return identityOf(this.#text)
  }

  get length(): number {
    return this.#text.length
  }

  unitAt(index: number): number {
    return textUnitAt(this.#text, index)
  }

  splice(index: number, remove: number, insert: string): void {
    if (remove > 0) this.#text.delete(index, remove)
    if (insert !== "") this.#text.insert(index, insert)
  }
}

class YjsCounterTarget implements CounterTarget {
  readonly kind = "counter"
  readonly #map: Y.Map<unknown>

  constructor(map: Y.Map<unknown>) {
    this.#map = map
  }

  get identity(): number | undefined {
    return identityOf(this.#map)
  }

  get value(): number {
    return counterSum(this.#map)
  }

  takes(by: number): boolean {
    return Number.isSafeInteger(ownCount(this.#map, this.#own) + by)
  }

  add(by: number): void {
    addToOwn(this.#map, this.#own, by)
  }

  /** Under which this document writes. */
  get #own(): number {
    return this.#map.doc?.clientID ?? 0
  }
}

function identityOf(type: SharedType): number | undefined {
  return itemOf(type)?.id.client
}
