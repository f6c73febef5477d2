import { decodeBase } from "../codec/facts-codec.ts"
import type { VersionVector } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import type { EngineDocument } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import { maxBaseBytes } from "../replica/document-loader.ts"
import { applyCommits } from "../replica/rebuild.ts"
import { type Checkpoint, Checkpoints } from "./checkpoints.ts"
import type { CommitReader } from "./commit-reader.ts"
import type { CommitTable, Cut } from "./commit-table.ts"
import { baseCut, covers, grown, heightOf } from "./cuts.ts"
import type { HistoryHost } from "./history-host.ts"

/** So many commits are replayed without leaving a checkpoint: a millisecond or two. */
const stride = 64

/** Opening a checkpoint takes about as long as replaying so many commits; going on from where one is takes nothing. */
const openingCost = 64

/** Commits read and replayed at a time; then everybody else gets a turn. */
const commitsAtOnce = 1_024

/**
 * A document as of any cut: an engine document of its own that goes forward, and checkpoints to go back to. A replay of n
 * commits leaves one where half are left, and half of those, down to `stride`: who then goes back step by step replays
 * at most so many for a step, and half of what is left whenever he has used up a checkpoint.
 */
export class Timeline {
  readonly #host: HistoryHost
  readonly #id: DocumentId
  readonly #table: CommitTable
  readonly #reader: CommitReader
  readonly #checkpoints = new Checkpoints()
  #base: { readonly checkpoint: Checkpoint; readonly deletion: VersionVector | undefined } | undefined
  #at: { cut: Cut; readonly document: EngineDocument } | undefined

  constructor(host: HistoryHost, id: DocumentId, table: CommitTable, reader: CommitReader) {
    this.#host = host
    this.#id = id
    this.#table = table
    this.#reader = reader
  }

  /**
   * The engine document as of a cut. It is the timeline's own, to be read until the next call and not to be written to.
   * Cost: replaying what the nearest place known lacks, and opening that unless one stands there.
   */
  async moveTo(cut: Cut, signal?: AbortSignal): Promise<EngineDocument> {
    const start = await this.#start(cut)
    let missing = this.#table.rowsBetween(start.cut, cut)
    while (missing.length > 0) {
      const count = missing.length <= stride ? missing.length : Math.ceil(missing.length / 2)
      await this.#replayAll(start, missing.slice(0, count), signal)
      missing = missing.slice(count)
      if (missing.length > 0) this.#checkpoints.keep(start.cut, start.document.snapshot())
    }
    return start.document
  }

  /** The highest place known within a cut. No place lacks what its commits build on. */
  closedBelow(cut: Cut): Cut {
    const here = this.#at?.cut
    if (here !== undefined && covers(cut, here)) return here
    return this.#checkpoints.below(cut)?.cut ?? baseCut(this.#table)
  }

  /** Whether the document was deleted as of a cut: nothing in it was unseen by the deletions in it. */
  async isDeleted(cut: Cut): Promise<boolean> {
    let { deletion } = await this.#loadBase()
    for (const { row, seen } of this.#table.deletions)
      if (this.#table.has(cut, row)) deletion = deletion?.merge(seen) ?? seen
    return deletion !== undefined && covers(this.#table.cutOf(deletion), cut)
  }

  destroy(): void {
    this.#at?.document.destroy()
    this.#at = undefined
  }

  /** Where to begin: here, if that is not much further than the best checkpoint. */
  async #start(cut: Cut): Promise<{ cut: Cut; readonly document: EngineDocument }> {
    const base = await this.#loadBase()
    const checkpoint = this.#checkpoints.below(cut) ?? base.checkpoint
    const here = this.#at
    if (here !== undefined && covers(cut, here.cut) && heightOf(here.cut) + openingCost >= checkpoint.height)
      return here
    this.destroy()
    if (checkpoint !== base.checkpoint) this.#checkpoints.use(checkpoint)
    const { engine, shape, identity } = this.#host.setupOf(this.#id)
    const { snapshot } = checkpoint
    const document = engine.open({ shape, identity, ...(snapshot.length === 0 ? {} : { snapshot }) })
    this.#at = { cut: checkpoint.cut, document }
    return this.#at
  }

  async #replayAll(
    start: { cut: Cut; readonly document: EngineDocument },
    rows: readonly number[],
    signal: AbortSignal | undefined
  ): Promise<void> {
    for (let at = 0; at < rows.length; at += commitsAtOnce) {
      throwIfAborted(signal)
      if (at > 0) await this.#host.giveWay()
      await this.#replay(start, rows.slice(at, at + commitsAtOnce))
    }
  }

  async #replay(at: { cut: Cut; readonly document: EngineDocument }, rows: readonly number[]): Promise<void> {
    // In log order, in which records are read one after the other; a commit comes after what it builds on there too.
    const ascending = rows.toSorted((a, b) => a - b)
    const commits = await this.#reader.read(ascending.map(row => this.#table.placeOf(row)))
    try {
      applyCommits(at.document, commits)
    } catch (cause) {
      this.destroy()
      throw coreError(
        "document-unreadable",
        `the history of "${this.#id}" cannot be replayed; run checkIntegrity()`,
        {
          cause,
          details: { document: this.#id }
        }
      )
    }
    at.cut = grown(this.#table, at.cut, rows)
  }

  /** Read once. A store gives base and records together, so this costs reading the document's log as well. */
  async #loadBase() {
    if (this.#base !== undefined) return this.#base
    const isFolded = this.#table.base.entries.length > 0
    const stored = isFolded ? (await this.#host.session.loadDocument(this.#id))?.base : undefined
    if (isFolded && stored === undefined)
      throw coreError("document-unreadable", `"${this.#id}" has lost its base; run checkIntegrity()`)
    const base = stored === undefined ? undefined : decodeBase(stored, maxBaseBytes)
    const cut = baseCut(this.#table)
    const checkpoint = { cut, height: heightOf(cut), snapshot: base?.snapshot.slice() ?? new Uint8Array() }
    this.#base = { checkpoint, deletion: base?.facts.deletion }
    return this.#base
  }
}
