import type { SynclineError } from "@syncline/clock"
import { diffError } from "../../error/diff-error.ts"
import type { DiffErrorCode } from "../../error/diff-error-code.ts"

/** `binary-delta-invalid`, saying what is wrong with a delta. */
export function invalidDelta(what: string, cause?: unknown): SynclineError<DiffErrorCode> {
  return diffError("binary-delta-invalid", `the delta is damaged: ${what}; fetch it again`, {}, cause)
}

/** `binary-limit`, for a delta of more bytes than its reader takes. */
export function longDelta(maxBytes: number): SynclineError<DiffErrorCode> {
  return diffError("binary-limit", `the delta is longer than the ${maxBytes} bytes allowed`)
}
