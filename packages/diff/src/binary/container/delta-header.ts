import { ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"
import { MAX_VERSION_BYTES } from "../matcher/match-bytes.ts"
import { CHECKSUM_BYTES, OLD_CHECK_BYTES } from "./checksum.ts"
import type { ResolvedDeltaLimits } from "./delta-limits.ts"
import type { DeltaSource } from "./delta-source.ts"
import { invalidDelta } from "./invalid-delta.ts"

/** How the body of a delta is coded: compressed columns, context mixing, or the contents of gzip files. */
export type DeltaKind = "fast" | "mixed" | "gzip"

/** What a delta says about itself before its body. */
export interface DeltaHeader {
  readonly kind: DeltaKind
  readonly oldLength: number
  readonly nextLength: number
  /** The first four bytes of the old version's checksum. */
  readonly oldCheck: Uint8Array
  /** The new version's checksum. */
  readonly nextCheck: Uint8Array
}

// No text in UTF-8 begins so.
const MAGIC: readonly number[] = [0xd3, 0x5d]
const VERSION = 1
const KINDS: readonly DeltaKind[] = ["fast", "mixed", "gzip"]

/** A header's bytes: 17 to 28, 20 for versions of some megabytes and nearly the same length. */
export function encodeHeader(header: DeltaHeader): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(32)
  for (const byte of MAGIC) writer.u8(byte)
  writer.u8(VERSION * 16 + KINDS.indexOf(header.kind))
  writer.varUint(header.oldLength)
  writer.varInt(header.nextLength - header.oldLength)
  writer.bytes(header.oldCheck.subarray(0, OLD_CHECK_BYTES))
  writer.bytes(header.nextCheck)
  return writer.finish()
}

/**
 * Reads a header.
 *
 * @throws SynclineError `binary-delta-invalid` for what is none, `binary-unsupported` for a later version of the format,
 * `binary-limit` if the result would be longer than allowed.
 */
export async function readHeader(source: DeltaSource, limits: ResolvedDeltaLimits): Promise<DeltaHeader> {
  for (const byte of MAGIC) if ((await source.u8()) !== byte) throw invalidDelta("it does not begin as one")
  const form = await source.u8()
  if (form >> 4 !== VERSION)
    throw diffError("binary-unsupported", `the delta has format version ${form >> 4}; this reads ${VERSION}`)
  const kind = KINDS[form & 15]
  if (kind === undefined) throw invalidDelta(`nothing is known of kind ${form & 15}`)
  const oldLength = await source.varUint()
  const zigzag = await source.varUint()
  const nextLength = oldLength + (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2)
  if (oldLength > MAX_VERSION_BYTES || nextLength < 0 || nextLength > MAX_VERSION_BYTES)
    throw invalidDelta(`it claims versions of ${oldLength} and ${nextLength} bytes`)
  if (nextLength > limits.maxBytes)
    throw diffError("binary-limit", `the delta makes ${nextLength} bytes; the limit is ${limits.maxBytes}`, {
      nextLength,
      limit: limits.maxBytes
    })
  const oldCheck = (await source.bytes(OLD_CHECK_BYTES)).slice()
  const nextCheck = (await source.bytes(CHECKSUM_BYTES)).slice()
  return { kind, oldLength, nextLength, oldCheck, nextCheck }
}
