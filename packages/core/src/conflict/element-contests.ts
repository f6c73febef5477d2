import type { JsonValue } from "../document/json.ts"
import type {
  ElementDeletion,
  Footprint,
  ElementInsertion,
  ObjectId,
  SequenceEdit
} from "../engine/footprint.ts"
import { isBefore, isConcurrent, type PlacedCommit } from "./causal-order.ts"
import type { Contest, Subject } from "./contest.ts"
import { ElementMap, rangeOf } from "./element-map.ts"
import type { Part } from "./episode.ts"

interface Deleted {
  readonly range: ElementDeletion
  readonly edit: SequenceEdit
  readonly placed: PlacedCommit
}

interface Inserted {
  readonly insertion: ElementInsertion
  readonly edit: SequenceEdit
  readonly placed: PlacedCommit
}

/**
 * Contests about elements of lists and texts. Commits are against each other which
 * - deleted the same elements, where one of them put something in their place;
 * - put something between elements of which others deleted both;
 * - put something beside an element which they, or what they build on, deleted, and others did as well.
 */
export class ElementContests {
  readonly #open: (subject: Subject) => Contest
  readonly #contests = new Map<ObjectId, Contest>()
  readonly #deleted = new ElementMap<Deleted>()
  /** By the elements they were put between. */
  readonly #inserted = new ElementMap<Inserted>()

  constructor(open: (subject: Subject) => Contest) {
    this.#open = open
  }

  add(placed: PlacedCommit, { edits }: Footprint): void {
    for (const edit of edits) {
      for (const range of edit.deleted) this.#deleted.add(range, { range, edit, placed })
      for (const range of edit.deleted) this.#compareDeletion({ range, edit, placed })
      for (const insertion of edit.inserted) {
        const inserted = { insertion, edit, placed }
        for (const neighbour of neighboursOf(insertion)) this.#inserted.add(rangeOf(neighbour), inserted)
        this.#compareInsertion(inserted)
      }
    }
  }

  #compareDeletion(deletion: Deleted): void {
    const { range, edit, placed } = deletion
    for (const other of this.#deleted.overlapping(range))
      if (isConcurrent(placed, other.placed) && (replaces(edit) || replaces(other.edit)))
        this.#connect(deletion, other)
    for (const inserted of this.#inserted.overlapping(range)) this.#compareInsertion(inserted)
  }

  #compareInsertion(inserted: Inserted): void {
    const { insertion, edit, placed } = inserted
    const deletions = neighboursOf(insertion).map(id =>
      // A neighbour that is guessed may be one elsewhere.
      [...this.#deleted.overlapping(rangeOf(id))].filter(one => one.edit.container === edit.container)
    )
    const [left = [], right = []] = deletions.map(all => all.filter(one => isConcurrent(placed, one.placed)))
    const isBetween = left.length > 0 && right.length > 0
    for (const deletion of [...left, ...right])
      if (isBetween || isWithin(insertion, deletion)) this.#connect(inserted, deletion)
    for (const [at, others] of [left, right].entries()) {
      const own = deletions[at]?.filter(one => one.placed === placed || isBefore(one.placed, placed)) ?? []
      if (own.length > 0) for (const deletion of others) this.#connect(inserted, deletion)
      if (others.length > 0) for (const deletion of own) this.#connect(inserted, deletion)
    }
  }

  #connect(a: Deleted | Inserted, b: Deleted | Inserted): void {
    const { container } = a.edit
    const contest =
      this.#contests.get(container) ?? this.#open({ kind: "overlapping-edit", place: { container } })
    this.#contests.set(container, contest)
    contest.connect(partOf(a), partOf(b))
  }
}

/** The elements on either side. Where the engine does not say what is right, the next one that the same source made. */
function neighboursOf({ left, right }: ElementInsertion): readonly ObjectId[] {
  if (left === undefined) return typeof right === "string" ? [right] : []
  if (right !== undefined) return right === null ? [left] : [left, right]
  const { source, to } = rangeOf(left)
  return [left, `${source}:${to}`]
}

/** Whether a run of deletions goes on where the insertion is; for engines that do not say what is right of it. */
function isWithin({ left, right }: ElementInsertion, { range }: Deleted): boolean {
  if (left === undefined || right !== undefined) return false
  const { source, to } = rangeOf(left)
  return range.source === source && range.from < to && (to < range.to || (to === range.to && range.continues))
}

function replaces({ inserted }: SequenceEdit): boolean {
  return inserted.some(insertion => insertion.replaces)
}

function partOf({ edit, placed }: Deleted | Inserted): Part {
  const { inserted, deleted } = edit
  if (inserted.length === 0) return { placed, role: "edit", action: "delete" }
  const value = contentOf(inserted)
  return { placed, role: "edit", action: deleted.length > 0 ? "replace" : "insert", value }
}

function contentOf(inserted: readonly ElementInsertion[]): JsonValue {
  const contents = inserted.map(({ content }) => content)
  return contents.every(content => typeof content === "string") ? contents.join("") : contents.flat()
}
