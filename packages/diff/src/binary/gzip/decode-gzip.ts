import { isSynclineError } from "@syncline/clock"
import { decompress } from "#platform"
import { diffError } from "../../error/diff-error.ts"
import { type DeltaHeader, readHeader } from "../container/delta-header.ts"
import type { ResolvedDeltaLimits } from "../container/delta-limits.ts"
import type { DeltaSource } from "../container/delta-source.ts"
import { invalidDelta } from "../container/invalid-delta.ts"
import { type Deflater, knownDeflaters } from "./deflater.ts"
import { MAX_HEADER_BYTES, parseGzip } from "./gzip-file.ts"

const TRAILER_BYTES = 8

/** Decodes the delta of two gzip files' contents, from the contents of the first. */
export type DecodeContents = (
  old: Uint8Array,
  source: DeltaSource,
  header: DeltaHeader,
  limits: ResolvedDeltaLimits
) => Promise<{ readonly bytes: Uint8Array }>

/**
 * Undoes `encodeGzip`. The result is not checked yet; `binary-unsupported` before anything is done if this runtime lacks the
 * deflater that the encoder tried.
 */
export async function decodeGzip(
  old: Uint8Array,
  source: DeltaSource,
  limits: ResolvedDeltaLimits,
  decodeContents: DecodeContents
): Promise<Uint8Array<ArrayBuffer>> {
  const deflater = await mustFindDeflater(
    (await source.bytes(4)).reduce((value, byte) => value * 256 + byte, 0)
  )
  const setting = await source.u8()
  const level = setting >> 4
  const memLevel = setting & 15
  if (!deflater.levels.includes(level) || memLevel < 1 || memLevel > 9)
    throw invalidDelta("it names no deflate level")
  const headerLength = await source.varUint()
  if (headerLength > MAX_HEADER_BYTES) throw invalidDelta(`a gzip header of ${headerLength} bytes`)
  const gzipHeader = (await source.bytes(headerLength)).slice()
  const trailer = (await source.bytes(TRAILER_BYTES)).slice()
  const inner = await readHeader(source, limits)
  if (inner.kind === "gzip") throw invalidDelta("gzip inside of gzip")
  const oldContent = await inflateBase(old, inner.oldLength, limits)
  const { bytes: content } = await decodeContents(oldContent, source, inner, limits)
  return joined([gzipHeader, await deflater.deflate(content, { level, memLevel }), trailer])
}

async function mustFindDeflater(name: number): Promise<Deflater> {
  const deflaters = await knownDeflaters()
  const found = deflaters.find(deflater => deflater.name === name)
  if (found !== undefined) return found
  const has = deflaters.map(({ feature }) => feature).join(" and ")
  throw diffError(
    "binary-unsupported",
    `the delta needs the deflater ${name.toString(16).padStart(8, "0")}, this runtime has ${has}: ask for a delta that accepts these`
  )
}

async function inflateBase(
  old: Uint8Array,
  length: number,
  limits: ResolvedDeltaLimits
): Promise<Uint8Array<ArrayBuffer>> {
  if (length > limits.maxBytes)
    throw diffError("binary-limit", `the old version holds ${length} bytes; the limit is ${limits.maxBytes}`)
  const file = parseGzip(old)
  if (file === undefined) throw invalidDelta("it is for gzip files, and the old version is none")
  try {
    const content = await decompress("deflate", file.body, length)
    if (content.length !== length) throw invalidDelta("the old version holds less than it says")
    return content
  } catch (cause) {
    if (isSynclineError(cause)) throw invalidDelta(cause.message, cause)
    throw cause
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
