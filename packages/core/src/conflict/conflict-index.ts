import type { DocumentId } from "../document/document-id.ts"
import type { FootprintReader } from "../engine/footprint.ts"
import { CausalOrder, type IndexedCommit, type PlacedCommit } from "./causal-order.ts"
import type { Conflict } from "./conflict.ts"
import { conflictId, recordOf } from "./conflict-record.ts"
import { Contest, type Subject } from "./contest.ts"
import { ElementContests } from "./element-contests.ts"
import type { Episode } from "./episode.ts"
import { PlaceContests } from "./place-contests.ts"

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
  readonly #subjects = new Map<Episode, Subject>()
  readonly #dirty = new Set<Episode>()
  readonly #gone = new Set<string>()
  readonly #places: PlaceContests
  readonly #elements: ElementContests

  constructor(document: DocumentId, reader: FootprintReader) {
    this.#document = document
    this.#reader = reader
    const open = (subject: Subject): Contest =>
      new Contest(subject, this.#order, (root, absorbed) => this.#change(subject, root, absorbed))
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
      const subject = this.#subjects.get(episode)
      if (subject === undefined || episode.root !== episode) continue
      const id = conflictId(this.#document, subject, episode)
      const record = recordOf(this.#document, id, subject, episode, this.#reader)
      if (episode.told !== undefined && (episode.told !== id || record === undefined))
        this.#gone.add(episode.told)
      episode.told = record?.id
      if (record !== undefined) written.push(record)
    }
    this.#dirty.clear()
    const ids = new Set(written.map(({ id }) => id))
    const gone = [...this.#gone].filter(id => !ids.has(id))
    this.#gone.clear()
    return { written, gone }
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

  #change(subject: Subject, root: Episode, absorbed: Episode | undefined): void {
    this.#subjects.set(root, subject)
    this.#dirty.add(root)
    if (absorbed === undefined) return
    if (absorbed.told !== undefined) this.#gone.add(absorbed.told)
    absorbed.told = undefined
    this.#subjects.delete(absorbed)
    this.#dirty.delete(absorbed)
  }
}
