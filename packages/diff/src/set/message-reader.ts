import { ByteReader } from "@syncline/clock/bytes"
import { isBytes } from "../argument/is-bytes.ts"
import { diffError } from "../error/diff-error.ts"

/** Reads a message of a peer, of any length unless it is bounded. Throws `set-message-invalid` for what is no bytes. */
export function messageReader(message: Uint8Array, maxBytes: number = Infinity): ByteReader {
  if (!isBytes(message))
    throw diffError(
      "set-message-invalid",
      "a message is a Uint8Array: pass the peer's as it was given to send"
    )
  return new ByteReader(message, { maxBytes })
}
