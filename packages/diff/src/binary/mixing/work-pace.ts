// About 20 ms: short enough for a page to stay responsive, long enough for timers not to matter.
const SLICE = 1 << 16

/** Cuts long work into slices, between which an event loop gets its turn and an abort is noticed. */
export class WorkPace {
  readonly #signal: AbortSignal | undefined
  #done = 0

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
    signal?.throwIfAborted()
  }

  /** Books work, in bytes; wait for what it returns, if anything, before going on. */
  spend(bytes: number): Promise<void> | undefined {
    this.#done += bytes
    if (this.#done < SLICE) return undefined
    this.#done = 0
    return this.#pause()
  }

  async #pause(): Promise<void> {
    await new Promise(resolve => setTimeout(resolve, 0))
    this.#signal?.throwIfAborted()
  }
}
