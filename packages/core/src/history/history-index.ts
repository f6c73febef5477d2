import { decodeHead } from "../codec/facts-codec.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import { Version } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { DocumentState } from "../replica/document-state.ts"
import { sealPacked } from "../replica/past-hashes.ts"
import { CommitReader, decodeRecord } from "./commit-reader.ts"
import { CommitTable } from "./commit-table.ts"
import type { HistoryHost } from "./history-host.ts"
import { Timeline } from "./timeline.ts"

/** Commits put into the table at a time; then everybody else gets a turn. */
const commitsAtOnce = 1_024

/** What is known of a document's log between two rewrites of it: it only grows meanwhile. */
export interface LogView {
  /** Of `DocumentState.rewrites`: as long as that is the same, so is all that was read. */
  readonly rewrites: number
  readonly table: CommitTable
  readonly reader: CommitReader
  readonly timeline: Timeline
}

/** Keeps a table of a document's raw commits in step with log and pending work. */
export class HistoryIndex {
  readonly #host: HistoryHost
  readonly #state: DocumentState
  #view: LogView | undefined
  /** Newest record in the table. */
  #position = 0
  /** Rows of commits in the store; pending ones come after. */
  #durableRows = 0

  constructor(host: HistoryHost, state: DocumentState) {
    this.#host = host
    this.#state = state
  }

  /** Rows from here on were not durable at the last `refresh`. */
  get durableRows(): number {
    return this.#durableRows
  }

  /**
   * The table with everything that is applied here. The first time the log of the document is read, page by page; later
   * what has come since.
   *
   * @throws SynclineError `document-blocked` while a rewritten log waits to be retried, `aborted`, what the store throws.
   */
  async refresh(signal?: AbortSignal): Promise<LogView> {
    for (;;) {
      await this.#calm()
      // A rewrite may have begun since that was so: what is read now could be from before it.
      if (!this.#isCalm) continue
      const { rewrites } = this.#state
      // Before the log is read: what becomes durable meanwhile is then in both, and nothing is in neither.
      const pending = this.#pendingCommits()
      const view = this.#view?.rewrites === rewrites ? this.#view : await this.#newView(rewrites)
      await this.#readOn(view, signal)
      if (this.#state.rewrites !== rewrites) continue
      this.#addPending(view, pending)
      return view
    }
  }

  /** Whether what was read is no longer what is stored. */
  isOutdated(view: LogView): boolean {
    return this.#state.rewrites !== view.rewrites
  }

  forget(): void {
    this.#view?.timeline.destroy()
    this.#view = undefined
  }

  get #isCalm(): boolean {
    const { mending, inFlightShare, pendingBase } = this.#state
    return mending === undefined && inFlightShare?.base === undefined && pendingBase === undefined
  }

  /** Waits until no part of the log is being written anew. */
  async #calm(): Promise<void> {
    const state = this.#state
    while (!this.#isCalm) {
      if (state.mending !== undefined) await state.mending
      else if (state.inFlightShare?.base !== undefined)
        await state.inFlightShare.base.receipt.durable.catch(() => {})
      else if (state.blocked === undefined) await state.pendingBase?.receipt.durable.catch(() => {})
      else
        throw coreError(
          "document-blocked",
          `the history of "${state.id}" waits for an append that failed; retry() or discard() it`,
          {
            cause: state.blocked,
            details: { document: state.id }
          }
        )
    }
  }

  #pendingCommits(): readonly Commit[] {
    const { inFlightShare, pending } = this.#state
    return [...(inFlightShare?.commits ?? []), ...pending].map(({ commit }) => commit)
  }

  async #newView(rewrites: number): Promise<LogView> {
    this.forget()
    const { id } = this.#state
    const head = await this.#host.session.loadHead(id)
    const table = new CommitTable(head === undefined ? Version.empty : decodeHead(head.body).base)
    const reader = new CommitReader(this.#host.session, id)
    const timeline = new Timeline(this.#host, id, table, reader)
    this.#position = 0
    this.#durableRows = 0
    this.#view = { rewrites, table, reader, timeline }
    return this.#view
  }

  async #readOn({ table, reader }: LogView, signal: AbortSignal | undefined): Promise<void> {
    table.truncate(this.#durableRows)
    const { position } = this.#state
    if (position <= this.#position) return
    for await (const record of reader.recordsAfter(this.#position)) {
      throwIfAborted(signal)
      for (const [offset, packed] of decodeRecord(record).entries())
        if (!table.base.has(packed.dot)) table.add(seal(table, packed), { position: record.position, offset })
      const isFull = table.size - (table.size % commitsAtOnce) > this.#durableRows
      this.#position = record.position
      this.#durableRows = table.size
      if (isFull) await this.#host.giveWay()
    }
    this.#position = Math.max(this.#position, position)
  }

  #addPending({ table, reader }: LogView, pending: readonly Commit[]): void {
    const ahead = pending.filter(({ dot }) => table.rowOf(dot) === undefined && !table.base.has(dot))
    reader.pending = ahead
    for (const [offset, commit] of ahead.entries()) table.add(commit, { position: 0, offset })
  }
}

function seal(table: CommitTable, packed: PackedCommit): Commit {
  return sealPacked(packed, (actor, seq) => table.hashAt(actor, seq))
}
