import { coreError } from "../../errors/core-error.ts"
import { assignKey, removeKey } from "./assign.ts"
import type { MapNode, Member } from "./draft-node.ts"
import type { Drafts } from "./drafts.ts"
import { memberOfMap } from "./members.ts"
import { RigidHandler } from "./rigid-handler.ts"

/** A map as a plain object that records what is done to it. */
export function mapDraft(drafts: Drafts, node: MapNode): object {
  return new Proxy({}, new MapHandler(drafts, node))
}

class MapHandler extends RigidHandler implements ProxyHandler<object> {
  readonly #drafts: Drafts
  readonly #node: MapNode

  constructor(drafts: Drafts, node: MapNode) {
    super()
    this.#drafts = drafts
    this.#node = node
  }

  get(target: object, key: string | symbol): unknown {
    this.#drafts.recorder.mustRun()
    const member = typeof key === "string" ? this.#memberAt(key) : undefined
    if (member !== undefined) return this.#drafts.show(member)
    // What every object inherits: `toString`, `hasOwnProperty`.
    return Reflect.get(target, key)
  }

  set(_target: object, key: string | symbol, value: unknown): boolean {
    const { recorder } = this.#drafts
    recorder.mustRun()
    const name = mustBeKey(key)
    assignKey(recorder, this.#node, name, this.#drafts.read(value, this.#node, name))
    return true
  }

  deleteProperty(_target: object, key: string | symbol): boolean {
    this.#drafts.recorder.mustRun()
    if (typeof key === "string") removeKey(this.#drafts.recorder, this.#node, key)
    return true
  }

  has(target: object, key: string | symbol): boolean {
    this.#drafts.recorder.mustRun()
    return typeof key === "string" ? this.#node.has(key) || key in target : key in target
  }

  ownKeys(): string[] {
    this.#drafts.recorder.mustRun()
    return this.#node.keys()
  }

  getOwnPropertyDescriptor(_target: object, key: string | symbol): PropertyDescriptor | undefined {
    this.#drafts.recorder.mustRun()
    if (typeof key !== "string" || !this.#node.has(key)) return undefined
    return {
      value: this.#drafts.show(this.#memberAt(key)),
      writable: true,
      enumerable: true,
      configurable: true
    }
  }

  #memberAt(key: string): Member | undefined {
    return memberOfMap(this.#drafts.recorder, this.#node, key)
  }
}

function mustBeKey(key: string | symbol): string {
  if (typeof key === "string") return key
  throw coreError("value-unsupported", `${String(key)} cannot be a key of a document; keys are strings`)
}
