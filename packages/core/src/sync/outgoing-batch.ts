import { equalBytes } from "../codec/hex.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import type { Commit } from "../commit/commit.ts"
import { sha256 } from "#platform"
import type { DocumentId } from "../document/document-id.ts"
import type { PartialClaim } from "./frame.ts"
import { snapshotIdBytes } from "./frame.ts"
import { UnsendableCommits } from "./unsendable-commits.ts"
import { LateCommits } from "./late-commits.ts"
import { sizeOf } from "./log-queue.ts"
import type { DocumentDelta, SnapshotTransfer } from "./sync-host.ts"
import type { OutgoingPayload } from "./sync-state.ts"

/** What a batch says about the log beside its commits. */
export type BatchMarks = Pick<Extract<OutgoingPayload, { readonly kind: "commits" }>, "through" | "scanned">

/** How payloads are made for one peer. */
export interface BatchOptions {
  readonly batchBytes: number
  /** What the peer takes in one payload. What does not fit alone is dropped and told. */
  readonly maxPayloadBytes: number
  /** A snapshot the peer has the beginning of. */
  readonly partial: PartialClaim | undefined
  /** Larger payloads may be overtaken by what comes after them. */
  readonly smallBytes: number
  readonly onTooLarge: (document: DocumentId, bytes: number) => void
}

/**
 * Gathers commits into batches worth compressing, and makes payloads of them and of snapshots. Where others may overtake one, it keeps
 * back what builds on it, and what a batch would say about the log, until that one is out.
 */
export class OutgoingBatch {
  readonly #options: BatchOptions
  #commits: Commit[] = []
  #bytes = 0
  /** Documents of each payload that can be overtaken and is not out, oldest first. */
  readonly #bulks: ReadonlySet<DocumentId>[] = []
  #late = new LateCommits()
  #marks: BatchMarks = {}
  /** One is out since what was kept back was looked through. */
  #isDue = false
  #adding = 0
  /** Something could not be sent, so that nothing can be said of the log. */
  #isIncomplete = false
  readonly #unsendable = new UnsendableCommits()

  constructor(options: BatchOptions) {
    // What is gathered is mostly smaller when it is encoded, so that it seldom has to be cut.
    this.#options = { ...options, batchBytes: Math.min(options.batchBytes, options.maxPayloadBytes) }
  }

  /** Nothing is gathered, and nothing kept back. */
  get isEmpty(): boolean {
    return this.#commits.length === 0 && !this.#isLate
  }

  /** Something that was kept back may go out now. */
  get isDue(): boolean {
    return this.#isDue
  }

  /** Bytes of the commits that are kept back. */
  get lateBytes(): number {
    return this.#late.bytes
  }

  /** The oldest payload that could be overtaken is out. */
  bulkSent(): void {
    this.#bulks.shift()
    this.#isDue = true
  }

  /** Adds commits; yields batches that became full. */
  *add(commits: readonly Commit[]): Generator<OutgoingPayload> {
    for (const commit of commits) {
      if (this.#unsendable.takes(commit)) continue
      if (this.#late.has(commit.document) || this.#isUnderWay(commit.document)) {
        this.#late.add(commit)
        continue
      }
      const bytes = sizeOf([commit])
      // Others would have to wait with it.
      if (bytes > this.#options.smallBytes) yield* this.flush({})
      this.#commits.push(commit)
      this.#bytes += bytes
      if (this.#bytes >= this.#options.batchBytes) yield* this.flush({})
    }
  }

  /** Adds what a peer lacks of one document; yields its snapshot and batches that became full. */
  *addDelta(document: DocumentId, { snapshot, commits }: DocumentDelta): Generator<OutgoingPayload> {
    this.#unsendable.forget(document)
    // The commits build on it.
    if (snapshot !== undefined && this.#isTooLarge(document, snapshot.bytes)) return
    if (snapshot !== undefined) yield this.#snapshot(snapshot)
    yield* this.add(commits)
  }

  /** Yields what is gathered, with the marks; a batch without commits if there are only marks. */
  *flush(marks: BatchMarks): Generator<OutgoingPayload> {
    if (this.#isDue) yield* this.#addLate()
    const commits = this.#commits
    this.#commits = []
    this.#bytes = 0
    const whole = encoded(commits)
    const fits = whole.length <= this.#options.maxPayloadBytes
    if (!fits) yield* this.#pieces(commits, whole)
    const told = this.#tell(marks)
    if (fits && commits.length > 0) yield this.#payload(commits, whole, told)
    else if (told.through !== undefined || told.scanned !== undefined)
      yield this.#payload([], encoded([]), told)
  }

  /** Halves of what does not fit whole, as often as it takes. */
  *#pieces(commits: readonly Commit[], bytes: Uint8Array): Generator<OutgoingPayload> {
    const [first] = commits
    if (first === undefined) return
    if (bytes.length <= this.#options.maxPayloadBytes) yield this.#payload(commits, bytes, {})
    else if (commits.length === 1) {
      this.#unsendable.add(first)
      this.#isTooLarge(first.document, bytes)
    } else {
      const half = commits.length >> 1
      for (const part of [commits.slice(0, half), commits.slice(half)]) {
        const ready = this.#sendable(part)
        yield* this.#pieces(ready, encoded(ready))
      }
    }
  }

  /** Without what builds on something given up, or must wait for a piece that can be overtaken. */
  #sendable(commits: readonly Commit[]): readonly Commit[] {
    return commits.filter(commit => {
      if (this.#unsendable.takes(commit)) return false
      if (!this.#late.has(commit.document) && !this.#isUnderWay(commit.document)) return true
      this.#late.add(commit)
      return false
    })
  }

  #payload(commits: readonly Commit[], bytes: Uint8Array, told: BatchMarks): OutgoingPayload {
    if (bytes.length > this.#options.smallBytes)
      this.#bulks.push(new Set(commits.map(({ document }) => document)))
    return { kind: "commits", bytes, ...told }
  }

  #isTooLarge(document: DocumentId, { length }: Uint8Array): boolean {
    if (length <= this.#options.maxPayloadBytes) return false
    this.#isIncomplete = true
    this.#options.onTooLarge(document, length)
    return true
  }

  *#addLate(): Generator<OutgoingPayload> {
    this.#isDue = false
    // Payloads become full on the way, before what is still to be added.
    this.#adding++
    yield* this.add(this.#late.takeAll())
    this.#adding--
  }

  get #isLate(): boolean {
    return this.#bulks.length > 0 || this.#late.bytes > 0 || this.#adding > 0
  }

  #isUnderWay(document: DocumentId): boolean {
    return this.#bulks.some(documents => documents.has(document))
  }

  /** What may be said of the log now: nothing while what it is about is not all out. */
  #tell(marks: BatchMarks): BatchMarks {
    const all = { ...this.#marks, ...marks }
    this.#marks = this.#isLate ? all : {}
    return this.#isLate || this.#isIncomplete ? {} : all
  }

  #snapshot({ document, bytes }: SnapshotTransfer): OutgoingPayload {
    const { partial, smallBytes } = this.#options
    const id = sha256(bytes).subarray(0, snapshotIdBytes)
    const resumes = partial !== undefined && equalBytes(partial.id, id) && partial.have < bytes.length
    if (bytes.length > smallBytes) this.#bulks.push(new Set([document]))
    return { kind: "snapshot", document, id, bytes, offset: resumes ? partial.have : 0 }
  }
}

/** Nothing at all for no commits: what is said of the log needs none. */
function encoded(commits: readonly Commit[]): Uint8Array {
  return commits.length === 0 ? new Uint8Array() : encodeCommits(commits)
}
