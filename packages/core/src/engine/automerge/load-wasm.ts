import { isWasmInitialized } from "@automerge/automerge/slim"
import { coreError } from "../../errors/core-error.ts"

/** Makes Automerge ready; what it resolves to does not matter. */
export type LoadWasm = () => Promise<unknown>

/**
 * Loads Automerge's WebAssembly unless somebody has. There is one for all engines and everything else that uses
 * Automerge in this process: a second copy could not read the documents of the first.
 *
 * @throws SynclineError `engine-unavailable`
 */
export async function loadWasm(load: LoadWasm = () => import("@automerge/automerge")): Promise<void> {
  if (isWasmInitialized()) return
  let cause: unknown
  try {
    await load()
  } catch (error) {
    cause = error
  }
  if (!isWasmInitialized()) throw notLoaded("could not be loaded", cause)
}

/** @throws SynclineError `engine-unavailable` */
export function mustBeLoaded(): void {
  if (!isWasmInitialized()) throw notLoaded("is not loaded; await ready() first, as openReplica() does")
}

function notLoaded(why: string, cause?: unknown): Error {
  return coreError(
    "engine-unavailable",
    `the WebAssembly of @automerge/automerge ${why}${cause === undefined ? "" : "; see automerge({ load })"}`,
    cause === undefined ? {} : { cause }
  )
}
