import type { JsonObject, JsonValue, Path } from "../json.ts"
import { noFields, type PredefinedFields } from "../predefined.ts"
import { applySplices, type TextSplice } from "@syncline/diff/text"

/** What a key or index holds: a container being edited, a scalar, or JSON that is no container and is replaced whole. */
export type Member = JsonValue | DraftNode

/** A container as it stands within an edit. */
export type DraftNode = MapNode | ListNode | TextNode | CounterNode

/** Where a node hangs. */
interface Place {
  readonly parent: MapNode | ListNode
  /** The key in a map; in a list the index is looked up, as it moves. */
  readonly key: string | undefined
}

abstract class Node {
  /** Absent for the root and for what was taken out of the document. */
  place: Place | undefined
  /** Where it is in the document before the edit; absent for what the edit made. */
  readonly origin: Path | undefined
  /** Assigning it replaces instead of merging. */
  replaces = false

  constructor(origin: Path | undefined) {
    this.origin = origin
  }
}

/** A map within an edit: what was there, and over it what the edit wrote or opened. */
export class MapNode extends Node {
  readonly kind = "map"
  readonly #base: JsonObject
  readonly #over = new Map<string, Member | undefined>()
  readonly #registers: PredefinedFields["registers"]

  /** `registers` are those declared in it: what they show where there is nothing. */
  constructor(base: JsonObject, origin: Path | undefined, { registers }: PredefinedFields = noFields) {
    super(origin)
    this.#base = base
    this.#registers = registers
  }

  has(key: string): boolean {
    return this.#over.has(key) ? this.#over.get(key) !== undefined : Object.hasOwn(this.#base, key)
  }

  get(key: string): Member | undefined {
    if (this.#over.has(key)) return this.#over.get(key)
    return Object.hasOwn(this.#base, key) ? this.#base[key] : undefined
  }

  keys(): string[] {
    const keys = Object.keys(this.#base).filter(key => this.has(key))
    for (const [key, member] of this.#over)
      if (member !== undefined && !Object.hasOwn(this.#base, key)) keys.push(key)
    return keys
  }

  /** Puts something at a key, or nothing; what was there is detached. */
  put(key: string, member: Member | undefined): void {
    const before = this.#over.get(key)
    if (isNode(before) && before !== member) before.place = undefined
    if (isNode(member)) member.place = { parent: this, key }
    this.#over.set(key, member === undefined ? this.#registers.get(key) : member)
  }
}

/** A list within an edit. */
export class ListNode extends Node {
  readonly kind = "list"
  readonly items: Member[]
  /** For each item its index in the document before the edit, −1 for what the edit made. */
  readonly origins: number[]

  constructor(base: readonly JsonValue[], origin: Path | undefined) {
    super(origin)
    this.items = [...base]
    this.origins = base.map((_, index) => (origin === undefined ? -1 : index))
  }

  /** Replaces a stretch; what was there is detached. */
  splice(index: number, remove: number, members: readonly Member[]): Member[] {
    for (const member of members) if (isNode(member)) member.place = { parent: this, key: undefined }
    const removed = spliceArray(this.items, index, remove, members)
    spliceArray(
      this.origins,
      index,
      remove,
      members.map(() => -1)
    )
    for (const member of removed) if (isNode(member)) member.place = undefined
    return removed
  }

  /** Puts the opened form of an item in its place. */
  open(index: number, node: DraftNode): void {
    node.place = { parent: this, key: undefined }
    this.items[index] = node
  }
}

/** More arguments than this are not spread into a call: they go on the stack, which holds some hundred thousand. */
const maxSpread = 1024

/** `Array.prototype.splice` for any number of new items. */
function spliceArray<T>(items: T[], index: number, remove: number, added: readonly T[]): T[] {
  if (added.length <= maxSpread) return items.splice(index, remove, ...added)
  const removed = items.splice(index)
  const after = removed.splice(remove)
  for (const item of added) items.push(item)
  for (const item of after) items.push(item)
  return removed
}

/** A text within an edit. */
export class TextNode extends Node {
  readonly kind = "text"
  #text: string
  #pending: TextSplice[] = []
  #length: number

  constructor(text: string, origin: Path | undefined) {
    super(origin)
    this.#text = text
    this.#length = text.length
  }

  get length(): number {
    return this.#length
  }

  /** The string is made when it is read, not for every splice. */
  get text(): string {
    for (const splice of this.#pending) this.#text = applySplices(this.#text, [splice])
    this.#pending = []
    return this.#text
  }

  splice(splice: TextSplice): void {
    this.#pending.push(splice)
    this.#length += splice.insert.length - splice.remove
  }
}

/** A counter within an edit; what it reads as is a number. */
export class CounterNode extends Node {
  readonly kind = "counter"
  value: number

  constructor(value: number, origin: Path | undefined) {
    super(origin)
    this.value = value
  }
}

/** Whether a member is a container being edited. */
export function isNode(member: Member | undefined): member is DraftNode {
  return member instanceof Node
}

/** Where a node is in the document as edited so far; `undefined` if it is not in it (any more). */
export function pathOf(node: DraftNode, root: DraftNode): Path | undefined {
  const path: (string | number)[] = []
  for (let at = node; at !== root; at = at.place.parent) {
    if (at.place === undefined) return undefined
    const { parent, key } = at.place
    path.unshift(parent.kind === "list" ? parent.items.indexOf(at) : (key ?? ""))
  }
  return path
}
