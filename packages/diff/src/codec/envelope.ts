import { SynclineError } from "@syncline/clock"
import { checkAccept } from "../argument/check-accept.ts"
import { checkBytes, checkOptions } from "../argument/check-argument.ts"
import { checkChoice } from "../argument/check-choice.ts"
import { compress, decompress, hasCompression } from "#platform"
import { diffError } from "../error/diff-error.ts"
import type { CompressionEffort, CompressionMethod } from "../platform/compression-method.ts"
import { type CodecLimits, codecLimits, HARMLESS_BYTES, isUsualRatio } from "./codec-limits.ts"

/** How `pack` and `packPatch` make bytes few. */
export interface PackOptions {
  /** What the receiver can decompress: its `packFeatures()`, of which unknown ones are not used. Default: what this runtime can. */
  readonly accept?: readonly CompressionMethod[]
  /** `small` takes one to three seconds a megabyte to pack, on a slow core thrice that: for what is stored or sent often. Default `fast`. */
  readonly level?: "fast" | "small"
}

/** What is inside, in the upper half of the first byte, so that one kind is never taken for another. */
export type EnvelopeKind = keyof typeof kinds

const kinds = {
  value: 0,
  patch: 1,
  "short patch": 2,
  "change by patch": 3,
  "change by short patch": 4,
  "change by delta": 5
} as const

// Index is the lower half of the first byte; 0 is for bytes as they are.
const methods: readonly CompressionMethod[] = ["deflate", "brotli", "zstd"]

// No compressor gains its own frame back on less.
const MIN_BYTES = 24
const SHORT_BYTES = 65_536

/** What this runtime can unpack. Tell a peer before it packs, to use as its `accept`. */
export function packFeatures(): CompressionMethod[] {
  return methods.filter(hasCompression)
}

/** The first byte and the smallest form of `body`. */
export async function seal(
  kind: EnvelopeKind,
  body: Uint8Array,
  options: PackOptions = {}
): Promise<Uint8Array<ArrayBuffer>> {
  checkPackOptions(options)
  let best: Candidate = { tag: 0, bytes: body }
  for (const candidate of await candidates(body, options)) {
    if (candidate.bytes.length >= best.bytes.length) continue
    // What decoders would take for a bomb travels as it is.
    if (isUsualRatio(body.length, candidate.bytes.length)) best = candidate
  }
  const sealed = new Uint8Array(1 + best.bytes.length)
  sealed[0] = kinds[kind] * 16 + best.tag
  sealed.set(best.bytes, 1)
  return sealed
}

/** Throws `argument-invalid` for options that no type allows. */
export function checkPackOptions(options: { readonly accept?: unknown; readonly level?: unknown }): void {
  checkOptions(options)
  if (options.accept !== undefined) checkAccept(options.accept)
  if (options.level !== undefined) checkChoice("level", options.level, ["fast", "small"])
}

interface Candidate {
  readonly tag: number
  readonly bytes: Uint8Array
}

async function candidates(body: Uint8Array, { accept, level }: PackOptions): Promise<Candidate[]> {
  if (body.length < MIN_BYTES) return []
  const accepted = methods.filter(method => hasCompression(method) && (accept?.includes(method) ?? true))
  // On short bodies more effort may come out larger, and less costs nothing.
  const efforts: readonly CompressionEffort[] =
    level !== "small" ? ["fast"] : body.length < SHORT_BYTES ? ["fast", "best"] : ["best"]
  const tries = accepted.flatMap(method =>
    efforts.map(async each => ({
      tag: methods.indexOf(method) + 1,
      bytes: await compress(method, body, each)
    }))
  )
  return Promise.all(tries)
}

/** The first byte of an envelope whose body is not compressed. */
export function kindByte(kind: EnvelopeKind): Uint8Array {
  return Uint8Array.of(kinds[kind] * 16)
}

/** What reads each kind. */
const readers: Readonly<Record<EnvelopeKind, string>> = {
  value: "unpack",
  patch: "unpackPatch",
  "short patch": "unpackPatch",
  "change by patch": "unpackChange",
  "change by short patch": "unpackChange",
  "change by delta": "unpackChange"
}

/** Which kind the first byte says. Throws `codec-invalid` for one that no version of this format has. */
export function envelopeKind(bytes: Uint8Array): EnvelopeKind {
  checkBytes("the packed bytes", bytes)
  const [first] = bytes
  if (first === undefined)
    throw diffError("codec-invalid", "there are no bytes: an envelope has one at least")
  // Texts and other formats often begin like a kind, but seldom like its methods too.
  if ((first & 15) <= methods.length)
    for (const [kind, number] of Object.entries(kinds)) if (number === first >> 4) return kind as EnvelopeKind
  throw diffError(
    "codec-invalid",
    `these bytes are no envelope that \`pack\`, \`packPatch\` or \`packChange\` made, or one of a later version: ` +
      `none begins with 0x${first.toString(16).padStart(2, "0")}`
  )
}

/**
 * The body of an envelope of that kind, which may be a view of `bytes`.
 *
 * Throws `codec-invalid` for another kind, `compression-missing` if this runtime lacks the method, `compression-invalid`
 * for damage, `compression-limit` before more than the limits allow is produced.
 */
export async function open(kind: EnvelopeKind, bytes: Uint8Array, limits?: CodecLimits): Promise<Uint8Array> {
  const held = envelopeKind(bytes)
  if (held !== kind) throw otherKind(kind, held)
  const { maxBytes, maxRatio } = codecLimits(limits)
  const body = new Uint8Array(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1)
  const tag = (bytes[0] as number) & 15
  if (tag === 0) {
    if (body.length <= maxBytes) return body
    throw diffError(
      "codec-limit",
      `an envelope holds ${body.length} bytes, more than the ${maxBytes} allowed: raise maxBytes if you expected that`
    )
  }
  // The kind was read, which knows all methods.
  const method = methods[tag - 1] as CompressionMethod
  const byRatio = Math.max(HARMLESS_BYTES, maxRatio * body.length)
  try {
    return await decompress(method, body, Math.min(maxBytes, byRatio))
  } catch (error) {
    throw withRemedy(error, byRatio < maxBytes ? "maxRatio" : "maxBytes")
  }
}

/** The same error, saying which limit it was, where it was one. */
function withRemedy(error: unknown, limit: keyof CodecLimits): unknown {
  if (!(error instanceof SynclineError) || error.code !== "compression-limit") return error
  return diffError(
    "compression-limit",
    `${error.message}: raise ${limit} if you expected that`,
    { limit },
    error
  )
}

function otherKind(asked: EnvelopeKind, held: EnvelopeKind): Error {
  const [reader, wanted] = [readers[held], readers[asked]]
  return diffError(
    "codec-invalid",
    `the envelope holds a ${held}, which \`${reader}\` reads and not \`${wanted}\``,
    {
      held,
      reader
    }
  )
}
