import type { Dot } from "@syncline/clock"
import type { CommitReceipt } from "./commit-receipt.ts"
import type { PendingCommit } from "./document-state.ts"

/** Waits until sinks have applied the log up to a position: one by name, or all. */
export type WaitProjected = (
  position: number,
  sink: string | undefined,
  signal: AbortSignal | undefined
) => Promise<void>

/** What a change gives back at once: the commit's name, and promises for what becomes of it. */
export class CommitHandle {
  /** The commit's dot; absent when the change changed nothing and so made no commit. */
  readonly dot: Dot | undefined
  readonly #receipt: CommitReceipt | undefined
  readonly #wait: WaitProjected
  #durable: Promise<void> | undefined
  #projected: Promise<void> | undefined

  constructor(pending: PendingCommit | undefined, wait: WaitProjected) {
    this.dot = pending?.commit.dot
    this.#receipt = pending?.receipt
    this.#wait = wait
  }

  /**
   * Fulfilled when the commit survives what the store's durability says.
   *
   * Rejected with `store-failed` (or another code of the store) when the append failed: the document is then blocked,
   * see `Document.retry` and `Document.discard`.
   */
  get durable(): Promise<void> {
    this.#durable ??= quiet(this.#whenDurable())
    return this.#durable
  }

  /**
   * Fulfilled when every sink of the replica has applied the commit.
   *
   * Rejected with `projection-pending` when a write-through sink did not within its deadline; it still will.
   */
  get projected(): Promise<void> {
    this.#projected ??= quiet(this.projectedIn())
    return this.#projected
  }

  /**
   * Fulfilled when the sink of that name has applied the commit (all sinks without a name).
   *
   * @throws SynclineError `projection-refused` when the document was parked instead, `projection-unknown-sink`,
   *   `projection-pending`, `aborted`, or what `durable` rejects with.
   */
  async projectedIn(sink?: string, signal?: AbortSignal): Promise<void> {
    const position = (await this.#receipt?.durable) ?? 0
    await this.#wait(position, sink, signal)
  }

  async #whenDurable(): Promise<void> {
    await this.#receipt?.durable
  }
}

/** Nobody has to look: an unobserved failure is not a crash of the process. */
function quiet(promise: Promise<void>): Promise<void> {
  promise.catch(() => {})
  return promise
}
