import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"
import { withinTime } from "../ports/within-time.ts"
import { abortedError, throwIfAborted } from "../projection/position-waiters.ts"
import type { SinkSession } from "../projection/sink.ts"
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
   * @throws SynclineError `aborted` as soon as the signal fires; `sink-failed` after `VerifyTarget.answerMs` in which nothing came of it, and what the sink says.
   */
  async to<T>(ask: (session: SinkSession) => Promise<T>): Promise<T> {
    throwIfAborted(this.#signal)
    const { answerMs = defaultAnswerMs } = this.#target
    return withinTime(() => ask(this.session), {
      timers: this.#timers,
      timeoutMs: answerMs,
      progress: () => this.session.answered,
      late: () => {
        throw this.#giveUp(answerMs)
      },
      unless: { signal: this.#signal, error: () => abortedError(this.#signal) }
    })
  }

  /** The next verification would ask the same session, and wait as long. */
  #giveUp(timeoutMs: number): Error {
    const { name } = this.#target
    const error = coreError(
      "sink-failed",
      `sink ${name} gave a verification no answer in ${timeoutMs} ms; verify again when it does`,
      { details: { sink: name, timeoutMs } }
    )
    this.#target.onLost?.(this.session, error)
    return error
  }
}
