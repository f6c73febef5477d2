import { coreError } from "../../errors/core-error.ts"
import { assignIndex, spliceList } from "./assign.ts"
import type { ListNode } from "./draft-node.ts"
import type { Drafts } from "./drafts.ts"
import { ListMethods } from "./list-methods.ts"
import { memberOfList } from "./members.ts"
import { RigidHandler } from "./rigid-handler.ts"

/** A list as an array that records what is done to it. */
export function listDraft(drafts: Drafts, node: ListNode): object {
  return new Proxy([], new ListHandler(drafts, node))
}

/** Methods that move elements; a list has no such operation, only deletion and insertion of copies. */
const unsupportedMethods: ReadonlySet<string> = new Set(["sort", "reverse", "copyWithin"])

class ListHandler extends RigidHandler implements ProxyHandler<unknown[]> {
  readonly #drafts: Drafts
  readonly #node: ListNode
  readonly #methods: ListMethods

  constructor(drafts: Drafts, node: ListNode) {
    super()
    this.#drafts = drafts
    this.#node = node
    this.#methods = new ListMethods(drafts, node)
  }

  get(target: unknown[], key: string | symbol): unknown {
    this.#drafts.recorder.mustRun()
    if (key === "length") return this.#node.length
    const index = indexOfKey(key)
    if (index !== undefined) return this.#read(index)
    if (typeof key === "string" && unsupportedMethods.has(key)) throw cannotMove(key)
    return typeof key === "string" && Object.hasOwn(this.#methods.table, key)
      ? this.#methods.table[key]
      : Reflect.get(target, key)
  }

  set(_target: unknown[], key: string | symbol, value: unknown): boolean {
    const { recorder } = this.#drafts
    recorder.mustRun()
    if (key === "length") return this.#setLength(value)
    const index = indexOfKey(key)
    const { length } = this.#node
    if (index === undefined) throw coreError("draft-invalid", `${String(key)} is no index of a list`)
    if (index > length)
      throw coreError(
        "draft-invalid",
        `index ${index} lies past the end of a list of ${length}; lists have no holes`
      )
    const member = this.#drafts.read(value, this.#node, index)
    if (index < length) assignIndex(recorder, this.#node, index, member)
    else spliceList(recorder, this.#node, index, 0, [member])
    return true
  }

  deleteProperty(target: unknown[], key: string | symbol): boolean {
    if (indexOfKey(key) === undefined) return Reflect.deleteProperty(target, key)
    throw coreError(
      "draft-invalid",
      `deleting index ${String(key)} would leave a hole; use splice(${String(key)}, 1)`
    )
  }

  has(target: unknown[], key: string | symbol): boolean {
    this.#drafts.recorder.mustRun()
    const index = indexOfKey(key)
    return index === undefined ? Reflect.has(target, key) : index < this.#node.length
  }

  ownKeys(): string[] {
    this.#drafts.recorder.mustRun()
    return Array.from({ length: this.#node.length }, (_, index) => String(index)).concat("length")
  }

  getOwnPropertyDescriptor(_target: unknown[], key: string | symbol): PropertyDescriptor | undefined {
    this.#drafts.recorder.mustRun()
    const { length } = this.#node
    if (key === "length") return { value: length, writable: true, enumerable: false, configurable: false }
    const index = indexOfKey(key)
    if (index === undefined || index >= length) return undefined
    return { value: this.#read(index), writable: true, enumerable: true, configurable: true }
  }

  #read(index: number): unknown {
    return this.#drafts.show(memberOfList(this.#drafts.recorder, this.#node, index))
  }

  #setLength(value: unknown): boolean {
    const { length } = this.#node
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > length)
      throw coreError(
        "draft-invalid",
        `a list of ${length} cannot get length ${String(value)}; lists have no holes`
      )
    if (value < length) spliceList(this.#drafts.recorder, this.#node, value, length - value, [])
    return true
  }
}

/** Array indexes only: `"01"` and `"-1"` are none. */
function indexOfKey(key: string | symbol): number | undefined {
  if (typeof key !== "string") return undefined
  const index = Number(key)
  return Number.isInteger(index) && index >= 0 && String(index) === key ? index : undefined
}

function cannotMove(method: string): Error {
  const remedy =
    method === "copyWithin"
      ? "use splice"
      : `assign a copy: draft.list = draft.list.to${method === "sort" ? "Sorted" : "Reversed"}()`
  return coreError(
    "draft-invalid",
    `${method}() moves elements, which a list that others edit cannot do; ${remedy} (elements that move are deleted and inserted as copies)`
  )
}
