import * as Y from "yjs"
import type { JsonObject, JsonValue } from "../../document/json.ts"
import { noFields, type Predefined, type PredefinedFields } from "../../document/predefined.ts"
import { fieldsInside } from "../edit/open-node.ts"
import { maxNesting } from "../edit/max-nesting.ts"
import { addMember } from "../json-member.ts"
import { lazyList, lazyMap } from "../lazy-json.ts"
import { counterSum } from "./counter-content.ts"
import { nativeValueToJson } from "./native-value.ts"
import { asContainer } from "./shared-kind.ts"
import { itemOf, keysOfMap, memberItem, type SharedType, valueOf } from "./yjs-internals.ts"
import { textString } from "./text-content.ts"

/**
 * JSON values of shared types, one frozen object for each until it changes: what did not change is the same object in
 * the next value. Keys are in ascending order of their UTF-16 units, so that equal values print alike on every replica.
 */
export class ValueCache {
  #values = new WeakMap<SharedType, JsonValue>()

  /** Forgets what a transaction changed, ancestors included. Cost: depth of the changed types. */
  invalidate(changed: Iterable<SharedType>): void {
    for (const type of changed) {
      // XML has no value of its own here: it is kept with the container that holds it.
      const own = asContainer(type) !== undefined
      for (let at: SharedType | null = type; at !== null; at = at.parent) {
        const had = this.#values.delete(at)
        // A container whose value is not kept has no ancestor whose value is.
        if (own && !had) break
      }
    }
  }

  /**
   * The value of a map with these predefined fields; `null` stands for containers nested deeper than a change would put
   * them, for whoever sends those means to overflow the stack. Cost: what changed since the last call.
   */
  readMap(type: Y.Map<unknown>, fields: PredefinedFields, depth = 0): JsonObject {
    const known = this.#values.get(type)
    if (known !== undefined) return known as JsonObject
    const out: Record<string, JsonValue> = {}
    for (const key of keysOf(type, fields)) {
      const item = memberItem(type, key)
      if (item?.deleted === false) addMember(out, key, this.#read(valueOf(item), depth + 1, fields.get(key)))
      else addMember(out, key, fields.get(key)?.pristine ?? fields.registers.get(key) ?? null)
    }
    this.#values.set(type, Object.freeze(out))
    return out
  }

  /** What `readMap` gives; where that is not known, it is read as far as somebody looks, and not kept. */
  viewMap(type: Y.Map<unknown>, fields: PredefinedFields, depth = 0): JsonObject {
    const known = this.#values.get(type)
    if (known !== undefined) return known as JsonObject
    return lazyMap({
      keys: () => keysOf(type, fields),
      get: key => {
        const item = memberItem(type, key)
        const field = fields.get(key)
        if (item?.deleted === false) return this.#view(valueOf(item), depth + 1, field)
        return field !== undefined && item === undefined ? field.pristine : fields.registers.get(key)
      }
    })
  }

  #view(value: unknown, depth: number, field?: Predefined): JsonValue {
    return typeof value === "object" ? this.#viewObject(value, depth, field) : nativeValueToJson(value)
  }

  // Apart, as whoever has a closure in it pays for what that closes over, made or not.
  #viewObject(value: unknown, depth: number, field: Predefined | undefined): JsonValue {
    const container = asContainer(value)
    if (container === undefined || depth > maxNesting || this.#values.has(container.type))
      return this.#read(value, depth, field)
    switch (container.kind) {
      case "map":
        return this.viewMap(container.type, fieldsOf(container.type, field), depth)
      case "list":
        return lazyList({
          length: container.type.length,
          get: index => this.#view(container.type.get(index), depth + 1)
        })
      case "text":
      case "counter":
        return this.#read(value, depth, field)
    }
  }

  #read(value: unknown, depth: number, field?: Predefined): JsonValue {
    // As most members are.
    if (typeof value !== "object" || !(value instanceof Y.AbstractType)) return nativeValueToJson(value)
    const known = this.#values.get(value)
    if (known !== undefined) return known
    if (depth > maxNesting) return null
    const container = asContainer(value)
    switch (container?.kind) {
      case "map":
        return this.readMap(container.type, fieldsOf(container.type, field), depth)
      case "list":
        return this.#keep(
          value,
          Object.freeze(container.type.toArray().map(item => this.#read(item, depth + 1)))
        )
      case "text":
        return this.#keep(value, textString(container.type))
      case "counter":
        return this.#keep(value, counterSum(container.type))
      case undefined:
        return nativeValueToJson(value)
    }
  }

  #keep(type: SharedType, value: JsonValue): JsonValue {
    this.#values.set(type, value)
    return value
  }
}

/**
 * Whether a key was never set, so that a container predefined there counts as present and empty. A key that was set or
 * deleted keeps an item for good, and what that says is the truth.
 */
export function isPristine(type: Y.Map<unknown>, key: string): boolean {
  return memberItem(type, key) === undefined
}

/** What is predefined inside a map, if that is the predefined one and not another put in its place. */
export function fieldsOf(type: Y.Map<unknown>, field: Predefined | undefined): PredefinedFields {
  return fieldsInside(itemOf(type)?.id.client, field)
}

function keysOf(type: Y.Map<unknown>, fields: PredefinedFields): string[] {
  const keys = keysOfMap(type)
  if (fields !== noFields) {
    for (const key of fields.keys()) if (isPristine(type, key)) keys.push(key)
    for (const [key, value] of fields.registers) if (value !== undefined && !type.has(key)) keys.push(key)
  }
  return sorted(keys)
}

/** Up to so many keys are sorted here: calling out for each of thousands of small maps takes longer than reading them. */
const fewKeys = 16

/** Ascending by UTF-16 units. */
function sorted(keys: string[]): string[] {
  if (keys.length > fewKeys) return keys.sort()
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at] ?? ""
    let to = at
    for (let before = keys[to - 1]; before !== undefined && before > key; before = keys[to - 1])
      keys[to--] = before
    keys[to] = key
  }
  return keys
}
