import { nextTurn } from "#platform"

/** What an operation counts for beside its literals, in bytes of work. */
export const OPERATION_WORK = 8
/** What a byte of old that is learned counts for. */
export const LEARNED_WORK: number = 1 / 8

// About 25 ms: short enough for a page to stay responsive, long enough for turns not to matter.
const SLICE = 1 << 16

/** Cuts long work into slices, between which an event loop gets its turn and an abort is noticed. */
export class WorkPace {
  readonly #signal: AbortSignal | undefined
  #done = 0

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
    signal?.throwIfAborted()
  }

  /** Books work, in bytes; whether it is time for a {@link pause}. Awaiting each of many small steps would cost more than they do. */
  spend(bytes: number): boolean {
    this.#done += bytes
    return this.#done >= SLICE
  }

  /** Gives way to other work. */
  async pause(): Promise<void> {
    this.#done = 0
    await nextTurn()
    this.#signal?.throwIfAborted()
  }
}
