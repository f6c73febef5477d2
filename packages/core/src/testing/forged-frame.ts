import { ByteWriter } from "@syncline/clock/bytes"
import { checksumBytes, writeChecksum } from "../sync/frame-checksum.ts"
import { frameCodes } from "../sync/frame-kinds.ts"

/**
 * A frame whose bytes somebody changed who knows how frames are checked: what is done to it is done before its checksum, which
 * fits what came of it.
 */
export function forgedFrame(message: Uint8Array, change: (frame: Uint8Array) => Uint8Array): Uint8Array {
  // By hand: it may have been damaged before, and no reader takes it then.
  const kindAt = message.findIndex(byte => byte < 0x80) + 1
  if (message.length < kindAt + checksumBytes || message[kindAt] === frameCodes.hello) return change(message)
  return sealedFrame(change(message.subarray(0, message.length - checksumBytes)))
}

/** Bytes of a frame, with their checksum behind them. */
export function sealedFrame(frame: Uint8Array): Uint8Array {
  const writer = new ByteWriter(frame.length + checksumBytes)
  writer.bytes(frame)
  writeChecksum(writer)
  return writer.finish()
}
