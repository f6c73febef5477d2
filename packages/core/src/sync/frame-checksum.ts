import type { ByteWriter } from "@syncline/clock/bytes"
import { crc32 } from "#platform"
import { coreError } from "../errors/core-error.ts"

/** Behind every frame: as much as two hellos in 160 bytes leave room for. */
export const checksumBytes = 4

/** Ends a frame with the CRC-32 of all that was written of it. */
export function writeChecksum(writer: ByteWriter): void {
  writer.u32(crc32(writer.view()))
}

/**
 * A frame without its checksum; a view of the input.
 *
 * @throws SynclineError `codec-corrupt` where the checksum is not that of the frame.
 */
export function checkedFrame(bytes: Uint8Array): Uint8Array {
  const frame = bytes.subarray(0, Math.max(0, bytes.length - checksumBytes))
  if (bytes.length < checksumBytes || checksumAt(bytes, frame.length) !== crc32(frame))
    throw coreError("codec-corrupt", `a frame of ${bytes.length} bytes was damaged on the way`)
  return frame
}

function checksumAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, checksumBytes).getUint32(0)
}
