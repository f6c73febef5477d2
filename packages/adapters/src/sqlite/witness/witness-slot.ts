import { crc32 } from "node:zlib"
import type { WitnessRecord } from "@syncline/core"

/** Bytes of one slot: version, sequence, position, two tokens, log hash, checksum. */
export const slotBytes = 72

const version = 1
const checkedBytes = slotBytes - 4

/** Writes a record into a buffer of `slotBytes`. `sequence` counts the writes; the highest valid one is the newest. */
export function encodeSlot(slot: Buffer, sequence: number, record: WitnessRecord): void {
  slot.fill(0)
  slot.writeUInt32BE(version, 0)
  slot.writeBigUInt64BE(BigInt(sequence), 4)
  slot.writeBigUInt64BE(BigInt(record.position), 12)
  slot.set(record.token, 20)
  slot.set(record.nextToken, 36)
  slot.set(record.logHash, 52)
  slot.writeUInt32BE(crc32(slot.subarray(0, checkedBytes)), checkedBytes)
}

/** Reads a slot; `undefined` when it was never written, or not to its end. */
export function decodeSlot(
  slot: Buffer
): { readonly sequence: number; readonly record: WitnessRecord } | undefined {
  if (slot.length < slotBytes || slot.readUInt32BE(0) !== version) return undefined
  if (crc32(slot.subarray(0, checkedBytes)) !== slot.readUInt32BE(checkedBytes)) return undefined
  return {
    sequence: Number(slot.readBigUInt64BE(4)),
    record: {
      position: Number(slot.readBigUInt64BE(12)),
      token: Uint8Array.from(slot.subarray(20, 36)),
      nextToken: Uint8Array.from(slot.subarray(36, 52)),
      logHash: Uint8Array.from(slot.subarray(52, 68))
    }
  }
}
