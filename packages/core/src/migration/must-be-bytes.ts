import { coreError } from "../errors/core-error.ts"

/** @throws SynclineError `options-invalid` for what a stream with an encoding gives, or bytes in place of a list of them. */
export function mustBeBytes(piece: unknown): void {
  if (piece instanceof Uint8Array) return
  throw coreError(
    "options-invalid",
    `a piece of the file is a ${typeof piece}, not bytes; give a stream without an encoding, or a list of byte arrays`
  )
}
