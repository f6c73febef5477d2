import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"
import { unlessAborted } from "../projection/unless-aborted.ts"
import type { MigrationSettings } from "./migration-settings.ts"

/**
 * Points readers elsewhere. What is not ours may never answer: neither closing, nor what follows the phase, nor another try waits for it.
 *
 * @param serving the sink that is to serve.
 * @param timing how long an answer is waited for, in milliseconds, and the phase that this is part of.
 * @throws SynclineError `sink-failed` where no answer came; `aborted` once the phase was left; what `publish` was rejected with.
 */
export async function publishInTime(
  { publish }: Pick<MigrationSettings, "publish">,
  serving: string,
  { timers, patienceMs, phase }: { timers: TimerPort; patienceMs: number; phase: AbortSignal }
): Promise<void> {
  // Decided otherwise while the new sink was waited for.
  phase.throwIfAborted()
  const given = new AbortController()
  const giveUp = (): void => given.abort()
  let isLate = false
  const cancel = timers.schedule(patienceMs, () => {
    isLate = true
    giveUp()
  })
  phase.addEventListener("abort", giveUp, { once: true })
  try {
    await unlessAborted(publish(serving, { signal: given.signal }), given.signal)
  } catch (error) {
    if (!isLate) throw error
    throw coreError("sink-failed", `publish("${serving}") gave no answer in ${patienceMs} ms`, {
      cause: error
    })
  } finally {
    cancel()
    phase.removeEventListener("abort", giveUp)
  }
}
