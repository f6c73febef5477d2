import type { DecodedChange } from "@automerge/automerge/slim"
import type { JsonValue } from "../../document/json.ts"
import { maxNesting } from "../edit/max-nesting.ts"
import {
  type ContainerPlace,
  type ElementDeletion,
  type Footprint,
  type ElementInsertion,
  type KeyWrite,
  type ObjectId,
  placeKey,
  type SequenceEdit
} from "../footprint.ts"
import { addMember } from "../json-member.ts"
import { scalarToJson } from "./scalar-json.ts"

/** An operation as `decodeChange` gives it; the library's own declaration lacks half of it. */
interface Operation {
  readonly action: string
  readonly obj: string
  readonly key?: string
  readonly elemId?: string
  readonly insert?: boolean
  readonly value?: unknown
  readonly datatype?: string
  readonly pred: readonly string[]
}

/** With the name of what it makes. */
interface Named extends Operation {
  readonly id: ObjectId
}

/** Elements of one edit, in the order of the operations: what stands next to each other there was one splice. */
type Step =
  | { readonly does: "insert"; readonly left: ObjectId | undefined; last: ObjectId; content: JsonValue[] }
  | { readonly does: "delete"; readonly ids: ObjectId[] }

/** The operations of one change. */
export class ChangeOperations {
  /** What it counted of what was there before, known after `footprint`, and where that is. */
  readonly counters: Map<ObjectId, ContainerPlace> = new Map()
  readonly #operations: readonly Named[]
  readonly #isText: (container: ObjectId) => boolean
  readonly #own: ReadonlySet<ObjectId>
  readonly #made: ReadonlySet<ObjectId>
  readonly #inside = new Map<ObjectId, Named[]>()

  /** `isText` tells texts from lists among what was there before: operations do not. */
  constructor({ actor, startOp, ops }: DecodedChange, isText: (container: ObjectId) => boolean) {
    this.#isText = isText
    this.#operations = (ops as readonly Operation[]).map((op, at) => ({
      ...op,
      id: `${actor}:${startOp + at}`
    }))
    this.#own = new Set(this.#operations.map(({ id }) => id))
    this.#made = new Set(this.#operations.filter(isMake).map(({ id }) => id))
    for (const operation of this.#operations) {
      const container = objectName(operation.obj)
      if (!this.#made.has(container)) continue
      const inside = this.#inside.get(container) ?? []
      inside.push(operation)
      this.#inside.set(container, inside)
    }
  }

  footprint(): Footprint {
    const writes = new Map<string, KeyWrite>()
    const edits = new Map<ObjectId, Step[]>()
    for (const operation of this.#operations) {
      const container = objectName(operation.obj)
      if (this.#made.has(container)) continue
      if (operation.action === "inc") this.#addCount(container, operation)
      else if (operation.key !== undefined) this.#addWrite(writes, container, operation.key, operation)
      else if (operation.elemId !== undefined) {
        const steps = edits.get(container) ?? []
        edits.set(container, steps)
        this.#addStep(steps, operation.elemId, operation)
      }
    }
    return {
      writes: [...writes.values()],
      edits: [
        ...[...edits].map(([id, steps]) => closeSteps(id, steps, this.#isText(id))),
        ...[...this.counters.keys()].map(id => ({ container: id, inserted: [], deleted: [] }))
      ]
    }
  }

  /** A counter that is counted up is no other value: both sides' counts stay. But somebody may have put it away. */
  #addCount(container: ObjectId, { key, pred }: Operation): void {
    const place = key === undefined ? { container } : { container, key }
    for (const counter of pred.map(objectName)) if (!this.#own.has(counter)) this.counters.set(counter, place)
  }

  #addWrite(writes: Map<string, KeyWrite>, container: ObjectId, key: string, operation: Named): void {
    const place = { container, key }
    // What an earlier write of this change had replaced is replaced by this one, too.
    const over = [...(writes.get(placeKey(place))?.over ?? []), ...operation.pred.map(objectName)]
    writes.set(
      placeKey(place),
      operation.action === "del"
        ? { ...place, over, item: over.at(-1) ?? operation.id }
        : { ...place, over, item: operation.id, value: this.#valueOf(operation, 0) }
    )
  }

  #addStep(steps: Step[], elemId: string, operation: Named): void {
    const before = steps.at(-1)
    const element = objectName(elemId)
    if (operation.action === "markBegin" || operation.action === "markEnd") return
    if (operation.insert === true) {
      const value = this.#valueOf(operation, 0)
      if (before?.does === "insert" && before.last === element) {
        before.content.push(value)
        before.last = operation.id
      } else {
        const left = elemId === "_head" ? undefined : element
        steps.push({ does: "insert", left, last: operation.id, content: [value] })
      }
      return
    }
    if (before?.does === "delete") before.ids.push(element)
    else steps.push({ does: "delete", ids: [element] })
    // An element that is set anew is one in the place of another.
    if (operation.action !== "del")
      steps.push({
        does: "insert",
        left: element,
        last: operation.id,
        content: [this.#valueOf(operation, 0)]
      })
  }

  /** Elements in the order of making, which is that of the list where a container was made at one go. */
  #valueOf(operation: Named, depth: number): JsonValue {
    if (depth > maxNesting) return null
    if (!isMake(operation)) return typedToJson(operation)
    const inside = this.#inside.get(operation.id) ?? []
    const value = (member: Named): JsonValue => this.#valueOf(member, depth + 1)
    if (operation.action === "makeMap" || operation.action === "makeTable") {
      const last = new Map(inside.map(member => [member.key ?? "", member]))
      const map: Record<string, JsonValue> = {}
      for (const [key, member] of last) if (member.action !== "del") addMember(map, key, value(member))
      return map
    }
    const deleted = new Set(inside.flatMap(({ action, elemId }) => (action === "del" ? [elemId] : [])))
    const kept = inside.filter(({ insert, id }) => insert === true && !deleted.has(nativeName(id)))
    const elements = kept.map(value)
    return operation.action === "makeText" ? elements.map(asText).join("") : elements
  }
}

/** A block in a text is U+FFFC in it. */
function asText(part: JsonValue): string {
  return typeof part === "string" ? part : "\ufffc"
}

/** Automerge's `counter@actor` as an id of ours. */
export function objectName(name: string): ObjectId {
  if (name === "_root") return ""
  const at = name.indexOf("@")
  return `${name.slice(at + 1)}:${name.slice(0, at)}`
}

/** As operations name it. */
export function nativeName(id: ObjectId): string {
  const [actor = "", counter = ""] = id.split(":")
  return `${counter}@${actor}`
}

function isMake({ action }: Operation): boolean {
  return action.startsWith("make")
}

function typedToJson({ value, datatype }: Operation): JsonValue {
  if (datatype === "timestamp" && typeof value === "number") return scalarToJson(new Date(value))
  return scalarToJson(Array.isArray(value) ? Uint8Array.from(value as number[]) : value)
}

function closeSteps(container: ObjectId, steps: readonly Step[], isText: boolean): SequenceEdit {
  const inserted: ElementInsertion[] = []
  const deleted: ElementDeletion[] = []
  for (const [at, step] of steps.entries())
    if (step.does === "delete") deleted.push(...rangesOf(step.ids))
    else
      inserted.push({
        ...(step.left === undefined ? {} : { left: step.left }),
        replaces: steps[at - 1]?.does === "delete" || steps[at + 1]?.does === "delete",
        content: isText ? step.content.map(asText).join("") : step.content
      })
  return { container, inserted, deleted }
}

/** A run of deletions goes along the list. */
function rangesOf(ids: readonly ObjectId[]): ElementDeletion[] {
  const ranges: { source: string; from: number; to: number; continues: boolean }[] = []
  for (const id of ids) {
    const [source = "", number = ""] = id.split(":")
    const from = Number(number)
    const last = ranges.at(-1)
    if (last?.source === source && last.to === from) last.to++
    else {
      if (last !== undefined) last.continues = true
      ranges.push({ source, from, to: from + 1, continues: false })
    }
  }
  return ranges
}
