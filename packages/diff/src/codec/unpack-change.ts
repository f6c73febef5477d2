import { SynclineError } from "@syncline/clock"
import { diffError } from "../error/diff-error.ts"
import type { ExtendedJsonPatch } from "../json/json-patch.ts"
import { applyPatch } from "../json/patch/apply-patch.ts"
import { applyBareDelta } from "./change/bare-delta.ts"
import { canonicalText, parseCanonicalText } from "./change/canonical-text.ts"
import { CHECK_BYTES, changeCheck } from "./change/change-check.ts"
import { type CodecLimits, codecLimits } from "./codec-limits.ts"
import { type EnvelopeKind, envelopeKind, open } from "./envelope.ts"
import { readPatchColumns, readPatchRows } from "./patch/patch-reader.ts"

/**
 * The `after` of a change that `packChange` made from an equal `before`. Members come in some order; parts that did not
 * change may be shared with `before`, which is left as it is.
 *
 * Throws `codec-wrong-base` where `before` is another document or the change was damaged; other `codec-*`, `compression-*`,
 * `binary-*`, `bytes-*`, `json-*` for bytes that are no change, one that does not apply, or beyond the limits.
 */
export async function unpackChange(
  before: unknown,
  bytes: Uint8Array,
  limits?: CodecLimits
): Promise<unknown> {
  const old = new TextEncoder().encode(canonicalText(before))
  const full = codecLimits(limits)
  const kind = envelopeKind(bytes)
  switch (kind) {
    case "change by patch":
      return applied(before, readPatchColumns(await checkedBody(kind, old, bytes, limits), full), full)
    case "change by short patch":
      return applied(before, readPatchRows(await checkedBody(kind, old, bytes, limits), full), full)
    default:
      return parsed(await played(old, bytes, full), full.maxValues)
  }
}

// What a delta ends with on another old version; damage looks the same.
const baseCodes: ReadonlySet<unknown> = new Set(["binary-result-mismatch", "binary-delta-invalid"])

async function checkedBody(
  kind: EnvelopeKind,
  old: Uint8Array,
  bytes: Uint8Array,
  limits: CodecLimits | undefined
): Promise<Uint8Array> {
  const end = Math.max(1, bytes.length - CHECK_BYTES)
  const body = await open(kind, bytes.subarray(0, end), limits)
  const check = changeCheck(old, body)
  if (bytes.length === end + CHECK_BYTES && check.every((byte, i) => byte === bytes[end + i])) return body
  throw wrongBase()
}

async function played(
  old: Uint8Array,
  bytes: Uint8Array,
  limits: Required<CodecLimits>
): Promise<Uint8Array> {
  const bare = await open("change by delta", bytes, { ...limits, maxBytes: Number.MAX_SAFE_INTEGER })
  try {
    return await applyBareDelta(old, bare, limits.maxBytes)
  } catch (error) {
    if (error instanceof SynclineError && baseCodes.has(error.code)) throw wrongBase(error)
    throw error
  }
}

function applied(before: unknown, patch: ExtendedJsonPatch, { maxValues }: Required<CodecLimits>): unknown {
  const [first] = patch
  // What holds more than JSON comes whole, since patches apply to JSON only.
  if (patch.length === 1 && first?.op === "replace" && first.path === "") return first.value
  return applyPatch(before, patch, { extensions: true, limits: { maxValues: maxValues } })
}

function parsed(text: Uint8Array, maxValues: number): unknown {
  try {
    return parseCanonicalText(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text),
      maxValues
    )
  } catch (cause) {
    if (cause instanceof SynclineError) throw cause
    throw diffError("codec-invalid", "a document is not UTF-8", {}, cause)
  }
}

function wrongBase(cause?: unknown): Error {
  return diffError(
    "codec-wrong-base",
    "the change was made from another version of the document than the one at hand, or damaged on its way: fetch it again, or the document",
    {},
    cause
  )
}
