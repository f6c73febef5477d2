import type { Dot } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import type { Path } from "../document/json.ts"
import type { FootprintReader } from "../engine/footprint.ts"
import { CausalOrder, type IndexedCommit, isBefore, type PlacedCommit } from "./causal-order.ts"
import type { Conflict, ConflictSide } from "./conflict.ts"
import { conflictId, recordOf, sideOf, strongest } from "./conflict-record.ts"
import { Contest, type Subject } from "./contest.ts"
import { ElementContests } from "./element-contests.ts"
import type { Episode, Part } from "./episode.ts"
import { PlaceContests } from "./place-contests.ts"
import { dotName } from "./resolution-note.ts"

/** What became of the records since they were last taken. */
export interface ConflictChanges {
  readonly written: readonly Conflict[]
  /** Ids of records that are no more: part of another, or of the same outcome on all sides by now. */
  readonly gone: readonly string[]
}

/**
 * Finds the conflicts of one document, fed its commits in any order that respects dependencies, each when the engine has
 * it. What it finds is a function of the set of commits.
 *
 * Cost: a commit that builds on all others here takes O(actors), and its update is not read. Where some do not know each
 * other, each of them is read once and compared with what touched the same keys, containers and elements.
 */
export class ConflictIndex {
  readonly #document: DocumentId
  readonly #reader: FootprintReader
  readonly #order = new CausalOrder()
  #readCount = 0
  readonly #contests = new Map<Episode, Contest>()
  readonly #dirty = new Set<Episode>()
  readonly #gone = new Set<string>()
  /** Those there were records of, by the names of their places. */
  readonly #named = new Map<string, Contest>()
  readonly #places: PlaceContests
  readonly #elements: ElementContests

  constructor(document: DocumentId, reader: FootprintReader) {
    this.#document = document
    this.#reader = reader
    const open = (subject: Subject): Contest => {
      const contest = new Contest(subject, this.#order, (root, absorbed) =>
        this.#change(contest, root, absorbed)
      )
      return contest
    }
    this.#places = new PlaceContests(reader, open)
    this.#elements = new ElementContests(open)
  }

  /** Updates that were read so far. */
  get readCount(): number {
    return this.#readCount
  }

  add(commit: IndexedCommit): void {
    const placed = this.#order.add(commit)
    if (this.#order.coversAll(placed)) return
    this.#readOnce(placed)
    for (const other of this.#order.concurrentWith(placed)) this.#readOnce(other)
  }

  /** Records that are new or differ from when they were last taken. */
  take(): ConflictChanges {
    const written: Conflict[] = []
    for (const episode of this.#dirty) {
      const contest = this.#contests.get(episode)
      if (contest === undefined || episode.root !== episode) continue
      const { subject } = contest
      const id = conflictId(this.#document, subject, episode)
      const record = recordOf(this.#document, id, subject, episode, this.#reader)
      if (episode.told !== undefined && (episode.told !== id || record === undefined))
        this.#gone.add(episode.told)
      episode.told = record?.id
      if (record === undefined) continue
      written.push(record)
      this.#named.set(record.place, contest)
    }
    this.#dirty.clear()
    const ids = new Set(written.map(({ id }) => id))
    const gone = [...this.#gone].filter(id => !ids.has(id))
    this.#gone.clear()
    return { written, gone }
  }

  /**
   * What disagrees in a record, values in full: for a side that is a resolution, what it resolved, unless some of that is
   * not known here. Of commits that build on each other the last. Earliest first.
   */
  sidesOf({ place, sides }: Pick<Conflict, "place" | "sides">): readonly ConflictSide[] {
    const contest = this.#named.get(place)
    if (contest === undefined) return sides
    const parts = new Map<string, Part>()
    const unknown: ConflictSide[] = []
    for (const side of sides) {
      const own = this.#partsAt(contest, [side.dot])
      const found = (side.resolved && this.#partsAt(contest, side.resolved)) ?? own
      if (found === undefined) unknown.push(side)
      for (const part of found ?? []) parts.set(`${dotName(part.placed.commit.dot)} ${part.role}`, part)
    }
    const last = [...parts.values()].filter(part => ![...parts.values()].some(other => isAfter(other, part)))
    return [...unknown, ...last.map(part => sideOf(part, place))].sort(bySideTime)
  }

  /**
   * Of commits that changed what is at a place there was a record of, the one whose work the engine took when those were
   * all, passing over what builds on another of them. `undefined` if none did.
   */
  strongestOf(place: string, dots: readonly Dot[]): Dot | undefined {
    const contest = this.#named.get(place)
    const placed = dots.flatMap(dot => this.#order.find(dot) ?? [])
    const first = placed.filter(one => !placed.some(other => isBefore(other, one)))
    const parts = first.flatMap(one => contest?.partsOf(one) ?? []).filter(({ write }) => write !== undefined)
    return strongest(parts, this.#reader)?.placed.commit.dot
  }

  /** `undefined` if some commit has no part here. */
  #partsAt(contest: Contest, dots: readonly Dot[]): readonly Part[] | undefined {
    const found = dots.map(dot => {
      const placed = this.#order.find(dot)
      return placed === undefined ? [] : contest.partsOf(placed)
    })
    return found.some(parts => parts.length === 0) ? undefined : found.flat()
  }

  /** Where a place there was a record of is now: of what was deleted under a key, that key. */
  pathNow(place: string): Path | "nowhere" | "no key" {
    const subject = this.#named.get(place)?.subject
    const at = subject?.kind === "delete-edit" ? subject.at : subject?.place
    // A whole document, or an element of a list.
    if (at === undefined || (subject?.kind === "delete-edit" && at.key === undefined)) return "no key"
    return this.#reader.pathOf(at) ?? "nowhere"
  }

  /** Whether what was deleted and edited at a place there was a record of is in the document. */
  isThere(place: string): boolean {
    const container = this.#named.get(place)?.subject.container
    return container !== undefined && this.#reader.pathOf({ container }) !== undefined
  }

  /** Whether there was a record of this place. */
  knows(place: string): boolean {
    return this.#named.has(place)
  }

  #readOnce(placed: PlacedCommit): void {
    if (placed.isRead) return
    placed.isRead = true
    this.#readCount++
    const { kind, update } = placed.commit
    this.#places.addWhole(placed)
    if (kind !== "change" || update.length === 0) return
    const footprint = this.#reader.read(update)
    this.#places.add(placed, footprint)
    this.#elements.add(placed, footprint)
  }

  #change(contest: Contest, root: Episode, absorbed: Episode | undefined): void {
    this.#contests.set(root, contest)
    this.#dirty.add(root)
    if (absorbed === undefined) return
    if (absorbed.told !== undefined) this.#gone.add(absorbed.told)
    absorbed.told = undefined
    this.#contests.delete(absorbed)
    this.#dirty.delete(absorbed)
  }
}

function isAfter(other: Part, part: Part): boolean {
  return other.role === part.role && isBefore(part.placed, other.placed)
}

function bySideTime(a: ConflictSide, b: ConflictSide): number {
  if (a.stamp !== b.stamp) return a.stamp - b.stamp
  return dotName(a.dot) < dotName(b.dot) ? -1 : 1
}
