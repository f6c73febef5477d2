import { coreError } from "../../errors/core-error.ts"
import type { Path } from "../json.ts"
import type { Content, KindReader, Operation } from "../operation.ts"
import type { RegisterValue } from "../shape.ts"
import { type DraftNode, MapNode, pathOf } from "./draft-node.ts"
import type { JsonObject } from "../json.ts"
import { noFields, type PredefinedFields } from "../predefined.ts"

type Insertion = Extract<Operation, { readonly op: "insert" }>

/** Plain values set in one map, one after the other: told by one operation, as many of them are in one change. */
interface Run {
  readonly map: MapNode
  readonly path: Path
  readonly keys: string[]
  readonly values: RegisterValue[]
}

/** Collects the operations of one edit, and knows whether the edit is still running. */
export class Recorder {
  #operations: Operation[] = []
  readonly root: MapNode
  readonly kindAt: KindReader
  readonly #fields: PredefinedFields
  #finished = false
  /** The last operation, if it is an insertion that the next may continue. */
  #growing: (Insertion & { readonly items: Content[] }) | undefined
  /** What was recorded last, if that is keys set in one map. */
  #run: Run | undefined

  constructor(value: JsonObject, kindAt: KindReader, fields: PredefinedFields) {
    this.root = new MapNode(value, [], fields)
    this.kindAt = kindAt
    this.#fields = fields
  }

  /** What kind of thing the document holds at a key of one of its maps. */
  kindIn(map: MapNode, key: string): ReturnType<KindReader> {
    if (map.origin === undefined) return undefined
    map.kinds ??= this.#kindsWithin(map.origin)
    return map.kinds(key)
  }

  /** What is declared in the map at a path. */
  fieldsAt(path: Path): PredefinedFields {
    let fields: PredefinedFields | undefined = this.#fields
    for (const step of path) fields = typeof step === "string" ? fields?.get(step)?.fields : undefined
    return fields ?? noFields
  }

  /** Records that a key of a map holds a plain value now, unless the map was taken out of the document. */
  recordValue(map: MapNode, key: string, value: RegisterValue): void {
    if (this.#run?.map !== map) {
      const path = pathOf(map, this.root)
      if (path === undefined) return
      this.endRun()
      this.#run = { map, path, keys: [], values: [] }
    }
    this.#run.keys.push(key)
    this.#run.values.push(value)
  }

  /** What comes next begins anew, as containers may be elsewhere by then. */
  endRun(): void {
    const run = this.#run
    if (run === undefined) return
    this.#run = undefined
    const { path, keys, values } = run
    const [key, value] = [keys[0], values[0]]
    const isOne = keys.length === 1 && key !== undefined && value !== undefined
    if (isOne) this.#push({ op: "set", path: [...path, key], content: { kind: "register", value } })
    else this.#push({ op: "assign", path, keys, values })
  }

  /** Records an operation on a container, unless that was taken out of the document. */
  record(node: DraftNode, make: (path: Path) => Operation): void {
    this.endRun()
    const path = pathOf(node, this.root)
    if (path !== undefined) this.#push(make(path))
  }

  /** What was recorded since the last call. What follows continues no operation of it. */
  take(): Operation[] {
    this.endRun()
    const taken = this.#operations
    this.#operations = []
    this.#growing = undefined
    return taken
  }

  /** From now on drafts refuse to be used. */
  finish(): void {
    this.#finished = true
  }

  /** @throws SynclineError `draft-invalid` once the edit has ended. */
  mustRun(): void {
    if (!this.#finished) return
    throw coreError(
      "draft-invalid",
      "this draft belongs to a change that has ended; keep doc.value or copies, not drafts"
    )
  }

  #kindsWithin(origin: Path): (key: string) => ReturnType<KindReader> {
    return this.kindAt.within?.(origin) ?? (key => this.kindAt([...origin, key]))
  }

  #push(operation: Operation): void {
    const last = this.#growing
    this.#growing = undefined
    if (operation.op !== "insert") {
      this.#operations.push(operation)
      return
    }
    // A loop of `push` is one insertion.
    const end = last === undefined ? -1 : last.index + last.items.length
    if (last !== undefined && operation.index === end && samePath(operation.path, last.path)) {
      for (const item of operation.items) last.items.push(item)
      this.#growing = last
    } else {
      this.#growing = { ...operation, items: [...operation.items] }
      this.#operations.push(this.#growing)
    }
  }
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, depth) => step === b[depth])
}
