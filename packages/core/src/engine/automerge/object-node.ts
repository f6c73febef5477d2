import { getObjectId, type Patch } from "@automerge/automerge/slim"
import type { JsonValue } from "../../document/json.ts"
import { shownCount } from "../../document/count.ts"
import type { Predefined } from "../../document/predefined.ts"
import type { ContainerKind } from "../../document/shape.ts"
import { isNode, type NewContainer, type Slot } from "../edit/edit-node.ts"
import { maxNesting } from "../edit/max-nesting.ts"
import type { ChangedNodes } from "./changed-nodes.ts"
import type { Handle, TypedValue } from "./automerge-handle.ts"
import { type Scalar, scalarToJson } from "./scalar-json.ts"
import type { FollowWrite } from "./write-notes.ts"

/** What a map key or list slot holds. */
export type Held = Scalar | ObjectNode

/** What is an object in Automerge; a counter is a value of its map. */
export type ObjectKind = Exclude<ContainerKind, "counter">

/** What all nodes of a document share. */
export interface NodeContext {
  readonly handle: Handle
  /** Makes the node for an object inside `parent`; without an id it is asked for when needed. */
  open(kind: ObjectKind, parent: ObjectNode, id?: string): ObjectNode
  /** The identity of the counter predefined at this key of the map with this identity, if it has its genesis. */
  counterAt(identity: number | undefined, key: string): number | undefined
  /** Takes how nodes follow what is being written, to be done when it is. */
  note(follow: FollowWrite): void
  /** Whether a container predefined at this key of the map with this identity (the root: `undefined`) has its genesis. */
  hasGenesisAt(identity: number | undefined, key: string): boolean
}

/**
 * An object of the document as it was last told of: its members once they were asked for, and its value until it
 * changes. Nodes follow the document by its patches, so that reading costs what changed.
 */
export abstract class ObjectNode {
  abstract readonly kind: ObjectKind
  protected readonly context: NodeContext
  #parent: ObjectNode | undefined
  #id: string | undefined
  #value: JsonValue | undefined
  /** `undefined`: not asked for yet. */
  #contested: boolean | undefined = false
  #detached = false

  /** Without a parent and with an id: the root. */
  constructor(context: NodeContext, parent: ObjectNode | undefined, id: string | undefined) {
    this.context = context
    this.#parent = parent
    this.#id = id
  }

  get parent(): ObjectNode | undefined {
    return this.#parent
  }

  /** Automerge's id of the object. */
  get id(): string {
    if (this.#id !== undefined) return this.#id
    if (this.#parent === undefined)
      throw new RangeError("an object that is no longer in the document has no id")
    this.#id = this.#parent.idOf(this)
    return this.#id
  }

  /** Whether the id is known, and with it that the object is there. */
  get identified(): boolean {
    return this.#id !== undefined
  }

  /** The identity of its genesis, if the object is predefined. */
  get identity(): number | undefined {
    return reservedIdentity(this.id)
  }

  /** The identity of the counter whose genesis is at a key, whether it shows or not. */
  predefinedCounter(key: string): number | undefined {
    const isPredefined = this.#parent === undefined || (this.identified && this.identity !== undefined)
    return isPredefined ? this.context.counterAt(this.identity, key) : undefined
  }

  /** Its value, from the last call if nothing changed since. `field` is what is declared where it is. */
  value(field: Predefined | undefined, depth: number): JsonValue {
    this.#value ??= this.read(field, depth)
    return this.#value
  }

  /** The same; where the value is not known, it is read as far as somebody looks, and not kept. */
  view(field: Predefined | undefined, depth: number): JsonValue {
    return this.#value ?? this.readLazily(field, depth)
  }

  /** Forgets the value, and with it those of all around it. */
  invalidate(): void {
    for (const node of outward(this)) {
      // What has no value kept has nothing around it whose value is.
      if (node.#value === undefined) return
      node.#value = undefined
    }
  }

  /** Whether it is in the document, as far as the patches told. */
  get attached(): boolean {
    for (const node of outward(this)) if (node.#detached) return false
    return true
  }

  /** Several objects were put into its place concurrently, now or earlier. */
  contest(): void {
    this.#contested = true
  }

  /** The outermost contested object that this is or is inside of. */
  get contested(): ObjectNode | undefined {
    let found: ObjectNode | undefined
    for (const node of outward(this)) if (node.#askContested()) found = node
    return found
  }

  /** No longer in the document. */
  detach(): void {
    this.#parent = undefined
    this.#detached = true
  }

  /** Takes over what the library shows of it and of all in it, in one go: asking for each member takes many times as long. */
  abstract adopt(shown: unknown, depth: number): void
  /** Takes over what a change has put into it. */
  abstract fill(content: NewContainer): void
  /** The map key or list index a child is at. */
  abstract stepTo(child: ObjectNode): string | number | undefined
  /** What is at a key or index. */
  abstract heldAt(step: string | number): Held | undefined
  /** Where a patch goes on below; `undefined` where that is not known or nothing, which is told as a change here. */
  abstract follow(step: string | number): ObjectNode | undefined
  /** Executes a patch whose path ends in `step` of this object. */
  abstract patch(step: string | number, patch: Patch, changed: ChangedNodes): void
  /** Asks the document again what is at a key or index. */
  abstract reread(step: string | number): void
  /** Forgets the members, to be read again. */
  abstract unload(): void
  protected abstract read(field: Predefined | undefined, depth: number): JsonValue

  protected readLazily(field: Predefined | undefined, depth: number): JsonValue {
    return this.read(field, depth)
  }

  #askContested(): boolean {
    const parent = this.#parent
    const step = parent?.stepTo(this)
    if (this.#contested === undefined && parent !== undefined && step !== undefined) {
      const held = this.context.handle.getAll(parent.id, step)
      // Without an id it may be another object that is there by now, and is to be read again in any case.
      this.#contested = held.length !== 1 || held[0]?.[1] !== this.#id
    }
    return this.#contested === true
  }

  protected idOf(child: ObjectNode): string {
    const step = this.stepTo(child)
    const found = step === undefined ? null : this.context.handle.getWithType(this.id, step)
    if (found !== null && isObjectType(found)) return found[1]
    throw new RangeError(`Automerge has no object at ${JSON.stringify(step)} of ${this.id}`)
  }

  /** The member for what the document holds at a step. */
  protected hold(step: string | number, found: TypedValue): Held {
    if (found[0] === "counter") return shownCount(found[1])
    if (!isObjectType(found)) return scalarToJson(found[1])
    const node = this.context.open(kindOf(found[0]), this, found[1])
    if (this.context.handle.getAll(this.id, step).length > 1) node.contest()
    return node
  }

  /** The member for what the library shows there. */
  protected holdShown(shown: unknown, depth: number): Held {
    const kind = kindOfNew(shown)
    if (kind === undefined) return scalarToJson(shown)
    const node = this.context.open(kind, this, objectIdOf(shown))
    node.#contested = undefined
    // Deeper than a change would put anything, there is nothing of which the value is shown.
    if (depth <= maxNesting) node.adopt(shown, depth + 1)
    return node
  }

  /** The member for what a change has put there. */
  protected holdSlot(slot: Slot): Held {
    if (!isNode(slot)) return scalarToJson(slot)
    const content = slot.content()
    const node = this.context.open(content.kind, this)
    node.fill(content)
    return node
  }

  /** The member for what a patch brings: texts are strings there, other strings objects. */
  protected holdNew(value: unknown, contested: boolean): Held {
    const kind = kindOfNew(value)
    if (kind === undefined) return scalarToJson(value)
    const node = this.context.open(kind, this)
    if (contested) node.contest()
    return node
  }
}

/** The identity of the genesis that has made what Automerge names so: reserved actors have 4 bytes and the highest bit clear. */
export function reservedIdentity(name: string): number | undefined {
  const actor = /^[0-9]+@([0-7][0-9a-f]{7})$/.exec(name)?.[1]
  return actor === undefined ? undefined : Number.parseInt(actor, 16)
}

/** The id of an object that the library shows; texts are strings, which have none. */
function objectIdOf(shown: unknown): string | undefined {
  return (typeof shown === "object" && shown !== null && getObjectId(shown)) || undefined
}

/** Lets go of what was held. */
export function release(held: Held | undefined): void {
  if (held instanceof ObjectNode) held.detach()
}

/** The node, and what is around it, up to the root. */
function* outward(from: ObjectNode): Generator<ObjectNode> {
  for (let node: ObjectNode | undefined = from; node !== undefined; node = node.parent) yield node
}

type ObjectValue = Extract<TypedValue, ["map" | "list" | "text" | "table", string]>

function isObjectType(found: TypedValue): found is ObjectValue {
  return found[0] === "map" || found[0] === "list" || found[0] === "text" || found[0] === "table"
}

function kindOf(type: ObjectValue[0]): ObjectKind {
  return type === "table" ? "map" : type
}

function kindOfNew(value: unknown): ObjectKind | undefined {
  if (typeof value === "string") return "text"
  if (Array.isArray(value)) return "list"
  const isPlain =
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  return isPlain ? "map" : undefined
}
