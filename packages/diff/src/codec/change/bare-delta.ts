import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import type { DeltaFeature } from "../../binary/delta-features.ts"

// How every binary delta begins, and how much of the old version's checksum it carries (`spec/binary.md`).
const MAGIC = [0xd3, 0x5d]
const OLD_CHECK_BYTES = 4

/**
 * A binary delta without what its receiver knows from the old version: how it begins, the old length and the old check,
 * about nine bytes that weigh on small changes. Another old version still shows, by the checksum of the result.
 *
 * The binary coder is loaded when it is first used, and with it its WebAssembly.
 */
export async function encodeBareDelta(
  old: Uint8Array,
  next: Uint8Array,
  level: "fast" | "small",
  accept: readonly DeltaFeature[]
): Promise<Uint8Array> {
  const { encodeDelta } = await import("../../binary/encode-delta.ts")
  const reader = new ByteReader(await encodeDelta(old, next, { level, accept }))
  reader.bytes(MAGIC.length)
  const writer = new ByteWriter(reader.remaining)
  writer.u8(reader.u8())
  reader.varUint()
  writer.varInt(reader.varInt())
  reader.bytes(OLD_CHECK_BYTES)
  writer.bytes(reader.bytes(reader.remaining))
  return writer.finish()
}

/**
 * What {@link encodeBareDelta} was made for. Throws `binary-result-mismatch` for another old version or a damaged delta,
 * other `binary-*` and `bytes-*` for what is no delta.
 */
export async function applyBareDelta(
  old: Uint8Array,
  bare: Uint8Array,
  maxBytes: number
): Promise<Uint8Array> {
  const { applyDelta } = await import("../../binary/apply/apply-delta.ts")
  const { checksum } = await import("../../binary/container/checksum.ts")
  const reader = new ByteReader(bare)
  const writer = new ByteWriter(bare.length + 16)
  for (const byte of MAGIC) writer.u8(byte)
  writer.u8(reader.u8())
  writer.varUint(old.length)
  writer.varInt(reader.varInt())
  writer.bytes((await checksum(old)).subarray(0, OLD_CHECK_BYTES))
  writer.bytes(reader.bytes(reader.remaining))
  return applyDelta(old, writer.finish(), { limits: { maxBytes } })
}
