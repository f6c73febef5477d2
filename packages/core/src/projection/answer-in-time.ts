import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"
import { withinTime } from "../ports/within-time.ts"

/**
 * What a sink answers, or `sink-failed` after a while. The work is not waited for any more, though it may go on: what it still writes is
 * judged by its order key, as everything is.
 *
 * @param then what becomes of it, for whoever reads the message.
 * @throws SynclineError `sink-failed` with `details.timeoutMs`, and what the work is rejected with.
 */
export function answerInTime<T>(
  work: Promise<T>,
  sink: string,
  timeoutMs: number,
  timers: TimerPort,
  then = "it is opened anew and tried again"
): Promise<T> {
  const late = (): never => {
    throw coreError("sink-failed", `sink ${sink} gave no answer in ${timeoutMs} ms; ${then}`, {
      details: { sink, timeoutMs }
    })
  }
  return withinTime(() => work, { timers, timeoutMs, late })
}
