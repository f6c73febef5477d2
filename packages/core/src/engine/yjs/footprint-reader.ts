import * as Y from "yjs"
import type { JsonValue, Path } from "../../document/json.ts"
import type {
  CommitHistory,
  ElementDeletion,
  Footprint,
  FootprintReader,
  ElementInsertion,
  KeyWrite,
  ObjectId,
  ContainerPlace,
  SequenceEdit
} from "../footprint.ts"
import { placeKey } from "../footprint.ts"
import { type NewItem, NewItems } from "./new-items.ts"
import { sharedKind } from "./shared-kind.ts"
import { containerOf, idOf, StructLookup } from "./struct-lookup.ts"
import { itemOf, type SharedType } from "./yjs-internals.ts"

/** Reads what updates touched in a Yjs document. */
export class YjsFootprintReader implements FootprintReader {
  readonly #lookup: StructLookup

  constructor(live: Y.Doc, history: CommitHistory) {
    this.#lookup = new StructLookup(live, history)
  }

  read(update: Uint8Array): Footprint {
    const { structs, ds } = Y.decodeUpdate(update)
    const items = new NewItems(structs, this.#lookup)
    const writes = new Map<string, KeyWrite>()
    const edits = new Map<ObjectId, OpenEdit>()
    for (const item of items.outermost())
      if (item.isCount) openEdit(edits, item.container)
      else if (item.key === null) addInsertion(edits, item, items)
      else {
        const place = { container: item.container, key: item.key }
        writes.set(placeKey(place), { ...place, item: item.id, ...items.valueOf(item) })
      }
    const gone = deletedRanges(ds)
    for (const { item, from, to } of this.#taken(gone, items)) {
      const container = containerOf(item)
      const key = item.parentSub
      // Marks of formatting count as elements here: what was deleted does not tell any more what it was.
      if (sharedKind(item.parent) === "counter") openEdit(edits, container)
      else if (key === null) addDeletion(openEdit(edits, container).deleted, `${item.id.client}`, from, to)
      else if (!writes.has(placeKey({ container, key })))
        writes.set(placeKey({ container, key }), { container, key, item: idOf(item.id.client, from) })
    }
    return { writes: [...writes.values()], edits: [...edits].map(([id, edit]) => closeEdit(id, edit, gone)) }
  }

  placeOf(container: ObjectId): ContainerPlace | undefined {
    const item = this.#lookup.itemNamed(container)
    if (item === undefined) return undefined
    const place = { container: containerOf(item) }
    return item.parentSub === null ? place : { ...place, key: item.parentSub }
  }

  compare(a: KeyWrite, b: KeyWrite): number {
    const pair = a.item === b.item ? undefined : this.#lookup.pairAt(a.item, b.item)
    if (pair === undefined) return 0
    const [first, second] = pair
    // Yjs makes one item of neighbours that were deleted.
    if (first === second) return clockOf(a.item) - clockOf(b.item)
    // The last item of a key counts. Both ways at once: whichever is nearer to the end says so first.
    let one = first.right
    let other = second.right
    for (;;) {
      if (one === second || other === null) return -1
      if (other === first || one === null) return 1
      one = one.right
      other = other.right
    }
  }

  pathOf({ container, key }: ContainerPlace, update?: Uint8Array): Path | undefined {
    if (update === undefined && container !== "" && !this.#lookup.isLive(container)) return undefined
    const steps: (string | number)[] = key === undefined ? [] : [key]
    for (let id = container; id !== ""; ) {
      const item = this.#lookup.itemNamed(id)
      if (item === undefined) return undefined
      const parent = item.parent as SharedType
      steps.unshift(item.parentSub ?? indexOf(item))
      if (item.parentSub === null && parent.constructor !== Y.Array) steps.length = 0
      id = itemOf(parent) === null ? containerOf(item) : idOf(...idParts(itemOf(parent)))
      if (id.startsWith("#")) return undefined
    }
    return steps
  }

  /** What a commit took out of what it leaves: not what it made itself, nor what went with what holds it. */
  *#taken(gone: Gone, items: NewItems) {
    for (const [client, ranges] of gone)
      for (const [clock, end] of ranges)
        for (const part of this.#lookup.parts(client, clock, end - clock)) {
          const holder = itemOf(part.item.parent as SharedType)
          const goesWithHolder = holder !== null && isGone(gone, holder.id.client, holder.id.clock)
          if (!goesWithHolder && !items.has(client, part.from)) yield part
        }
  }
}

/** Deleted clocks by client: ranges without their ends, ascending. */
type Gone = ReadonlyMap<number, readonly (readonly [number, number])[]>

interface OpenInsertion {
  readonly left?: ObjectId
  readonly right: ObjectId | null
  last: ObjectId
  content: string | JsonValue[]
}

interface OpenEdit {
  readonly inserted: OpenInsertion[]
  readonly deleted: (ElementDeletion & { to: number })[]
}

function openEdit(edits: Map<ObjectId, OpenEdit>, container: ObjectId): OpenEdit {
  const edit = edits.get(container) ?? { inserted: [], deleted: [] }
  edits.set(container, edit)
  return edit
}

/** Whole runs, into however many items Yjs has cut them by now. */
function addDeletion(deleted: OpenEdit["deleted"], source: string, from: number, to: number): void {
  const last = deleted.at(-1)
  if (last?.source === source && last.to === from) last.to = to
  else deleted.push({ source, from, to, continues: false })
}

function addInsertion(edits: Map<ObjectId, OpenEdit>, item: NewItem, items: NewItems): void {
  const elements = items.elementsOf(item)
  if (elements === undefined) return
  const { inserted } = openEdit(edits, item.container)
  const content = item.isText ? items.textOf(item) : [...elements]
  const before = inserted.at(-1)
  if (before === undefined || before.last !== item.left)
    inserted.push({ ...nameOf(item.left), right: item.right ?? null, last: item.last, content })
  else {
    before.content = joined(before.content, content)
    before.last = item.last
  }
}

/** Both are of one list or one text. */
function joined(a: OpenInsertion["content"], b: OpenInsertion["content"]): OpenInsertion["content"] {
  if (typeof a === "string") return typeof b === "string" ? a + b : a
  for (const element of b) a.push(element)
  return a
}

function nameOf(left: ObjectId | undefined): { left?: ObjectId } {
  return left === undefined ? {} : { left }
}

function closeEdit(container: ObjectId, { inserted, deleted }: OpenEdit, gone: Gone): SequenceEdit {
  return {
    container,
    deleted,
    inserted: inserted.map(
      ({ left, right, content }): ElementInsertion => ({
        ...nameOf(left),
        right,
        content,
        replaces: [left, right].some(id => id !== undefined && id !== null && isNamedGone(gone, id))
      })
    )
  }
}

function deletedRanges(ds: ReturnType<typeof Y.decodeUpdate>["ds"]): Gone {
  const gone = new Map<number, readonly (readonly [number, number])[]>()
  for (const [client, ranges] of ds.clients)
    gone.set(
      client,
      ranges.map(({ clock, len }) => [clock, clock + len] as const).sort(([a], [b]) => a - b)
    )
  return gone
}

function clockOf(id: ObjectId): number {
  return Number(id.slice(id.indexOf(":") + 1))
}

function isNamedGone(gone: Gone, id: ObjectId): boolean {
  const [client = "", clock = ""] = id.split(":")
  return isGone(gone, Number(client), Number(clock))
}

function isGone(gone: Gone, client: number, clock: number): boolean {
  const ranges = gone.get(client) ?? []
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle]?.[1] ?? 0) <= clock) low = middle + 1
    else high = middle
  }
  return (ranges[low]?.[0] ?? Number.POSITIVE_INFINITY) <= clock
}

function idParts(item: Y.Item | null): [number, number] {
  return item === null ? [0, 0] : [item.id.client, item.id.clock]
}

function indexOf(item: Y.Item): number {
  let index = 0
  for (let at = item.left; at !== null; at = at.left) if (!at.deleted && at.countable) index += at.length
  return index
}
