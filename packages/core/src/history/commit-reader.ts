import { decodeCommits } from "../codec/commit-decoder.ts"
import { unprotect } from "../codec/envelope.ts"
import { type PackedCommit, storedCommitLimits } from "../codec/packed-commit.ts"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoredRecord, StoreSession } from "../store/store.ts"
import type { CommitPlace } from "./commit-table.ts"

/** Records read at a time: one commit each while somebody types, thousands where a peer sent them. */
const recordsAtOnce = 128

/** Commits kept decoded. Records that hold many are read for a few of them again and again while pages turn. */
const maxDecodedCommits = 4_096

/** Reads the content of single commits from the log, record by record. What it keeps is bounded, but for the record read last. */
export class CommitReader {
  readonly #session: StoreSession
  readonly #document: DocumentId
  readonly #decoded = new Map<number, readonly PackedCommit[]>()
  #decodedCommits = 0
  /** Commits that are not durable yet. */
  pending: readonly PackedCommit[] = []

  constructor(session: StoreSession, document: DocumentId) {
    this.#session = session
    this.#document = document
  }

  /** Every record of the document after a position, ascending. */
  async *recordsAfter(position: number): AsyncIterable<StoredRecord> {
    for (let after = position; ; ) {
      const records = await this.#session.readLog({ after, document: this.#document, limit: recordsAtOnce })
      yield* records
      after = records.at(-1)?.position ?? after
      if (records.length < recordsAtOnce) return
    }
  }

  /**
   * The commits at these places, in that order. Costs the records they are in, each once if the places ascend.
   *
   * @throws SynclineError `codec-corrupt` where a record has gone.
   */
  async read(places: readonly CommitPlace[]): Promise<readonly PackedCommit[]> {
    const commits: PackedCommit[] = []
    for (const [i, { position, offset }] of places.entries()) {
      const record =
        position === 0 ? this.pending : await this.#record(position, places.slice(i, i + recordsAtOnce))
      const commit = record[offset]
      if (commit === undefined) throw this.#gone(position)
      commits.push(commit)
    }
    return commits
  }

  async #record(position: number, next: readonly CommitPlace[]): Promise<readonly PackedCommit[]> {
    const known = this.#decoded.get(position)
    if (known !== undefined) return known
    // Those that follow are read along, as far as they are wanted.
    const limit = new Set(next.map(place => place.position)).size
    const records = await this.#session.readLog({ after: position - 1, document: this.#document, limit })
    const wanted = new Set(next.map(place => place.position))
    for (const record of records.toReversed()) if (wanted.has(record.position)) this.#keep(record)
    const found = this.#decoded.get(position)
    if (found === undefined) throw this.#gone(position)
    return found
  }

  #keep(record: StoredRecord): void {
    const commits = decodeRecord(record)
    this.#decodedCommits += commits.length - (this.#decoded.get(record.position)?.length ?? 0)
    this.#decoded.delete(record.position)
    this.#decoded.set(record.position, commits)
    for (const [position, oldest] of this.#decoded) {
      if (this.#decodedCommits <= maxDecodedCommits || position === record.position) break
      this.#decoded.delete(position)
      this.#decodedCommits -= oldest.length
    }
  }

  #gone(position: number): Error {
    return coreError(
      "codec-corrupt",
      `"${this.#document}" has lost the commits of log position ${position}; run checkIntegrity()`,
      { details: { document: this.#document, position } }
    )
  }
}

/** The commits of a record. @throws SynclineError `codec-corrupt`, `codec-invalid` */
export function decodeRecord({ bytes }: StoredRecord): readonly PackedCommit[] {
  return decodeCommits(unprotect(bytes), storedCommitLimits)
}
