import { isSynclineError } from "@syncline/clock"
import { answerInTime } from "../projection/answer-in-time.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { TimerPort } from "../ports/ports.ts"
import type { SinkSession } from "../projection/sink.ts"
import { unlessAborted } from "../projection/unless-aborted.ts"
import type { VerifyTarget } from "./verify-target.ts"

/** As for a batch: what answers later answers nobody. */
const defaultAnswerMs = 60_000

/** Asks an open sink on behalf of one verification: no answer is waited for without end. */
export class SinkAnswers {
  readonly session: SinkSession
  readonly #target: VerifyTarget
  readonly #timers: TimerPort
  readonly #signal: AbortSignal | undefined

  constructor(
    target: VerifyTarget,
    session: SinkSession,
    timers: TimerPort,
    signal: AbortSignal | undefined
  ) {
    this.session = session
    this.#target = target
    this.#timers = timers
    this.#signal = signal
  }

  /**
   * What the sink answers.
   *
   * @throws SynclineError `aborted` as soon as the signal fires; `sink-failed` after `VerifyTarget.answerMs`, and what the sink says.
   */
  async to<T>(ask: (session: SinkSession) => Promise<T>): Promise<T> {
    throwIfAborted(this.#signal)
    const { name, answerMs = defaultAnswerMs } = this.#target
    try {
      return await answerInTime(unlessAborted(ask(this.session), this.#signal), name, answerMs, this.#timers)
    } catch (error) {
      // The next verification would ask the same session, and wait as long.
      if (isLate(error)) this.#target.onLost?.(this.session, error)
      throw error
    }
  }
}

function isLate(error: unknown): boolean {
  return isSynclineError(error, "sink-failed") && error.details["timeoutMs"] !== undefined
}
