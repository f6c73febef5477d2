import type { BaseEnvelope } from "../codec/facts-codec.ts"
import type { Commit } from "../commit/commit.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import type { DocumentSetup } from "../replica/document-loader.ts"
import type { StoredRecord } from "../store/store.ts"
import type { AuditEntry, AuditGap, AuditRange, ValueChange } from "./audit-entry.ts"
import type { TrailHead } from "./trail-head.ts"
import { auditTime, TrailReplay } from "./trail-replay.ts"
import { valueChange } from "./value-change.ts"
import { agree, countOf, rangesBetween, rangesTaken, union } from "./version-ranges.ts"

/** What entries are made from, beside the records of the log. */
export interface TrailSource {
  readonly document: DocumentId
  readonly setup: DocumentSetup
  readonly head: TrailHead
  /** The stored base; absent where nothing is folded. */
  readonly base: BaseEnvelope | undefined
  readonly maxPatchBytes: number
  /** Entries up to this index are at hand already: they are counted, and not made again. */
  readonly known?: number
  /** Whether the trail is known not to go with the log: it then begins again at the base. */
  readonly isTorn?: boolean
}

/** What commits that came or went together amount to. */
export interface Replacement {
  readonly taken: readonly AuditRange[]
  readonly withdrawn: readonly AuditRange[]
  readonly stamp: AuditGap["stamp"]
  readonly change: ValueChange
}

/** Where the value before is not known. */
export const unknownChange: ValueChange = { paths: [""], omitted: "unknown" }

/**
 * Makes the entries that a trail lacks from what is stored: one for all that the base holds and the trail does not, then
 * one for each commit of the log. Covered commits that are in the log still come first there, and are gone past.
 */
export class TrailReader {
  readonly #source: TrailSource
  readonly #base: Version
  readonly #replay: TrailReplay
  /** Covered commits that should be in the log. */
  #expected: number
  #isBegun = false
  #isTorn = false
  #next: number

  constructor(source: TrailSource) {
    const { document, setup, head, base, maxPatchBytes, isTorn = false } = source
    this.#source = source
    this.#base = base?.facts.base ?? Version.empty
    this.#next = head.next
    this.#expected = isTorn ? 0 : countOf(rangesBetween(this.#base, head.covered))
    this.#isTorn = !isTorn && this.#base.entries.some(entry => !goesWith(head.covered, entry))
    this.#replay = new TrailReplay(document, setup, base, maxPatchBytes)
  }

  /** Index of the entry that comes next. */
  get next(): number {
    return this.#next
  }

  /** What the trail adds up to with the entries made so far; once the first was made, or the log has ended. */
  get covered(): Version {
    return this.#replay.meta.version
  }

  /** Whether it has come to what the trail lacks. */
  get isBegun(): boolean {
    return this.#isBegun
  }

  /**
   * Whether the log is not what the trail goes on from (a fork was settled while nothing was audited). No entry has been
   * made then; begin again with `isTorn`.
   */
  get isTorn(): boolean {
    return this.#isTorn
  }

  /** The entries of a record; to be read to the end. */
  *add(record: StoredRecord): Generator<AuditEntry> {
    if (this.#isTorn) return
    for (const commit of this.#replay.commitsOf(record)) {
      if (this.#expected === 0) {
        yield* this.#begin()
        yield* this.#enter(commit)
        continue
      }
      this.#expected--
      this.#isTorn = !goesWith(this.#source.head.covered, { ...commit.dot, hash: commit.hash }, true)
      if (this.#isTorn) return
      this.#replay.pass(commit)
    }
  }

  /** What is left when the log has ended. */
  *end(): Generator<AuditEntry> {
    if (this.#expected > 0) this.#isTorn = true
    if (!this.#isTorn) yield* this.#begin()
  }

  /** The entry of what took the place of all that the log held; nothing if no commit came or went. */
  *replace(
    after: { readonly version: Version; readonly stamp: AuditGap["stamp"]; readonly value: JsonObject },
    withdrawn: readonly AuditRange[]
  ): Generator<AuditGap> {
    const taken = rangesTaken(this.covered, after.version, withdrawn)
    const change = valueChange(this.#replay.value, after.value, this.#source.maxPatchBytes)
    yield* this.#gap({ taken, withdrawn, stamp: after.stamp, change })
  }

  destroy(): void {
    this.#replay.destroy()
  }

  /** What the base holds and nobody entered. */
  *#begin(): Generator<AuditGap> {
    if (this.#isBegun) return
    this.#isBegun = true
    const { head, isTorn = false } = this.#source
    const withdrawn = isTorn ? tornFrom(head.covered, this.#base) : []
    const taken = rangesTaken(head.covered, isTorn ? this.#base : union(head.covered, this.#base), withdrawn)
    const change = head.next === 1 ? this.#changeFromNothing() : unknownChange
    yield* this.#gap({ taken, withdrawn, stamp: this.#replay.meta.stamp, change })
  }

  *#gap(replacement: Replacement): Generator<AuditGap> {
    if (replacement.taken.length + replacement.withdrawn.length === 0) return
    const { document, known = 0 } = this.#source
    const index = this.#next++
    if (index > known) yield gapEntry(document, index, replacement)
  }

  *#enter(commit: Commit): Generator<AuditEntry> {
    const { document, known = 0 } = this.#source
    const index = this.#next++
    if (index > known) yield { document, index, ...this.#replay.take(commit) }
    else this.#replay.pass(commit)
  }

  /** A trail that begins with a base begins with all of it. */
  #changeFromNothing(): ValueChange {
    const { setup, maxPatchBytes } = this.#source
    const empty = setup.engine.open({ shape: setup.shape, identity: setup.identity })
    try {
      return valueChange(empty.value(), this.#replay.value, maxPatchBytes)
    } finally {
      empty.destroy()
    }
  }
}

/** An entry about commits that came or went together. */
export function gapEntry(
  document: DocumentId,
  index: number,
  { taken, withdrawn, stamp, change }: Replacement
): AuditGap {
  return {
    document,
    index,
    type: "gap",
    ...auditTime(stamp),
    taken,
    withdrawn,
    commits: countOf(taken),
    ...change
  }
}

/** Whether a commit can be the one that a version has under its dot; where it must be there, that it is. */
function goesWith(
  version: Version,
  { actor, seq, hash }: Version["entries"][number],
  mustHave = false
): boolean {
  const entry = version.entryOf(actor)
  if (mustHave && (entry?.seq ?? 0) < seq) return false
  return entry?.seq !== seq || agree(entry.hash, hash)
}

/** What a trail had that is not what the log has now. */
function tornFrom(covered: Version, base: Version): readonly AuditRange[] {
  return covered.entries.flatMap(entry => {
    const { actor, seq } = entry
    const from = goesWith(base, entry) ? base.get(actor) + 1 : seq
    return from > seq ? [] : [{ actor, from, to: seq }]
  })
}
