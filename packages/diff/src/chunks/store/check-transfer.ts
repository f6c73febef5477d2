import { argumentError } from "../../argument/argument-error.ts"
import { checkFunction, checkOptions } from "../../argument/check-argument.ts"
import { isSignal } from "../../stream/or-aborted.ts"
import type { TransferOptions } from "../../stream/transfer-options.ts"
import type { ChunkSource } from "./chunk-source.ts"

/** Throws `argument-invalid` for options that are none, or by which a transfer cannot be followed or ended. */
export function checkTransfer(options: TransferOptions): void {
  checkOptions(options)
  const { signal, onProgress } = options
  if (signal !== undefined && !isSignal(signal))
    throw argumentError("signal", signal, "an AbortSignal, or left out")
  if (onProgress !== undefined) checkFunction("onProgress", onProgress)
}

/** Throws `argument-invalid` for what nothing can be loaded from. */
export function checkSource(source: ChunkSource): void {
  if (typeof source?.load === "function") return
  throw argumentError("source", source, "an object with a method load; storeSource makes one of a store")
}
