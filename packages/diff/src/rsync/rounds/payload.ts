import type { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { compress, decompress, hasCompression } from "#platform"
import type { CompressionMethod } from "../../platform/compression-method.ts"
import { invalidMessage } from "./round-message.ts"

// In order of preference for what travels here, text most of the time; a method's tag is its place and one.
const methods: readonly CompressionMethod[] = ["brotli", "zstd", "deflate"]
const RAW_TAG = 0
/** A delta of level `small` against what the receiver has of this content for certain, or against nothing. */
const DELTA_TAG = 4
const LONE_DELTA_TAG = 5
const DELTA_BIT = 8

// Best compression runs at a megabyte a second: more than this is compressed fast.
const BEST_EFFORT_BYTES = 2 ** 22
// Context mixing takes half a second a megabyte, on both sides; against two bases, twice that on this one.
const MIXED_BYTES = 2 ** 21
const MIXED_TWICE_BYTES = 2 ** 18

/** How bytes may be made fewer. */
export interface PayloadChoice {
  /** What the receiver can undo: `acceptedMethods()` there. */
  readonly accepted: number
  /** `fast` uses a general compressor at its quick setting, `small` tries what takes seconds a megabyte. */
  readonly level: "fast" | "small"
  /** What a delta may be made against; without, and at level `fast`, there will be no deltas. */
  readonly reference?: () => Uint8Array
}

/** What this runtime can undo: bit `i` for the method tagged `i + 1`, bit 3 for deltas. */
export function acceptedMethods(): number {
  return methods.reduce((bits, method, i) => (hasCompression(method) ? bits | (1 << i) : bits), DELTA_BIT)
}

/** Appends bytes in the shortest of the forms that are allowed and worth their time. */
export async function writePayload(
  writer: ByteWriter,
  bytes: Uint8Array,
  choice: PayloadChoice
): Promise<void> {
  const forms = [
    { tag: RAW_TAG, packed: bytes },
    ...(await compressedForms(bytes, choice)),
    ...(await deltaForms(bytes, choice))
  ]
  const best = forms.reduce((a, b) => (b.packed.length < a.packed.length ? b : a))
  writer.u8(best.tag)
  writer.varUint(bytes.length)
  writer.bytes(best.packed)
}

/**
 * Reads what is left of a message as a payload of at most `maxBytes`; a view of the message where it is as it was. Throws
 * errors of readers, compressors and deltas, and `rounds-message-invalid`.
 */
export async function readPayload(
  reader: ByteReader,
  maxBytes: number,
  reference?: () => Uint8Array
): Promise<Uint8Array> {
  const tag = reader.u8()
  const length = reader.varUint(maxBytes)
  const bytes = await unpack(tag, reader.bytes(reader.remaining), length, reference)
  if (bytes.length !== length)
    throw invalidMessage(`a payload of ${bytes.length} bytes says that it has ${length}`)
  return bytes
}

interface Form {
  readonly tag: number
  readonly packed: Uint8Array
}

/** By the first method that both sides have. */
async function compressedForms(
  bytes: Uint8Array,
  { accepted, level }: PayloadChoice
): Promise<readonly Form[]> {
  const index = methods.findIndex((method, i) => (accepted & (1 << i)) !== 0 && hasCompression(method))
  const method = methods[index]
  if (method === undefined) return []
  const effort = level === "small" && bytes.length <= BEST_EFFORT_BYTES ? "best" : "fast"
  return [{ tag: index + 1, packed: await compress(method, bytes, effort) }]
}

async function deltaForms(
  bytes: Uint8Array,
  { accepted, level, reference }: PayloadChoice
): Promise<readonly Form[]> {
  const isWanted = level === "small" && (accepted & DELTA_BIT) !== 0 && bytes.length <= MIXED_BYTES
  if (reference === undefined || !isWanted) return []
  // Here and below: only transfers that use deltas load what makes and reads them.
  const { encodeDelta } = await import("../../binary/encode-delta.ts")
  const options = { level: "small", accept: ["mixing"] } as const
  const alone = { tag: LONE_DELTA_TAG, packed: await encodeDelta(new Uint8Array(0), bytes, options) }
  if (bytes.length > MIXED_TWICE_BYTES) return [alone]
  return [alone, { tag: DELTA_TAG, packed: await encodeDelta(reference(), bytes, options) }]
}

async function unpack(
  tag: number,
  packed: Uint8Array,
  length: number,
  reference?: () => Uint8Array
): Promise<Uint8Array> {
  if (tag === RAW_TAG) return packed
  const base = tag === LONE_DELTA_TAG ? new Uint8Array(0) : tag === DELTA_TAG ? reference?.() : undefined
  if (base !== undefined) {
    // Undoing one takes as long as making it: nobody sends longer ones, unless to keep this side busy.
    if (length > MIXED_BYTES) throw invalidMessage(`a delta of ${length} bytes, more than ${MIXED_BYTES}`)
    const { applyDelta } = await import("../../binary/apply/apply-delta.ts")
    return applyDelta(base, packed, { limits: { maxBytes: length } })
  }
  const method = methods[tag - 1]
  if (method === undefined) throw invalidMessage(`payload tag ${tag} is unknown here`)
  return decompress(method, packed, length)
}
