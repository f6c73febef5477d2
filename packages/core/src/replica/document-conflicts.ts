import type { HlcStamp } from "@syncline/clock"
import { decodeBase } from "../codec/facts-codec.ts"
import type { CommitHeader } from "../commit/commit.ts"
import type { IndexedCommit } from "../conflict/causal-order.ts"
import type { Conflict } from "../conflict/conflict.ts"
import { type ConflictChanges, ConflictIndex } from "../conflict/conflict-index.ts"
import { Resolutions } from "../conflict/resolution.ts"
import { dotName } from "../conflict/resolution-note.ts"
import type { Engine } from "../engine/engine.ts"
import type { FootprintReader } from "../engine/footprint.ts"
import type { StoredDocument, ValueWrite } from "../store/store.ts"
import { conflictRemoval, conflictWrite } from "./conflict-values.ts"
import { commitsOf, maxBaseBytes } from "./document-loader.ts"
import type { DocumentState } from "./document-state.ts"

/** Changes of records, and what is to be written for them. */
export interface FoundChanges extends ConflictChanges {
  readonly values: readonly ValueWrite[]
}

const nothingFound: FoundChanges = { written: [], gone: [], values: [] }

type NotedCommit = IndexedCommit & Pick<CommitHeader, "genesis">

/** The conflicts of an open document: an index over its commits beyond the base, and which records are stored. */
export class DocumentConflicts {
  readonly #state: DocumentState
  readonly #engine: Engine
  readonly #index: ConflictIndex
  readonly #resolutions: Resolutions
  readonly #updates: Uint8Array[] = []
  readonly #rewrites: number
  readonly #retain: number
  /** Stored, or on their way, by id. */
  readonly #kept = new Map<string, Conflict>()
  /** Places that resolutions came for since records were last taken. */
  readonly #answered = new Set<string>()
  #unsaved: FoundChanges

  /**
   * Reads all there is of a document beyond its base. What is stored already stays where that is what is found, or where
   * it is about commits that are in the base.
   */
  constructor(
    state: DocumentState,
    stored: StoredDocument | undefined,
    kept: readonly Conflict[],
    retain: number
  ) {
    this.#state = state
    this.#engine = state.engine
    this.#rewrites = state.rewrites
    this.#retain = retain
    const bytes = stored?.base
    const base = bytes === undefined ? {} : { base: () => decodeBase(bytes, maxBaseBytes).snapshot }
    this.#index = new ConflictIndex(state.id, readerOf(state, { ...base, updates: this.#updates }))
    this.#resolutions = new Resolutions((place, dots) => this.#index.strongestOf(place, dots))
    for (const conflict of kept) this.#kept.set(conflict.id, conflict)
    const within = (stored === undefined ? [] : commitsOf(stored)).filter(
      ({ dot }) => !state.meta.base.has(dot)
    )
    for (const commit of [...within, ...state.pending.map(pending => pending.commit)]) this.note(commit)
    this.#unsaved = this.#reconcile(kept, this.#index.take().written)
  }

  /** Whether it knows all commits of the document; not after a snapshot took the place of some, or a fold did. */
  get isCurrent(): boolean {
    return this.#rewrites === this.#state.rewrites
  }

  /** What finds them. */
  get index(): ConflictIndex {
    return this.#index
  }

  /** A record as it is by now, if it is still that of these sides; of those that retention took, too. */
  current(conflict: Conflict): Conflict | undefined {
    const kept = this.#kept.get(conflict.id)
    const isTrimmed = kept === undefined && this.#kept.size >= this.#retain
    const now = isTrimmed ? conflict : kept
    if (now === undefined || factsOf(now) !== factsOf(conflict)) return undefined
    return this.#resolutions.applyTo(now)
  }

  /** Takes in a commit that the engine has. */
  note(commit: NotedCommit): void {
    for (const container of commit.genesis) this.#updates.push(this.#engine.genesis(container))
    if (commit.update.length > 0) this.#updates.push(commit.update)
    this.#index.add(commit)
    for (const place of this.#resolutions.add(commit)) this.#answered.add(place)
  }

  /** What changed since the last call, and what is to be written for it. */
  take(): FoundChanges {
    const before = this.#unsaved
    this.#unsaved = nothingFound
    const { written, gone } = this.#index.take()
    const now = this.#change(written, gone)
    return {
      written: [...before.written, ...now.written],
      gone: [...before.gone, ...now.gone],
      values: [...before.values, ...now.values, ...this.#trim()]
    }
  }

  #change(found: readonly Conflict[], gone: readonly string[]): FoundChanges {
    const removals = gone.map(id => this.#drop(id))
    const written = found.map(conflict => this.#resolutions.applyTo(conflict))
    const writes = this.#write(written)
    const settled = this.#settle()
    return {
      written: [...written, ...settled],
      gone,
      values: [...removals, ...writes, ...this.#write(settled)]
    }
  }

  #write(conflicts: readonly Conflict[]): readonly ValueWrite[] {
    for (const conflict of conflicts) this.#kept.set(conflict.id, conflict)
    return conflicts.map(conflictWrite)
  }

  #drop(id: string): ValueWrite {
    this.#kept.delete(id)
    return conflictRemoval(this.#state.id, id)
  }

  /** The records that have become resolved. */
  #settle(): readonly Conflict[] {
    if (this.#answered.size === 0) return []
    const asked = [...this.#kept.values()].filter(({ place }) => this.#answered.has(place))
    this.#answered.clear()
    return asked.flatMap(conflict => {
      const next = this.#resolutions.applyTo(conflict)
      return next.resolution?.dot === conflict.resolution?.dot ? [] : [next]
    })
  }

  #reconcile(kept: readonly Conflict[], found: readonly Conflict[]): FoundChanges {
    const known = new Map(kept.map(conflict => [factsOf(conflict), conflict]))
    const still = new Set(found.map(factsOf))
    // Under another id, too: the first commit of its episode may be in the base by now.
    const news = found.filter(conflict => !this.#isAsTold(known.get(factsOf(conflict)), conflict))
    const outdated = new Set(news.map(factsOf))
    const { base } = this.#state.meta
    const lost = kept.filter(conflict => {
      const isFolded = conflict.sides.some(({ dot }) => base.has(dot))
      return outdated.has(factsOf(conflict)) || (!still.has(factsOf(conflict)) && !isFolded)
    })
    const written = new Set(news.map(({ id }) => id))
    return this.#change(
      news,
      lost.map(({ id }) => id).filter(id => !written.has(id))
    )
  }

  /** Whether a stored record says what is found; what settled it may have been put aside since. */
  #isAsTold(stored: Conflict | undefined, found: Conflict): boolean {
    return stored !== undefined && resolvedBy(stored) === resolvedBy(this.#resolutions.applyTo(found))
  }

  /** Lets the records go that are settled, then others; of these those whose commits are oldest. */
  #trim(): readonly ValueWrite[] {
    const excess = this.#kept.size - this.#retain
    if (excess <= 0) return []
    const oldest = [...this.#kept.values()]
      .sort((a, b) => rankOf(a) - rankOf(b) || latestOf(a) - latestOf(b))
      .slice(0, excess)
    return oldest.map(({ id }) => this.#drop(id))
  }
}

function readerOf(
  { document }: DocumentState,
  history: Parameters<NonNullable<DocumentState["document"]["footprints"]>>[0]
): FootprintReader {
  const reader = document.footprints?.(history)
  if (reader === undefined) throw new RangeError("the engine of this document has no footprints")
  return reader
}

/** What two replicas agree on: all but where it is, under which id it is kept, and what became of it. */
function factsOf({ place, sides }: Conflict): string {
  return JSON.stringify([place, sides])
}

/** A fork may have put another commit under the name of the one that settled it, which settles it as well. */
function resolvedBy({ resolution, rule }: Conflict): string | undefined {
  return resolution && JSON.stringify([dotName(resolution.dot), resolution.stamp, resolution.author, rule])
}

function latestOf({ sides }: Conflict): HlcStamp {
  return sides.reduce((latest, { stamp }) => (stamp > latest ? stamp : latest), 0 as HlcStamp)
}

function rankOf({ state }: Conflict): number {
  return state === "open" ? 1 : 0
}
