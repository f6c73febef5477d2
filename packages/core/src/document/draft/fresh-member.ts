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
 * @param where it is put; asked only by who complains.
 * @throws SynclineError `value-unsupported`, naming where and what to do.
 */
export function freshMember(
  recorder: Recorder,
  nodeOf: NodeOf,
  input: unknown,
  where: () => Path = () => []
): Member {
  return new Copy(recorder, nodeOf, where).read(input)
}

/** A copy of what is in a draft, containers of the same kinds in it. */
export function copyOf(recorder: Recorder, nodeOf: NodeOf, member: Member): Member {
  return new Copy(recorder, nodeOf, () => []).copyMember(member)
}

class Copy {
  readonly #recorder: Recorder
  readonly #nodeOf: NodeOf
  readonly #where: () => Path
  /** The objects being copied, outermost first: meeting one again is a cycle. */
  readonly #within: object[] = []
  /** From the outermost to what is being copied. */
  readonly #steps: (string | number)[] = []

  constructor(recorder: Recorder, nodeOf: NodeOf, where: () => Path) {
    this.#recorder = recorder
    this.#nodeOf = nodeOf
    this.#where = where
  }

  read(input: unknown): Member {
    switch (typeof input) {
      case "string":
      case "boolean":
        return input
      case "number":
        // JSON has one zero.
        if (Number.isFinite(input)) return input + 0
        throw this.#unsupported(String(input), "JSON has finite numbers only; use null or a string")
      case "object":
        return input === null ? null : this.#readObject(input)
      case "undefined":
        throw this.#unsupported("undefined", "delete the key, or use null")
      case "bigint":
        throw this.#unsupported("a bigint", "use a string, or a number up to 2^53")
      default:
        throw this.#unsupported(`a ${typeof input}`, "a document holds data only")
    }
  }

  copyMember(member: Member): Member {
    if (isNode(member)) return this.#copyNode(member)
    // JSON that is no container becomes one in the copy.
    return typeof member === "object" && member !== null ? this.read(member) : member
  }

  /** What an object holds at a key or index. */
  #readAt(step: string | number, input: unknown): Member {
    this.#steps.push(step)
    const member = this.read(input)
    this.#steps.pop()
    return member
  }

  #readObject(input: object): Member {
    // At most so many as may be nested, and mostly one or two.
    if (this.#within.includes(input))
      throw this.#unsupported("an object that contains itself", "refer to it by an id")
    if (this.#within.length >= maxDepth)
      throw this.#unsupported(`nested more than ${maxDepth} deep`, "flatten it")
    this.#within.push(input)
    const member = this.#readMarked(input)
    this.#within.pop()
    return member
  }

  #readMarked(input: object): Member {
    const node = this.#nodeOf(input)
    if (node !== undefined) return this.#copyNode(node)
    if (input instanceof TextMarker) return new TextNode(input.text, undefined)
    if (input instanceof CounterMarker) return input.value
    if (!(input instanceof ReplaceMarker))
      return Array.isArray(input) ? this.#readArray(input) : this.#readPlain(input)
    const member = this.read(input.value)
    if (isNode(member)) member.replaces = true
    return member
  }

  #readArray(input: readonly unknown[]): ListNode {
    const list = new ListNode([], undefined)
    // From an iterator, which visits holes too: they are `undefined`.
    list.splice(
      0,
      0,
      Array.from(input, (item, index) => this.#readAt(index, item))
    )
    return list
  }

  #readPlain(input: object): MapNode {
    const prototype: unknown = Object.getPrototypeOf(input)
    if (prototype !== null && prototype !== Object.prototype) throw this.#unsupported(...foreign(input))
    const symbol = Object.getOwnPropertySymbols(input).find(key =>
      Object.prototype.propertyIsEnumerable.call(input, key)
    )
    if (symbol !== undefined)
      throw this.#unsupported(`an object with the key ${String(symbol)}`, "keys are strings")
    const map = new MapNode({}, undefined)
    for (const key of Object.keys(input))
      map.put(key, this.#readAt(key, (input as Readonly<Record<string, unknown>>)[key]))
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

  #unsupported(what: string, remedy: string): Error {
    const path = [...this.#where(), ...this.#steps]
    return coreError("value-unsupported", `the value at ${JSON.stringify(path)} is ${what}; ${remedy}`, {
      details: { path }
    })
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
