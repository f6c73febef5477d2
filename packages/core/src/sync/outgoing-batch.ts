import { equalBytes } from "../codec/hex.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import type { Commit } from "../commit/commit.ts"
import { sha256 } from "#platform"
import type { DocumentId } from "../document/document-id.ts"
import type { PartialClaim } from "./frame.ts"
import { snapshotIdBytes } from "./frame.ts"
import { sizeOf } from "./log-queue.ts"
import type { DocumentDelta, SnapshotTransfer } from "./sync-host.ts"
import type { OutgoingPayload } from "./sync-state.ts"

/** What a batch says about the log beside its commits. */
export type BatchMarks = Pick<Extract<OutgoingPayload, { readonly kind: "commits" }>, "through" | "scanned">

/** How payloads are made for one peer. */
export interface BatchOptions {
  readonly batchBytes: number
  /** What the peer takes; larger ones are dropped and told. */
  readonly maxPayloadBytes: number
  /** A snapshot the peer has the beginning of. */
  readonly partial: PartialClaim | undefined
  readonly onTooLarge: (document: DocumentId, bytes: number) => void
}

/** Gathers commits into batches worth compressing, and makes payloads of them and of snapshots. */
export class OutgoingBatch {
  readonly #options: BatchOptions
  #commits: Commit[] = []
  #bytes = 0

  constructor(options: BatchOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#commits.length === 0
  }

  /** Adds commits; yields batches that became full. */
  *add(commits: readonly Commit[]): Generator<OutgoingPayload> {
    for (const commit of commits) {
      this.#commits.push(commit)
      this.#bytes += sizeOf([commit])
      if (this.#bytes >= this.#options.batchBytes) yield* this.flush({})
    }
  }

  /** Adds what a peer lacks of one document; yields its snapshot and batches that became full. */
  *addDelta({ snapshot, commits }: DocumentDelta): Generator<OutgoingPayload> {
    if (snapshot !== undefined) yield* this.#snapshot(snapshot)
    yield* this.add(commits)
  }

  /** Yields what is gathered, with the marks; a batch without commits if there are only marks. */
  *flush(marks: BatchMarks): Generator<OutgoingPayload> {
    const commits = this.#commits
    if (commits.length === 0 && marks.through === undefined && marks.scanned === undefined) return
    this.#commits = []
    this.#bytes = 0
    const bytes = commits.length === 0 ? new Uint8Array() : encodeCommits(commits)
    if (bytes.length <= this.#options.maxPayloadBytes) yield { kind: "commits", bytes, ...marks }
    // A batch is this large only for the sake of its last commit.
    else this.#options.onTooLarge((commits.at(-1) as Commit).document, bytes.length)
  }

  *#snapshot({ document, bytes }: SnapshotTransfer): Generator<OutgoingPayload> {
    const { maxPayloadBytes, partial, onTooLarge } = this.#options
    if (bytes.length > maxPayloadBytes) return onTooLarge(document, bytes.length)
    const id = sha256(bytes).subarray(0, snapshotIdBytes)
    const resumes = partial !== undefined && equalBytes(partial.id, id) && partial.have < bytes.length
    yield { kind: "snapshot", document, id, bytes, offset: resumes ? partial.have : 0 }
  }
}
