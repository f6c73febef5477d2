import { diffError } from "../error/diff-error.ts"
import { isSignal } from "../stream/or-aborted.ts"
import type { TransferOptions } from "../stream/transfer-options.ts"

/** Throws `rsync-option-invalid` for options that are none, or by which a transfer cannot be followed or ended. */
export function checkTransfer(options: TransferOptions): void {
  if (typeof options !== "object" || options === null) throw invalid("options", "an object")
  const { signal, onProgress } = options
  if (signal !== undefined && !isSignal(signal)) throw invalid("signal", "an AbortSignal")
  if (onProgress !== undefined && typeof onProgress !== "function") throw invalid("onProgress", "a function")
}

function invalid(name: string, wanted: string): Error {
  return diffError("rsync-option-invalid", `${name} must be ${wanted}, or left out`)
}
