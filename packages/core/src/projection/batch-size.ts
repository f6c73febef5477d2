/** How large a batch may become; whichever is reached first ends it. */
export interface BatchLimits {
  /** Documents in a batch, at most. */
  readonly documents: number
  /** Of projected content, about. */
  readonly bytes: number
  /** What a sink should need for a batch: longer, and batches become smaller. Milliseconds. */
  readonly targetMs: number
  /** A sink that has not answered for so long has failed, and is opened anew. Milliseconds. */
  readonly timeoutMs: number
}

/** What became of a batch of the size in force. */
export type BatchOutcome =
  | { readonly kind: "applied"; readonly isFull: boolean; readonly tookMs: number }
  | { readonly kind: "failed" }

/**
 * Slowness makes batches no smaller than this. Below it the way to the sink takes the time, not the batch, and halving would only
 * bring more of the same ways.
 */
const leastWhenSlow = 32

/** So many full batches in time lead from nothing to the limit: quick to recover, slow against the halving. */
const stepsToLimit = 10

/** The size a projector begins with: a fifth of what is allowed, until the sink has shown how fast it is. */
export function firstBatchSize({ documents }: BatchLimits): number {
  return Math.max(1, Math.ceil(documents / 5))
}

/**
 * The next size, in documents: additive increase, multiplicative decrease (Chiu and Jain 1989). A full batch within the target makes it grow by a step;
 * a failure or a late answer halves it. A batch that was not full says nothing about larger ones.
 */
export function nextBatchSize(size: number, outcome: BatchOutcome, limits: BatchLimits): number {
  if (outcome.kind === "failed") return Math.max(1, Math.floor(size / 2))
  if (outcome.tookMs > limits.targetMs) return Math.max(Math.min(size, leastWhenSlow), Math.floor(size / 2))
  if (!outcome.isFull) return size
  return Math.min(limits.documents, size + Math.max(1, Math.ceil(limits.documents / stepsToLimit)))
}
