import { SynclineError } from "@syncline/clock"
import type { DiffErrorCode } from "./diff-error-code.ts"

/** A {@link SynclineError} whose code is checked against this package's list. */
export function diffError(
  code: DiffErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown
): SynclineError<DiffErrorCode> {
  return new SynclineError(code, message, cause === undefined ? { details } : { details, cause })
}
