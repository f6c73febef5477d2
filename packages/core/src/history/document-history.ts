import type { Dot } from "@syncline/clock"
import { diffJson, type DiffJsonOptions } from "@syncline/diff/json/diff"
import type { JsonPatch } from "@syncline/diff/json"
import { toHex } from "../codec/hex.ts"
import type { Version } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { DocumentState } from "../replica/document-state.ts"
import type { CommitTable, Cut } from "./commit-table.ts"
import { checkedCut, combined, grown, pastCut } from "./cuts.ts"
import { HistoryIndex, type LogView } from "./history-index.ts"
import type { HistoryHost } from "./history-host.ts"
import type { CommitChanges, HistoryOptions, HistoryPage, PastState } from "./history-page.ts"
import { listPage } from "./list-page.ts"
import { type Restorable, restorable } from "./restore.ts"

/** How a patch between two versions is made: as `diffJson` of `@syncline/diff/json/diff` makes it. */
export interface HistoryDiffOptions extends Omit<DiffJsonOptions, "text"> {
  readonly signal?: AbortSignal
}

/** An earlier state, with what `restoreOperations` needs. */
export interface RestorableState extends PastState {
  readonly marked: Restorable
}

/** Values handed out last, by the digest of their version: who compares neighbours asks for each twice. They share what did not change. */
const maxValues = 8

/** The past of one open document. One thing at a time: it has one engine document that goes from version to version. */
export class DocumentHistory {
  readonly #host: HistoryHost
  readonly #state: DocumentState
  readonly #index: HistoryIndex
  readonly #values = new Map<string, PastState>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(host: HistoryHost, state: DocumentState) {
    this.#host = host
    this.#state = state
    this.#index = new HistoryIndex(host, state)
  }

  /** See `Document.history`. */
  page(options: HistoryOptions): Promise<HistoryPage> {
    return this.#exclusive(options.signal, view =>
      listPage(view, options, {
        durableRows: this.#index.durableRows,
        trusts: this.#host.trusts,
        changesOf: (dot, signal) => this.changesOf(dot, signal)
      })
    )
  }

  /** See `Document.at`. */
  at(version: Version, signal?: AbortSignal): Promise<PastState> {
    return this.#exclusive(signal, view => this.#stateAt(view, this.#cutOf(view, version), signal))
  }

  /** See `Document.diff`. */
  diff(from: Version, to: Version, { signal, ...options }: HistoryDiffOptions): Promise<JsonPatch> {
    return this.#exclusive(signal, async view => {
      const before = await this.#stateAt(view, this.#cutOf(view, from), signal)
      const after = await this.#stateAt(view, this.#cutOf(view, to), signal)
      return diffJson(before.value, after.value, { whole: false, ...options })
    })
  }

  /** What a commit did; see `HistoryEntry.changes`. */
  changesOf(dot: Dot, signal?: AbortSignal): Promise<CommitChanges> {
    return this.#exclusive(signal, async view => {
      const { table } = view
      const row = table.rowOf(dot)
      if (row === undefined) throw this.#folded(dot)
      const past = pastCut(table, row)
      const before = await this.#stateAt(view, past, signal)
      const after = await this.#stateAt(view, grown(table, past, [row]), signal)
      const patch = diffJson(before.value, after.value, { whole: false })
      return { before: before.version, after: after.version, patch }
    })
  }

  /** The state at a version, to be restored. */
  restorableAt(version: Version, signal?: AbortSignal): Promise<RestorableState> {
    return this.#restorable(view => this.#cutOf(view, version), signal)
  }

  /** The state with these commits and what they build on, to be restored. As `changesOf` for what is folded. */
  restorableWith(dots: readonly Dot[], signal?: AbortSignal): Promise<RestorableState> {
    return this.#restorable(({ table }) => {
      const rows = this.#rowsOf(table, dots)
      const pasts = rows.map(row => grown(table, pastCut(table, row), [row]))
      return pasts.reduce((all, past) => combined(all, past, Math.max))
    }, signal)
  }

  /** The state that all authors of these commits had, at least. As `changesOf` for what is folded. */
  before(dots: readonly Dot[], signal?: AbortSignal): Promise<PastState> {
    return this.#exclusive(signal, view => {
      const pasts = this.#rowsOf(view.table, dots).map(row => pastCut(view.table, row))
      return this.#stateAt(
        view,
        pasts.reduce((all, past) => combined(all, past, Math.min)),
        signal
      )
    })
  }

  #rowsOf(table: CommitTable, dots: readonly Dot[]): readonly number[] {
    return dots.map(dot => {
      const row = table.rowOf(dot)
      if (row === undefined) throw this.#folded(dot)
      return row
    })
  }

  #restorable(cutIn: (view: LogView) => Cut, signal: AbortSignal | undefined): Promise<RestorableState> {
    return this.#exclusive(signal, async view => {
      const cut = cutIn(view)
      const document = await view.timeline.moveTo(cut, signal)
      const value = document.value()
      const deleted = await view.timeline.isDeleted(cut)
      return {
        version: view.table.versionOf(cut),
        value,
        deleted,
        marked: restorable(value, document.kindAt)
      }
    })
  }

  /** Lets go of all that is kept for going on from there. It is read again when needed. */
  release(): Promise<void> {
    const run = this.#last.then(() => {
      this.#index.forget()
      this.#values.clear()
    })
    this.#last = run
    return run
  }

  #cutOf({ table, timeline }: LogView, version: Version): Cut {
    return checkedCut(this.#state.id, table, version, cut => timeline.closedBelow(cut))
  }

  async #stateAt(
    { table, timeline }: LogView,
    cut: Cut,
    signal: AbortSignal | undefined
  ): Promise<PastState> {
    const version = table.versionOf(cut)
    const key = toHex(version.digest(this.#state.id))
    const known = this.#values.get(key)
    const state = known ?? {
      version,
      value: (await timeline.moveTo(cut, signal)).value(),
      deleted: await timeline.isDeleted(cut)
    }
    this.#values.delete(key)
    this.#values.set(key, state)
    const [oldest] = this.#values.keys()
    if (this.#values.size > maxValues && oldest !== undefined) this.#values.delete(oldest)
    return state
  }

  /** Does one thing after the other, each on what is applied when it begins; anew if the log is rewritten meanwhile. */
  #exclusive<T>(signal: AbortSignal | undefined, work: (view: LogView) => Promise<T>): Promise<T> {
    const run = this.#last.then(async () => {
      for (;;) {
        this.#host.assertOpen()
        throwIfAborted(signal)
        const view = await this.#index.refresh(signal)
        try {
          const result = await work(view)
          if (!this.#index.isOutdated(view)) return result
        } catch (error) {
          if (!this.#index.isOutdated(view)) throw error
        }
      }
    })
    this.#last = run.catch(() => {})
    return run
  }

  #folded({ actor, seq }: Dot): Error {
    const { id } = this.#state
    return coreError(
      "version-before-base",
      `commit ${actor}:${seq} of "${id}" is no longer kept by itself; open the replica with a greater retainCommits`,
      { details: { document: id, actor, seq } }
    )
  }
}
