import type { JsonObject, JsonValue } from "../document/json.ts"

/** Where the members of a map are read. */
export interface LazyMembers {
  keys(): string[]
  /** `undefined` where there is nothing. */
  readonly get: (key: string) => JsonValue | undefined
}

/** Where the items of a list are read. */
export interface LazyItems {
  readonly length: number
  get(index: number): JsonValue
}

/** A map as JSON whose members are read when somebody looks at them, for who looks at few of many. Nothing can be written. */
export function lazyMap(members: LazyMembers): JsonObject {
  const map = new Proxy<Record<string, JsonValue>>({}, new MapReader(members))
  readers.set(map, members.get)
  return map
}

const readers = new WeakMap<JsonObject, LazyMembers["get"]>()

/** What reads the own members of a lazy map without asking an object for them, for who reads many; `undefined` for any other. */
export function memberReader(map: JsonObject): LazyMembers["get"] | undefined {
  return readers.get(map)
}

/** A list as JSON; otherwise as `lazyMap`. */
export function lazyList(items: LazyItems): readonly JsonValue[] {
  return new Proxy<JsonValue[]>([], new ListReader(items))
}

abstract class Reader<T extends object> implements ProxyHandler<T> {
  set(): boolean {
    return false
  }

  defineProperty(): boolean {
    return false
  }

  deleteProperty(): boolean {
    return false
  }

  preventExtensions(): boolean {
    return false
  }
}

class MapReader extends Reader<Record<string, JsonValue>> {
  readonly #members: LazyMembers

  constructor(members: LazyMembers) {
    super()
    this.#members = members
  }

  get(target: Record<string, JsonValue>, key: string | symbol): unknown {
    const member = typeof key === "string" ? this.#members.get(key) : undefined
    return member ?? (member === null ? null : Reflect.get(target, key))
  }

  has(target: Record<string, JsonValue>, key: string | symbol): boolean {
    return (typeof key === "string" && this.#members.get(key) !== undefined) || Reflect.has(target, key)
  }

  ownKeys(): string[] {
    // As in an object made of them: integer-like ones come first.
    return Object.keys(Object.fromEntries(this.#members.keys().map(key => [key, true])))
  }

  getOwnPropertyDescriptor(
    _: Record<string, JsonValue>,
    key: string | symbol
  ): PropertyDescriptor | undefined {
    const value = typeof key === "string" ? this.#members.get(key) : undefined
    return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true }
  }
}

class ListReader extends Reader<JsonValue[]> {
  readonly #items: LazyItems

  constructor(items: LazyItems) {
    super()
    this.#items = items
  }

  get(target: JsonValue[], key: string | symbol): unknown {
    if (key === "length") return this.#items.length
    const index = this.#indexOf(key)
    return index === undefined ? Reflect.get(target, key) : this.#items.get(index)
  }

  has(target: JsonValue[], key: string | symbol): boolean {
    return this.#indexOf(key) !== undefined || Reflect.has(target, key)
  }

  ownKeys(): string[] {
    return Array.from({ length: this.#items.length }, (_, index) => String(index)).concat("length")
  }

  getOwnPropertyDescriptor(_: JsonValue[], key: string | symbol): PropertyDescriptor | undefined {
    if (key === "length")
      return { value: this.#items.length, writable: true, enumerable: false, configurable: false }
    const index = this.#indexOf(key)
    if (index === undefined) return undefined
    return { value: this.#items.get(index), writable: true, enumerable: true, configurable: true }
  }

  #indexOf(key: string | symbol): number | undefined {
    const index = typeof key === "string" ? Number(key) : Number.NaN
    return Number.isInteger(index) && index >= 0 && index < this.#items.length && String(index) === key
      ? index
      : undefined
  }
}
