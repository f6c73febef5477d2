import { addMember } from "../engine/json-member.ts"
import { coreError } from "../errors/core-error.ts"
import type { JsonObject, JsonValue, Path } from "./json.ts"
import type { Content, Operation } from "./operation.ts"
import { noFields, type PredefinedFields } from "./predefined.ts"
import type { RegisterValue } from "./shape.ts"
import { memberOf, valueAt } from "./value-at.ts"

/**
 * The value that operations leave, without any engine: so a change can be judged before it is made. Frozen; parts that no
 * operation concerns are the same objects as before. Cost: what the operations name, and a copy of each map and list on the
 * way there.
 *
 * Exactly what an engine shows that executes them. What it would refuse for other reasons than a path or position that is
 * not there (a string that is no text, a predefined container that is removed) is left to it.
 *
 * @param fields what the collection declares.
 * @throws SynclineError `path-invalid`
 */
export function previewOperations(
  value: JsonObject,
  operations: readonly Operation[],
  fields: PredefinedFields = noFields
): JsonObject {
  const preview = new Preview(value, fields)
  for (const operation of operations) preview.perform(operation)
  return preview.finish()
}

type Copied = Record<string, JsonValue> | JsonValue[]

class Preview {
  #root: JsonValue
  readonly #fields: PredefinedFields
  /** Copies of this preview's own, which may be written into until it is finished. */
  readonly #own = new Set<JsonValue>()

  constructor(value: JsonObject, fields: PredefinedFields) {
    this.#root = value
    this.#fields = fields
  }

  finish(): JsonObject {
    for (const copy of this.#own) Object.freeze(copy)
    return this.#root as JsonObject
  }

  perform(operation: Operation): void {
    const { path } = operation
    switch (operation.op) {
      case "set":
        return this.#setKey(operation, contentValue(operation.content, this.#fieldsAt(path)))
      case "assign":
        return this.#assign(operation)
      case "remove":
        return this.#removeKey(operation)
      case "insert": {
        const list = this.#listAt(operation, operation.index, 0)
        const after = list.splice(operation.index)
        for (const item of operation.items) list.push(contentValue(item))
        for (const item of after) list.push(item)
        return
      }
      case "delete":
        this.#listAt(operation, operation.index, operation.count).splice(operation.index, operation.count)
        return
      case "increment": {
        const count = valueAt(this.#root, path)
        if (typeof count !== "number") throw misplaced(operation)
        return this.#put(operation, count + operation.by)
      }
      case "splice": {
        const { index, remove, insert } = operation
        const text = valueAt(this.#root, path)
        if (typeof text !== "string" || !isInside(index, remove, text.length)) throw misplaced(operation)
        return this.#put(operation, text.slice(0, index) + insert + text.slice(index + remove))
      }
    }
  }

  #setKey(operation: Operation, value: JsonValue): void {
    const { path } = operation
    setMembers(this.#mapAt(operation, path.slice(0, -1)), new Map([[String(path.at(-1)), value]]))
  }

  #assign(operation: Extract<Operation, { readonly op: "assign" }>): void {
    const { path, keys, values } = operation
    const members = new Map(keys.map((key, at) => [key, withOneZero(values[at] ?? null)]))
    setMembers(this.#mapAt(operation, path), members)
  }

  #removeKey(operation: Operation): void {
    const { path } = operation
    const key = String(path.at(-1))
    const map = this.#mapAt(operation, path.slice(0, -1))
    if (!Object.hasOwn(map, key)) throw misplaced(operation)
    const shown = this.#fieldsAt(path.slice(0, -1)).registers.get(key)
    if (shown === undefined) delete map[key]
    else addMember(map, key, shown)
  }

  /** What is declared in the map at a path. */
  #fieldsAt(path: Path): PredefinedFields {
    let fields: PredefinedFields | undefined = this.#fields
    for (const step of path) fields = typeof step === "string" ? fields?.get(step)?.fields : undefined
    return fields ?? noFields
  }

  /** Puts a new text or count in the place of the one that was there. */
  #put(operation: Operation, text: string | number): void {
    const { path } = operation
    const parent = this.#copyAt(operation, path.slice(0, -1))
    const step = path.at(-1) ?? ""
    if (Array.isArray(parent)) parent[Number(step)] = text
    else addMember(parent, String(step), text)
  }

  #mapAt(operation: Operation, path: Path): Record<string, JsonValue> {
    const copy = this.#copyAt(operation, path)
    if (Array.isArray(copy)) throw misplaced(operation)
    return copy
  }

  #listAt(operation: Operation, index: number, count: number): JsonValue[] {
    const copy = this.#copyAt(operation, operation.path)
    if (!Array.isArray(copy) || !isInside(index, count, copy.length)) throw misplaced(operation)
    return copy
  }

  /** A container that may be written into, and so all that hold it. */
  #copyAt(operation: Operation, path: Path): Copied {
    let at = this.#owned(operation, this.#root, copy => (this.#root = copy))
    for (const step of path) {
      const parent = at
      const child = memberOf(parent, step)
      at = this.#owned(operation, child, copy => {
        if (Array.isArray(parent)) parent[Number(step)] = copy
        else addMember(parent, String(step), copy)
      })
    }
    return at
  }

  #owned(operation: Operation, value: JsonValue | undefined, put: (copy: JsonValue) => void): Copied {
    if (typeof value !== "object" || value === null) throw misplaced(operation)
    if (this.#own.has(value)) return value as Copied
    const copy = Array.isArray(value) ? [...(value as readonly JsonValue[])] : copyOf(value as JsonObject)
    this.#own.add(copy)
    put(copy)
    return copy
  }
}

function setMembers(map: Record<string, JsonValue>, members: ReadonlyMap<string, JsonValue>): void {
  const added: [string, JsonValue][] = []
  for (const [key, member] of members)
    if (Object.hasOwn(map, key)) addMember(map, key, member)
    else added.push([key, member])
  if (added.length === 0) return
  // Where the engine has them: keys are in order.
  const entries = Object.entries(map).concat(added)
  for (const each of Object.keys(map)) delete map[each]
  for (const [each, member] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) addMember(map, each, member)
}

/** JSON has no other. */
function withOneZero(value: RegisterValue): RegisterValue {
  return typeof value === "number" ? value + 0 : value
}

function copyOf(map: JsonObject): Record<string, JsonValue> {
  const copy: Record<string, JsonValue> = {}
  for (const [key, member] of Object.entries(map)) addMember(copy, key, member)
  return copy
}

/** Frozen at once: a container that is edited later in the same change is copied like any other. */
function contentValue(content: Content, fields: PredefinedFields = noFields): JsonValue {
  switch (content.kind) {
    case "register":
      return withOneZero(content.value)
    case "text":
      return content.text
    case "list":
      return Object.freeze(content.items.map(item => contentValue(item)))
    case "map": {
      const members = new Map<string, JsonValue>()
      for (const [key, shown] of fields.registers) if (shown !== undefined) members.set(key, shown)
      for (const [key, entry] of content.entries)
        members.set(key, contentValue(entry, fields.get(key)?.fields))
      const map: Record<string, JsonValue> = {}
      for (const [key, member] of [...members].sort(([a], [b]) => (a < b ? -1 : 1)))
        addMember(map, key, member)
      return Object.freeze(map)
    }
  }
}

function isInside(index: number, count: number, length: number): boolean {
  return (
    Number.isInteger(index) && Number.isInteger(count) && index >= 0 && count >= 0 && index + count <= length
  )
}

function misplaced({ op, path }: Operation): Error {
  return coreError(
    "path-invalid",
    `cannot ${op} at ${JSON.stringify(path)}: there is nothing there that takes it, or the position is outside`,
    { details: { op, path } }
  )
}
