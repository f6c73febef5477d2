import { SynclineError } from "@syncline/clock"
import type { DiffErrorCode } from "../../error/diff-error-code.ts"
import { diffError } from "../../error/diff-error.ts"
import { quoted } from "../pointer/json-pointer.ts"

/** The same error, saying also in which operation of the patch; what is none of ours comes back as it is. */
export function inOperation(error: unknown, operation: unknown, index: number): unknown {
  if (!(error instanceof SynclineError)) return error
  const { op, path } = (operation ?? {}) as Readonly<Record<string, unknown>>
  const name =
    typeof op === "string" && typeof path === "string" ? ` (${op.slice(0, 10)} ${quoted(path)})` : ""
  const details = { ...error.details, index, ...(typeof path === "string" ? { path } : {}) }
  return diffError(error.code as DiffErrorCode, `operation ${index}${name}: ${error.message}`, details, error)
}
