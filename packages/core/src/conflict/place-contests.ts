import type {
  Footprint,
  FootprintReader,
  KeyWrite,
  ObjectId,
  ContainerPlace,
  SequenceEdit
} from "../engine/footprint.ts"
import { placeKey } from "../engine/footprint.ts"
import type { JsonValue } from "../document/json.ts"
import type { PlacedCommit } from "./causal-order.ts"
import type { Contest, Subject } from "./contest.ts"
import { ElementMap, rangeOf } from "./element-map.ts"
import type { Part } from "./episode.ts"

/** What is known of a key: who wrote it, and which containers that were edited inside were put there. */
interface KeyFacts {
  readonly contest: Contest
  readonly writes: Part[]
  readonly containers: Set<ObjectId>
}

interface ContainerFacts {
  readonly contest: Contest
  readonly place: ContainerPlace | undefined
}

/** Contests about keys, and about containers that were removed on one side and edited inside on another. */
export class PlaceContests {
  readonly #reader: FootprintReader
  readonly #open: (subject: Subject) => Contest
  readonly #keys = new Map<string, KeyFacts>()
  readonly #containers = new Map<ObjectId, ContainerFacts>()
  /** Containers that are elements. */
  readonly #elements = new ElementMap<ObjectId>()
  readonly #removed = new ElementMap<PlacedCommit>()

  constructor(reader: FootprintReader, open: (subject: Subject) => Contest) {
    this.#reader = reader
    this.#open = open
  }

  /** The document as a whole: deleted, or worked on. */
  addWhole(placed: PlacedCommit): void {
    const isDeletion = placed.commit.kind === "delete"
    const part: Part = isDeletion
      ? { placed, role: "remove", action: "delete" }
      : { placed, role: "edit", action: "edit" }
    this.#container("", placed).contest.add(part)
  }

  add(placed: PlacedCommit, { writes, edits }: Footprint): void {
    const value = onlyValue(writes, edits)
    for (const write of writes) this.#addWrite(placed, write)
    for (const { container } of [...writes, ...edits]) this.#addEdit(placed, container, value)
    for (const { deleted } of edits)
      for (const range of deleted) {
        this.#removed.add(range, placed)
        for (const container of this.#elements.overlapping(range)) this.#remove(container, placed)
      }
  }

  #addWrite(placed: PlacedCommit, write: KeyWrite): void {
    const facts = this.#key(write)
    const part = writePart(placed, write)
    facts.writes.push(part)
    facts.contest.add(part)
    for (const container of facts.containers)
      this.#container(container, placed).contest.add({ ...part, role: "remove" })
  }

  /** Inside a container is inside of all around it. */
  #addEdit(placed: PlacedCommit, container: ObjectId, value: JsonValue | undefined): void {
    for (let at: ObjectId | undefined = container; at !== undefined && at !== ""; ) {
      const facts: ContainerFacts = this.#container(at, placed)
      facts.contest.add({ placed, role: "edit", action: "edit", ...(value === undefined ? {} : { value }) })
      at = facts.place?.container
    }
  }

  #remove(container: ObjectId, placed: PlacedCommit): void {
    this.#container(container, placed).contest.add({ placed, role: "remove", action: "delete" })
  }

  #key(place: ContainerPlace): KeyFacts {
    const key = placeKey(place)
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    const { container, key: name } = place
    const subject: Subject = {
      kind: "write-write",
      place: { container, ...(name === undefined ? {} : { key: name }) }
    }
    const facts = { contest: this.#open(subject), writes: [], containers: new Set<ObjectId>() }
    this.#keys.set(key, facts)
    return facts
  }

  #container(container: ObjectId, seenBy: PlacedCommit): ContainerFacts {
    const known = this.#containers.get(container)
    if (known !== undefined) return known
    const place = container === "" ? undefined : this.#reader.placeOf(container, seenBy.commit.update)
    const at = place === undefined ? {} : { at: place }
    const contest = this.#open({ kind: "delete-edit", place: { container }, container, ...at })
    const facts = { contest, place }
    this.#containers.set(container, facts)
    if (place !== undefined) this.#enter(container, place)
    return facts
  }

  /** Makes its removal known to a container, and whoever removes it later. */
  #enter(container: ObjectId, place: ContainerPlace): void {
    if (place.key === undefined) {
      const range = rangeOf(container)
      this.#elements.add(range, container)
      for (const placed of this.#removed.overlapping(range)) this.#remove(container, placed)
    } else {
      const { containers, writes } = this.#key(place)
      containers.add(container)
      const contest = this.#containers.get(container)?.contest
      for (const part of writes) contest?.add({ ...part, role: "remove" })
    }
  }
}

function writePart(placed: PlacedCommit, write: KeyWrite): Part {
  const { value } = write
  return value === undefined
    ? { placed, role: "write", action: "remove", write }
    : { placed, role: "write", action: "set", value, write }
}

/** What a commit wrote, if that was one thing. */
function onlyValue(writes: readonly KeyWrite[], edits: readonly SequenceEdit[]): JsonValue | undefined {
  const [write] = writes
  const [edit] = edits
  if (writes.length + edits.length !== 1) return undefined
  const content = edit?.inserted.length === 1 ? edit.inserted[0]?.content : undefined
  return write === undefined ? content : write.value
}
