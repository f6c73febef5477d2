import { ByteWriter } from "@syncline/clock/bytes"
import { checksumBytes, writeChecksum } from "../sync/frame-checksum.ts"
import { frameCodes } from "../sync/frame-kinds.ts"

/**
 * A frame whose bytes somebody changed who knows how frames are checked: what is done to it is done before its checksum, which
 * fits what came of it.
 */
export function forgedFrame(message: Uint8Array, change: (frame: Uint8Array) => Uint8Array): Uint8Array {
  return sealedFrame(change(message.subarray(0, Math.max(0, message.length - checksumBytes))))
}

/** Bytes of a frame, with their checksum behind them. */
export function sealedFrame(frame: Uint8Array): Uint8Array {
  const writer = new ByteWriter(frame.length + checksumBytes)
  writer.bytes(frame)
  writeChecksum(writer)
  return writer.finish()
}

/** Whether a message is a hello, by its second byte: hellos are the first frames of their sides. */
export function isHello(message: Uint8Array): boolean {
  return message[1] === frameCodes.hello
}
