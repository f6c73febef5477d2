import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"

/**
 * What a sink answers, or `sink-failed` after a while. The work is not waited for any more, though it may go on: what it still writes is
 * judged by its order key, as everything is.
 *
 * @param then what becomes of it, for whoever reads the message.
 * @throws SynclineError `sink-failed` with `details.timeoutMs`, and what the work is rejected with.
 */
export async function answerInTime<T>(
  work: Promise<T>,
  sink: string,
  timeoutMs: number,
  timers: TimerPort,
  then = "it is opened anew and tried again"
): Promise<T> {
  const late = Promise.withResolvers<never>()
  const cancel = timers.schedule(timeoutMs, () =>
    late.reject(
      coreError("sink-failed", `sink ${sink} gave no answer in ${timeoutMs} ms; ${then}`, {
        details: { sink, timeoutMs }
      })
    )
  )
  try {
    return await Promise.race([work, late.promise])
  } finally {
    cancel()
  }
}
