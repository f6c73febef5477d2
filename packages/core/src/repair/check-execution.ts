import { coreError } from "../errors/core-error.ts"
import { assertUnreserved } from "../history/revert-note.ts"
import type { ExecuteOptions } from "./repair-job.ts"

/** A timer of browsers and Node holds no more, and fires at once for what is beyond; some 24 days. */
export const maxTimerMs: number = 2 ** 31 - 1

/**
 * Numbers that are none would be taken for "nothing to do", or for time that is over.
 *
 * @throws SynclineError `options-invalid`, also for annotations that are not the application's to give
 */
export function checkExecution({ concurrency = 1, operationTimeoutMs = 1, meta = {} }: ExecuteOptions): void {
  assertUnreserved(meta)
  if (!(concurrency >= 1)) throw invalid("concurrency", concurrency, "a number from 1 on")
  mustBePositive("operationTimeoutMs", operationTimeoutMs)
}

/** @throws SynclineError `options-invalid` for what is no number above 0. */
export function mustBePositive(name: string, value: number): void {
  if (!(value > 0)) throw invalid(name, value, "a number above 0")
}

/** @throws SynclineError `options-invalid` for what is no share. */
export function mustBeShare(name: string, value: number): void {
  if (!(value >= 0)) throw invalid(name, value, "a share, from 0 to 1")
}

function invalid(name: string, value: unknown, wanted: string): Error {
  return coreError("options-invalid", `${name} of a repair is ${String(value)}; give ${wanted}`)
}
