import { SynclineError } from "@syncline/clock"
import { diffJson } from "../json/diff/diff-json.ts"
import { diffText } from "../text/diff-text.ts"
import type { ExtendedJsonPatch } from "../json/json-patch.ts"
import { applyPatch } from "../json/patch/apply-patch.ts"
import type { CompressionMethod } from "../platform/compression-method.ts"
import { encodeBareDelta } from "./change/bare-delta.ts"
import { canonicalText } from "./change/canonical-text.ts"
import { changeCheck } from "./change/change-check.ts"
import { type ChangeFeature, changeFeatures } from "./change/change-features.ts"
import { checkPackOptions, kindByte } from "./envelope.ts"
import { joinBytes } from "./join-bytes.ts"
import { sealPatch } from "./patch/seal-patch.ts"

/** How to make a change small. */
export interface PackChangeOptions {
  /** What the receiver can read: its `changeFeatures()`, of which unknown ones are not used. Default: what this runtime can. */
  readonly accept?: readonly ChangeFeature[]
  /**
   * `small` takes three or four seconds for a megabyte of what is new, half a second on the other side; on a slow core, thrice that.
   * Default `fast`.
   */
  readonly level?: "fast" | "small"
}

// A delta carries twelve bytes before it says anything; below this, a patch is about as short and far cheaper.
const SHORT_PATCH_BYTES = 64

/**
 * Packs the change from one version of a document to another, for a receiver that has `before`: a patch, or a binary delta
 * between the texts of both, whichever is smaller. `unpackChange` gives a value equal to `after` (members in some order), or
 * says that its base is another. Versions are any values that `pack` takes.
 *
 * Costs a JSON diff, and for patches of 64 bytes and more a binary delta of the documents' texts, that is tens of
 * milliseconds for megabytes at level `fast`.
 *
 * Throws `codec-value-unsupported` and `codec-too-deep` for values that `pack` refuses.
 */
export async function packChange(
  before: unknown,
  after: unknown,
  options: PackChangeOptions = {}
): Promise<Uint8Array<ArrayBuffer>> {
  checkPackOptions(options)
  const { accept = changeFeatures(), level = "fast" } = options
  const old = utf8.encode(canonicalText(before))
  const next = canonicalText(after)
  const operations = verifiedPatch(before, after, next)
  const { sealed, body } = await sealPatch(operations, kinds, { accept: accept.filter(isCompressor), level })
  const patch = joinBytes(sealed, changeCheck(old, body))
  if (patch.length < SHORT_PATCH_BYTES || !accept.includes("delta")) return patch
  const features = accept.filter(feature => feature === "mixing" || isCompressor(feature))
  const delta = await encodeBareDelta(old, utf8.encode(next), level, features)
  return delta.length + 1 < patch.length ? joinBytes(kindByte("change by delta"), delta) : patch
}

const utf8 = new TextEncoder()
const kinds = { columns: "change by patch", rows: "change by short patch" } as const

/**
 * A patch that was seen to give exactly `next`. Differences go by JSON's equality, in which 0 is -0, and know no Dates or
 * Maps; where that is not enough, everything is replaced.
 */
function verifiedPatch(before: unknown, after: unknown, next: string): ExtendedJsonPatch {
  try {
    const patch = diffJson(before, after, { text: diffText })
    if (canonicalText(applyPatch(before, patch, { extensions: true })) === next) return patch
  } catch (error) {
    if (!(error instanceof SynclineError)) throw error
  }
  return [{ op: "replace", path: "", value: after }]
}

const compressors: ReadonlySet<string> = new Set<CompressionMethod>(["deflate", "brotli", "zstd"])

function isCompressor(feature: ChangeFeature): feature is CompressionMethod {
  return compressors.has(feature)
}
