import { coreError } from "../../errors/core-error.ts"
import type { Path } from "../json.ts"
import { type DraftNode, isNode, ListNode, MapNode, type Member, TextNode } from "./draft-node.ts"
import { CounterMarker, ReplaceMarker, TextMarker } from "./marker.ts"
import { membersOfList, membersOfMap } from "./members.ts"
import type { Recorder } from "./recorder.ts"

/** Deeper than any value made on purpose, and far from what overflows the stack. */
const maxDepth = 256

/** Finds the container behind a draft object. */
export type NodeOf = (draft: object) => DraftNode | undefined

/**
 * Copies what an application assigns: nothing of it is kept, so that one object assigned twice becomes two, and later
 * changes of it change no document.
 *
 * @throws SynclineError `value-unsupported`, naming where and what to do.
 */
export function freshMember(recorder: Recorder, nodeOf: NodeOf, input: unknown, path: Path): Member {
  const copy = new Copy(recorder, nodeOf)
  return copy.read(input, path)
}

/** A copy of what is in a draft, containers of the same kinds in it. */
export function copyOf(recorder: Recorder, nodeOf: NodeOf, member: Member): Member {
  return new Copy(recorder, nodeOf).copyMember(member)
}

class Copy {
  readonly #recorder: Recorder
  readonly #nodeOf: NodeOf
  /** The objects being copied, outermost first: meeting one again is a cycle. */
  readonly #within = new Set<object>()

  constructor(recorder: Recorder, nodeOf: NodeOf) {
    this.#recorder = recorder
    this.#nodeOf = nodeOf
  }

  read(input: unknown, path: Path): Member {
    switch (typeof input) {
      case "string":
      case "boolean":
        return input
      case "number":
        // JSON has one zero.
        if (Number.isFinite(input)) return input + 0
        throw unsupported(path, String(input), "JSON has finite numbers only; use null or a string")
      case "object":
        return input === null ? null : this.#readObject(input, path)
      case "undefined":
        throw unsupported(path, "undefined", "delete the key, or use null")
      case "bigint":
        throw unsupported(path, "a bigint", "use a string, or a number up to 2^53")
      default:
        throw unsupported(path, `a ${typeof input}`, "a document holds data only")
    }
  }

  copyMember(member: Member): Member {
    if (isNode(member)) return this.#copyNode(member)
    // JSON that is no container becomes one in the copy.
    return typeof member === "object" && member !== null ? this.read(member, []) : member
  }

  #readObject(input: object, path: Path): Member {
    if (this.#within.has(input))
      throw unsupported(path, "an object that contains itself", "refer to it by an id")
    if (this.#within.size >= maxDepth)
      throw unsupported(path, `nested more than ${maxDepth} deep`, "flatten it")
    this.#within.add(input)
    const member = this.#readMarked(input, path)
    this.#within.delete(input)
    return member
  }

  #readMarked(input: object, path: Path): Member {
    const node = this.#nodeOf(input)
    if (node !== undefined) return this.#copyNode(node)
    if (input instanceof TextMarker) return new TextNode(input.text, undefined)
    if (input instanceof CounterMarker) return input.value
    if (!(input instanceof ReplaceMarker))
      return Array.isArray(input) ? this.#readArray(input, path) : this.#readPlain(input, path)
    const member = this.read(input.value, path)
    if (isNode(member)) member.replaces = true
    return member
  }

  #readArray(input: readonly unknown[], path: Path): ListNode {
    const list = new ListNode([], undefined)
    // From an iterator, which visits holes too: they are `undefined`.
    list.splice(
      0,
      0,
      Array.from(input, (item, index) => this.read(item, [...path, index]))
    )
    return list
  }

  #readPlain(input: object, path: Path): MapNode {
    const prototype: unknown = Object.getPrototypeOf(input)
    if (prototype !== null && prototype !== Object.prototype) throw unsupported(path, ...foreign(input))
    const symbol = Object.getOwnPropertySymbols(input).find(key =>
      Object.prototype.propertyIsEnumerable.call(input, key)
    )
    if (symbol !== undefined)
      throw unsupported(path, `an object with the key ${String(symbol)}`, "keys are strings")
    const map = new MapNode({}, undefined)
    for (const [key, value] of Object.entries(input)) map.put(key, this.read(value, [...path, key]))
    return map
  }

  /** An alias of something in the document, or of what was just made: copied as it is now, texts as texts. */
  #copyNode(node: DraftNode): Member {
    switch (node.kind) {
      // Counters are declared, so that a copy of one is a number.
      case "counter":
        return node.value
      case "text":
        return new TextNode(node.text, undefined)
      case "list": {
        const list = new ListNode([], undefined)
        list.source = node
        list.splice(
          0,
          0,
          membersOfList(this.#recorder, node).map(member => this.copyMember(member))
        )
        return list
      }
      case "map": {
        const map = new MapNode({}, undefined)
        map.source = node
        for (const [key, member] of membersOfMap(this.#recorder, node)) map.put(key, this.copyMember(member))
        return map
      }
    }
  }
}

function foreign(input: object): [what: string, remedy: string] {
  if (input instanceof Date) return ["a Date", "use date.toISOString() or date.getTime()"]
  if (input instanceof Map) return ["a Map", "use Object.fromEntries(map)"]
  if (input instanceof Set) return ["a Set", "use [...set]"]
  if (ArrayBuffer.isView(input) || input instanceof ArrayBuffer)
    return ["binary data", "encode it as Base64, or keep it elsewhere and store its address"]
  if (input instanceof Promise) return ["a promise", "await it before the change"]
  const { name } = input.constructor ?? {}
  return [`an instance of ${name || "a class"}`, "copy its data into a plain object"]
}

function unsupported(path: Path, what: string, remedy: string): Error {
  return coreError("value-unsupported", `the value at ${JSON.stringify(path)} is ${what}; ${remedy}`, {
    details: { path }
  })
}
