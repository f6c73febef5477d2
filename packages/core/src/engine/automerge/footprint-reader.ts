import { type DecodedChange, decodeChange } from "@automerge/automerge/slim"
import type { Path } from "../../document/json.ts"
import type { Footprint, FootprintReader, KeyWrite, ObjectId, ContainerPlace } from "../footprint.ts"
import type { Handle } from "./automerge-handle.ts"
import { readChangeHeader } from "./change-header.ts"
import { ChangeOperations, nativeName, objectName } from "./change-operations.ts"
import { scalarToJson } from "./scalar-json.ts"

/** Reads what changes touched in an Automerge document, which keeps all it ever held. */
export class AutomergeFootprintReader implements FootprintReader {
  readonly #handle: () => Handle
  /** Where counters are that updates counted: they are values, of which Automerge does not tell that. */
  readonly #counters = new Map<ObjectId, ContainerPlace>()

  constructor(handle: () => Handle) {
    this.#handle = handle
  }

  read(update: Uint8Array): Footprint {
    const change: DecodedChange = decodeChange(update)
    const operations = new ChangeOperations(change, container => this.#isText(container))
    const { writes, edits } = operations.footprint()
    for (const [counter, place] of operations.counters) this.#counters.set(counter, place)
    return { writes: writes.map(write => this.#asLeft(write, [change.hash])), edits }
  }

  placeOf(container: ObjectId, update: Uint8Array): ContainerPlace | undefined {
    const counter = this.#counters.get(container)
    if (counter !== undefined) return counter
    const found = this.#find(container, headsOf(update))
    const step = found?.path.at(-1)
    if (found === undefined || step === undefined) return undefined
    return { container: found.parent, ...(typeof step === "string" ? { key: step } : {}) }
  }

  /** What is set counts more than a removal that did not see it, then the later operation, then the greater actor. */
  compare(a: KeyWrite, b: KeyWrite): number {
    if (a.over?.includes(b.item) === true) return 1
    if (b.over?.includes(a.item) === true) return -1
    const [setA, setB] = [a.value !== undefined, b.value !== undefined]
    if (setA !== setB) return setA ? 1 : -1
    const [actorA = "", counterA = ""] = a.item.split(":")
    const [actorB = "", counterB = ""] = b.item.split(":")
    return Number(counterA) - Number(counterB) || (actorA < actorB ? -1 : actorA > actorB ? 1 : 0)
  }

  pathOf({ container, key }: ContainerPlace, update?: Uint8Array): Path | undefined {
    const counter = this.#counters.get(container)
    if (counter !== undefined) return this.pathOf(counter, update)
    const before = (): Found | undefined =>
      update === undefined ? undefined : this.#find(container, headsOf(update))
    const { path } = this.#find(container, undefined) ?? before() ?? {}
    return path === undefined || key === undefined ? path : [...path, key]
  }

  /**
   * Where a key shows one of several values already and that is set again, Automerge writes no value: it deletes the
   * others. So what a deletion left by these heads is what was written.
   */
  #asLeft(write: KeyWrite, heads: string[]): KeyWrite {
    if (write.value !== undefined) return write
    const container = write.container === "" ? "_root" : nativeName(write.container)
    try {
      const left: unknown[] | undefined = this.#handle().getAll(container, write.key, heads).at(-1)
      const [, value, name] = left ?? []
      return typeof name === "string"
        ? { ...write, item: objectName(name), value: scalarToJson(value) }
        : write
    } catch {
      // Automerge throws where it has not got the change.
      return write
    }
  }

  #isText(container: ObjectId): boolean {
    const [actor = "", counter = ""] = container.split(":")
    const kind: string = this.#handle().objInfo(`${counter}@${actor}`).type
    return kind === "text"
  }

  /**
   * The way to an object, now or by these heads. Automerge tells one also to what lost its place to another object, or
   * is inside of what did; then there is none.
   */
  #find(container: ObjectId, heads: string[] | undefined): Found | undefined {
    if (container === "") return { path: [], parent: "" }
    const [actor = "", counter = ""] = container.split(":")
    const name = `${counter}@${actor}`
    try {
      const path = this.#handle().objInfo(name, heads).path
      let at = "_root"
      let parent = at
      for (const step of path ?? []) {
        const held = this.#handle().getWithType(at, step, heads)
        if (held === null || !isObject(held)) return undefined
        parent = at
        at = held[1]
      }
      return path === undefined || at !== name ? undefined : { path, parent: objectName(parent) }
    } catch {
      // Automerge throws where the object is not there yet by these heads.
      return undefined
    }
  }
}

interface Found {
  readonly path: Path
  readonly parent: ObjectId
}

function headsOf(update: Uint8Array): string[] {
  return [...readChangeHeader(update, "stored").dependencies]
}

function isObject(found: readonly [string, unknown]): found is [string, string] {
  return typeof found[1] === "string" && ["map", "list", "text", "table"].includes(found[0])
}
