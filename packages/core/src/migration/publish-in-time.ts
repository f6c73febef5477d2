import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"
import { withinTime } from "../ports/within-time.ts"
import { abortedError } from "../projection/position-waiters.ts"
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
  const late = (): never => {
    throw coreError("sink-failed", `publish("${serving}") gave no answer in ${patienceMs} ms`)
  }
  await withinTime(signal => publish(serving, { signal }), {
    timers,
    timeoutMs: patienceMs,
    late,
    unless: { signal: phase, error: () => abortedError(phase) }
  })
}
