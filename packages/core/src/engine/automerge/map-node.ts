import { isCounter, type Patch } from "@automerge/automerge/slim"
import type { JsonObject, JsonValue } from "../../document/json.ts"
import { noFields, type Predefined, type PredefinedFields } from "../../document/predefined.ts"
import { isNode, type NewContainer, type Slot } from "../edit/edit-node.ts"
import { maxNesting } from "../edit/max-nesting.ts"
import { fieldsInside } from "../edit/open-node.ts"
import { addMember } from "../json-member.ts"
import { lazyMap } from "../lazy-json.ts"
import type { ChangedNodes } from "./changed-nodes.ts"
import { type Held, ObjectNode, release, reservedIdentity } from "./object-node.ts"

/** A map of the document. */
export class MapNode extends ObjectNode {
  readonly kind = "map"
  #entries: Map<string, Held> | undefined
  #keyOf: Map<ObjectNode, string> = new Map()

  get entries(): ReadonlyMap<string, Held> {
    return this.#load()
  }

  /** Whether a container predefined at the key counts as present and empty. */
  isPristine(key: string): boolean {
    return !this.#load().has(key) && !this.context.hasGenesisAt(this.identity, key)
  }

  /**
   * The identity of the predefined counter that a key shows; `undefined` for everything else, also for counters that
   * were put there natively. Asks the document only where there is such a counter.
   */
  counterAt(key: string): number | undefined {
    if (typeof this.#load().get(key) !== "number") return undefined
    const identity = this.predefinedCounter(key)
    if (identity === undefined) return undefined
    // Of several that were set concurrently, the last one shows.
    const shown: readonly unknown[] | undefined = this.context.handle.getAll(this.id, key).at(-1)
    return reservedIdentity(String(shown?.at(-1))) === identity ? identity : undefined
  }

  adopt(shown: unknown, depth: number): void {
    const entries = new Map<string, Held>()
    // Nothing is there yet that would have to be let go of.
    for (const key of Object.keys(shown as object)) {
      const held = this.holdShown((shown as Readonly<Record<string, unknown>>)[key], depth)
      entries.set(key, held)
      if (typeof held === "object" && held !== null) this.#keyOf.set(held, key)
    }
    this.#entries = entries
  }

  fill(content: NewContainer): void {
    this.#entries = new Map()
    if (content.kind === "map") for (const [key, slot] of content.entries) this.#put(key, this.holdSlot(slot))
  }

  notePut(key: string, slot: Slot): void {
    this.context.note(changed => {
      // Automerge writes nothing where a key holds that already.
      if (!isNode(slot) && this.#entries?.get(key) === slot) return
      this.#change(key, changed)
      if (this.#entries !== undefined) this.#put(key, this.holdSlot(slot))
    })
  }

  noteIncrement(key: string): void {
    this.context.note(changed => {
      this.#change(key, changed)
      this.reread(key)
    })
  }

  noteDelete(key: string): void {
    this.context.note(changed => {
      this.#change(key, changed)
      release(this.#entries?.get(key))
      this.#entries?.delete(key)
    })
  }

  stepTo(child: ObjectNode): string | undefined {
    return this.#keyOf.get(child)
  }

  heldAt(step: string | number): Held | undefined {
    return typeof step === "string" ? this.#load().get(step) : undefined
  }

  follow(step: string | number): ObjectNode | undefined {
    // What a patch brought may be hidden behind something else, and cannot be read before all patches are through.
    const held = this.#entries === undefined && !this.identified ? undefined : this.heldAt(step)
    return held instanceof ObjectNode ? held : undefined
  }

  patch(step: string | number, patch: Patch, changed: ChangedNodes): void {
    const key = String(step)
    const entries = this.#entries
    this.#change(key, changed)
    if (entries === undefined) return
    switch (patch.action) {
      case "put":
        // Counted up where several counters contend, Automerge 3.5 gives the sum of one that is not shown.
        if (isCounter(patch.value)) return this.reread(key)
        return this.#put(key, this.holdNew(patch.value, patch.conflict === true))
      case "conflict":
        return changed.addContested(this, key)
      case "del":
        release(entries.get(key))
        entries.delete(key)
        return
      case "inc":
        // Not added up: what was read between two patches may be the sum already.
        return this.reread(key)
      default:
        this.unload()
        changed.add(this)
    }
  }

  reread(step: string | number): void {
    const entries = this.#entries
    if (entries === undefined || typeof step !== "string") return
    this.invalidate()
    const found = this.context.handle.getWithType(this.id, step)
    if (found !== null) return this.#put(step, this.hold(step, found))
    release(entries.get(step))
    entries.delete(step)
  }

  unload(): void {
    this.invalidate()
    for (const held of this.#entries?.values() ?? []) release(held)
    this.#entries = undefined
    this.#keyOf = new Map()
  }

  /** The value of the root, or of a map where nothing else is declared around it. */
  protected read(field: Predefined | undefined, depth: number): JsonValue {
    return this.readFields(fieldsInside(this.identity, field), depth)
  }

  /** The value with these predefined fields. */
  protected readFields(fields: PredefinedFields, depth: number): JsonValue {
    const out: Record<string, JsonValue> = {}
    const entries = this.#load()
    for (const key of this.#keys(fields)) {
      const held = entries.get(key)
      const field = fields.get(key)
      if (held === undefined) addMember(out, key, field?.pristine ?? fields.registers.get(key) ?? null)
      else addMember(out, key, valueOf(held, field, depth + 1))
    }
    return Object.freeze(out)
  }

  protected override readLazily(field: Predefined | undefined, depth: number): JsonValue {
    return this.viewFields(fieldsInside(this.identity, field), depth)
  }

  /** As `readFields`, for who looks at few. */
  protected viewFields(fields: PredefinedFields, depth: number): JsonObject {
    return lazyMap({
      keys: () => this.#keys(fields),
      get: key => {
        const held = this.#load().get(key)
        const field = fields.get(key)
        if (held !== undefined) return viewOf(held, field, depth + 1)
        return field !== undefined && this.isPristine(key) ? field.pristine : fields.registers.get(key)
      }
    })
  }

  #keys(fields: PredefinedFields): string[] {
    const entries = this.#load()
    const keys = [...entries.keys()]
    for (const key of fields.keys()) if (this.isPristine(key)) keys.push(key)
    for (const [key, value] of fields.registers) if (value !== undefined && !entries.has(key)) keys.push(key)
    // By UTF-16 units; Automerge orders by UTF-8.
    return keys.sort()
  }

  #change(key: string, changed: ChangedNodes): void {
    this.invalidate()
    changed.add(this, key)
  }

  #put(key: string, held: Held): void {
    const entries = this.#load()
    release(entries.get(key))
    entries.set(key, held)
    if (held instanceof ObjectNode) this.#keyOf.set(held, key)
  }

  #load(): Map<string, Held> {
    if (this.#entries !== undefined) return this.#entries
    const { handle } = this.context
    this.#entries = new Map()
    for (const key of handle.keys(this.id)) {
      const found = handle.getWithType(this.id, key)
      if (found !== null) this.#put(key, this.hold(key, found))
    }
    return this.#entries
  }
}

/** The map the whole document is. */
export class RootNode extends MapNode {
  #fields: PredefinedFields = noFields

  /** Says what the collection predefines. */
  declare(fields: PredefinedFields): void {
    this.#fields = fields
  }

  protected override read(): JsonValue {
    return this.readFields(this.#fields, 0)
  }

  protected override readLazily(): JsonValue {
    return this.viewFields(this.#fields, 0)
  }
}

/** The value of a member; `null` for containers nested deeper than a change would put them. */
export function valueOf(held: Held, field: Predefined | undefined, depth: number): JsonValue {
  if (!(held instanceof ObjectNode)) return held
  return depth > maxNesting ? null : held.value(field, depth)
}

/** The value of a member, as far as somebody looks. */
export function viewOf(held: Held, field: Predefined | undefined, depth: number): JsonValue {
  return held instanceof ObjectNode && depth <= maxNesting
    ? held.view(field, depth)
    : valueOf(held, field, depth)
}
