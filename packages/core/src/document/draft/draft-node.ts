import type { JsonObject, JsonValue, Path } from "../json.ts"
import type { KindReader } from "../operation.ts"
import type { RegisterValue } from "../shape.ts"
import { noFields, type PredefinedFields } from "../predefined.ts"
import { memberReader } from "../../engine/lazy-json.ts"
import { applySplices, type TextSplice } from "@syncline/diff/text"
import { arraySequence, type Piece, PieceTable } from "../../engine/edit/piece-table.ts"

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
  /** What it is a copy of, if that is a container of an edit. */
  source: DraftNode | undefined

  constructor(origin: Path | undefined) {
    this.origin = origin
  }
}

/** In the place of a member that was removed. */
const gone = Symbol("removed")

/** A map within an edit: what was there, and over it what the edit wrote or opened. */
export class MapNode extends Node {
  readonly kind = "map"
  /** Reads the kinds of what the document has at its keys; there once somebody asked. */
  kinds: ((key: string) => ReturnType<KindReader>) | undefined
  readonly #base: JsonObject
  /** Past what makes an object of a base that is read as somebody looks. */
  readonly #read: ((key: string) => JsonValue | undefined) | undefined
  readonly #over = new Map<string, Member | typeof gone>()
  readonly #fields: PredefinedFields

  /** `fields` are declared in it; of registers among them a default shows where there is nothing. */
  constructor(base: JsonObject, origin: Path | undefined, fields: PredefinedFields = noFields) {
    super(origin)
    this.#base = base
    this.#read = memberReader(base)
    this.#fields = fields
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  get(key: string): Member | undefined {
    const over = this.#over.get(key)
    if (over !== undefined) return over === gone ? undefined : over
    if (this.#read !== undefined) return this.#read(key)
    const member = this.#base[key]
    return member === undefined || !(key in Object.prototype) || Object.hasOwn(this.#base, key)
      ? member
      : undefined
  }

  keys(): string[] {
    const keys = Object.keys(this.#base).filter(key => this.has(key))
    for (const [key, member] of this.#over)
      if (member !== gone && !Object.hasOwn(this.#base, key)) keys.push(key)
    return keys
  }

  /** What is in a map that an edit made. */
  forEachFresh(hear: (key: string, member: Member) => void): void {
    for (const [key, member] of this.#over) if (member !== gone) hear(key, member)
  }

  /** Puts something at a key, or nothing; what was there is detached. */
  put(key: string, member: Member | undefined): void {
    const before = this.#over.get(key)
    if (isNode(before) && before !== member) before.place = undefined
    if (isNode(member)) member.place = { parent: this, key }
    const shown = member === undefined ? this.#fields.registers.get(key) : member
    this.#over.set(key, shown === undefined ? gone : shown)
  }

  /** As `put`, where no container is. */
  putValue(key: string, value: RegisterValue): void {
    this.#over.set(key, value)
  }

  /** The same container anew, with all that is in it. This one keeps what it shows, and stands nowhere any more. */
  renewed(): MapNode {
    const renewed = new MapNode(this.#base, this.origin, this.#fields)
    for (const [key, member] of this.#over) {
      if (member === gone) renewed.#over.set(key, gone)
      else {
        renewed.put(key, member)
        this.#over.set(key, kept(member))
      }
    }
    this.place = undefined
    return renewed
  }
}

const memberArrays = arraySequence<Member>()

/** A list within an edit: what was there, and over it what the edit opened, put in and took out. */
export class ListNode extends Node {
  readonly kind = "list"
  readonly #base: readonly JsonValue[]
  #pieces: PieceTable<Member[]>
  /** Items of the document that were opened, by their index before the edit, and back. */
  readonly #opened = new Map<number, DraftNode>()
  readonly #origins = new Map<DraftNode, number>()

  constructor(base: readonly JsonValue[], origin: Path | undefined) {
    super(origin)
    this.#base = base
    this.#pieces = new PieceTable(base.length, memberArrays)
  }

  get length(): number {
    return this.#pieces.length
  }

  /** All of them. Cost: the length. */
  get items(): Member[] {
    const items: Member[] = []
    for (const piece of this.#pieces.pieces())
      for (let at = 0; at < piece.length; at++) items.push(this.#read(piece, at))
    return items
  }

  at(index: number): Member | undefined {
    const found = this.#pieces.locate(index)
    return found && this.#read(found.piece, found.offset)
  }

  /** The index an item had in the document before the edit; −1 for what the edit made. */
  originOf(index: number): number {
    const found = this.#pieces.locate(index)
    return found?.piece.kind === "old" && this.origin !== undefined ? found.piece.start + found.offset : -1
  }

  indexOf(node: DraftNode): number {
    const old = this.#origins.get(node)
    if (old !== undefined) return this.#pieces.positionOf(old) ?? -1
    let start = 0
    for (const piece of this.#pieces.pieces()) {
      const offset = piece.kind === "fresh" ? piece.content.indexOf(node) : -1
      if (offset >= 0) return start + offset
      start += piece.length
    }
    return -1
  }

  /** Replaces a stretch; what was there is detached. */
  splice(index: number, remove: number, members: readonly Member[]): Member[] {
    for (const member of members) if (isNode(member)) member.place = { parent: this, key: undefined }
    const removed = Array.from({ length: remove }, (_, offset) => this.at(index + offset) ?? null)
    this.#pieces.splice(index, remove, members.slice())
    for (const member of removed) if (isNode(member)) member.place = undefined
    return removed
  }

  /** Puts the opened form of an item of the document in its place. */
  open(index: number, node: DraftNode): void {
    this.#open(this.originOf(index), node)
  }

  /** Puts the same item anew in the place of one. */
  renew(index: number, node: DraftNode): void {
    const old = this.originOf(index)
    if (old >= 0) return this.#open(old, node)
    node.place = { parent: this, key: undefined }
    this.#pieces.splice(index, 1, [node])
  }

  /** As for maps. */
  renewed(): ListNode {
    const renewed = new ListNode(this.#base, this.origin)
    renewed.#pieces = this.#pieces
    for (const piece of this.#pieces.pieces())
      for (const member of piece.kind === "fresh" ? piece.content : [])
        if (isNode(member)) member.place = { parent: renewed, key: undefined }
    for (const [old, node] of this.#opened) renewed.#open(old, node)
    const pieces = this.#pieces
      .pieces()
      .map(piece => (piece.kind === "old" ? piece : { ...piece, content: piece.content.map(kept) }))
    this.#pieces = new PieceTable(this.#base.length, memberArrays, pieces)
    for (const [old, node] of this.#opened) this.#opened.set(old, kept(node) as DraftNode)
    this.place = undefined
    return renewed
  }

  #open(old: number, node: DraftNode): void {
    node.place = { parent: this, key: undefined }
    const before = this.#opened.get(old)
    if (before !== undefined) this.#origins.delete(before)
    this.#opened.set(old, node)
    this.#origins.set(node, old)
  }

  #read(piece: Piece<Member[]>, offset: number): Member {
    if (piece.kind === "fresh") return piece.content[offset] ?? null
    return this.#opened.get(piece.start + offset) ?? this.#base[piece.start + offset] ?? null
  }
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

/** What stays in a container that is made anew: of what has no draft of its own, a copy, as that goes on being edited. */
function kept(member: Member): Member {
  if (!isNode(member)) return member
  if (member.kind === "text") return new TextNode(member.text, undefined)
  return member.kind === "counter" ? member.value : member
}

/** Whether a member is a container being edited. */
export function isNode(member: unknown): member is DraftNode {
  return member instanceof Node
}

/** Where a node is in the document as edited so far; `undefined` if it is not in it (any more). */
export function pathOf(node: DraftNode, root: DraftNode): Path | undefined {
  const path: (string | number)[] = []
  for (let at = node; at !== root; at = at.place.parent) {
    if (at.place === undefined) return undefined
    const { parent, key } = at.place
    path.push(parent.kind === "list" ? parent.indexOf(at) : (key ?? ""))
  }
  return path.reverse()
}
