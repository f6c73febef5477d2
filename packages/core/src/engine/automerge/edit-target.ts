import type {
  ContainerTarget,
  CounterTarget,
  ListTarget,
  MapTarget,
  TextTarget
} from "../edit/container-target.ts"
import type { Slot } from "../edit/edit-node.ts"
import type { Handle } from "./automerge-handle.ts"
import { ListNode } from "./list-node.ts"
import { MapNode } from "./map-node.ts"
import type { Held, ObjectNode } from "./object-node.ts"
import { insertSlots, putSlot } from "./write-slot.ts"
import { TextNode } from "./text-node.ts"

/** A map of the document, to be edited through the handle the document has then; asked for once for each write. */
export function mapTarget(map: MapNode, handle: () => Handle): MapTarget {
  return new AutomergeMapTarget(map, handle)
}

function asTarget(held: Held | undefined, handle: () => Handle): ContainerTarget | undefined {
  if (held instanceof MapNode) return new AutomergeMapTarget(held, handle)
  if (held instanceof ListNode) return new AutomergeListTarget(held, handle)
  if (held instanceof TextNode) return new AutomergeTextTarget(held, handle)
  return undefined
}

abstract class NodeTarget<N extends ObjectNode> {
  protected readonly node: N
  protected readonly handle: () => Handle

  constructor(node: N, handle: () => Handle) {
    this.node = node
    this.handle = handle
  }

  get identity(): number | undefined {
    return this.node.identity
  }
}

class AutomergeMapTarget extends NodeTarget<MapNode> implements MapTarget {
  readonly kind = "map"

  keys(): Iterable<string> {
    return this.node.entries.keys()
  }

  has(key: string): boolean {
    return this.node.entries.has(key)
  }

  isPristine(key: string): boolean {
    return this.node.isPristine(key)
  }

  member(key: string): ContainerTarget | undefined {
    const counter = this.node.counterAt(key)
    return counter === undefined
      ? asTarget(this.node.heldAt(key), this.handle)
      : new AutomergeCounterTarget(this.node, key, counter, this.handle)
  }

  set(key: string, slot: Slot): void {
    putSlot(this.handle(), this.node.id, key, slot)
    this.node.notePut(key, slot)
  }

  delete(key: string): void {
    this.handle().delete(this.node.id, key)
    this.node.noteDelete(key)
  }
}

class AutomergeCounterTarget implements CounterTarget {
  readonly kind = "counter"
  readonly identity: number
  readonly #map: MapNode
  readonly #key: string
  readonly #handle: () => Handle

  constructor(map: MapNode, key: string, identity: number, handle: () => Handle) {
    this.#map = map
    this.#key = key
    this.identity = identity
    this.#handle = handle
  }

  get value(): number {
    return Number(this.#map.heldAt(this.#key))
  }

  /** Automerge keeps each step and adds in 64 bits. */
  takes(): boolean {
    return true
  }

  add(by: number): void {
    this.#handle().increment(this.#map.id, this.#key, by)
    this.#map.noteIncrement(this.#key)
  }
}

class AutomergeListTarget extends NodeTarget<ListNode> implements ListTarget {
  readonly kind = "list"

  get length(): number {
    return this.node.length
  }

  item(index: number): ContainerTarget | undefined {
    return asTarget(this.node.heldAt(index), this.handle)
  }

  splice(index: number, remove: number, insert: readonly Slot[]): void {
    const handle = this.handle()
    if (remove > 0) handle.splice(this.node.id, index, remove)
    insertSlots(handle, this.node.id, index, insert)
    this.node.noteSplice(index, remove, insert)
  }
}

class AutomergeTextTarget extends NodeTarget<TextNode> implements TextTarget {
  readonly kind = "text"

  get length(): number {
    return this.node.length
  }

  unitAt(index: number): number {
    return this.node.text.charCodeAt(index)
  }

  splice(index: number, remove: number, insert: string): void {
    this.handle().splice(this.node.id, index, remove, insert)
    this.node.noteSplice(index, remove, insert)
  }
}
