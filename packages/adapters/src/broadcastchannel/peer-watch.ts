import type { TimerPort } from "@syncline/core"

/** As rarely as browsers fire the timers of a page in the background. */
const longestRestMs = 60_000

/** Who is looked after, and how. */
export interface WatchOptions {
  readonly timers: TimerPort
  /** How long is waited before the first question, and for each answer, in milliseconds. */
  readonly answerTimeoutMs: number
  /** Asks whether it is there. */
  readonly ask: () => void
  /** No answer came. Nothing is asked any more. */
  readonly onSilence: () => void
}

/**
 * Looks after a tab while there is no connection to it, whose silence would tell that the tab is gone. Questions become rarer the longer
 * there is none: it may be there for hours and not want one.
 */
export class PeerWatch {
  readonly #options: WatchOptions
  #restMs = 0
  #isAsked = false
  #cancel: () => void = () => {}

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** There is no connection now. */
  start(): void {
    this.#restMs = this.#options.answerTimeoutMs
    this.#rest()
  }

  /** It said something to all or to this tab. */
  heard(): void {
    if (!this.#isAsked) return
    const { answerTimeoutMs } = this.#options
    this.#restMs = Math.max(answerTimeoutMs, Math.min(longestRestMs, this.#restMs * 2))
    this.#rest()
  }

  /** There is a connection, or the tab is not known any more. */
  stop(): void {
    this.#cancel()
    this.#isAsked = false
  }

  #rest(): void {
    this.stop()
    this.#cancel = this.#options.timers.schedule(this.#restMs, () => this.#ask())
  }

  #ask(): void {
    const { timers, answerTimeoutMs, ask, onSilence } = this.#options
    this.#isAsked = true
    this.#cancel = timers.schedule(answerTimeoutMs, onSilence)
    ask()
  }
}
