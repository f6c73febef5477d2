import type { ExtendedJsonPatch } from "../json/json-patch.ts"
import { type CodecLimits, codecLimits } from "./codec-limits.ts"
import { envelopeKind, open } from "./envelope.ts"
import { readPatchColumns, readPatchRows } from "./patch/patch-reader.ts"

/**
 * Undoes `packPatch`. The result is a patch by its form; whether it applies to a document, `applyPatch` tells.
 *
 * Throws `codec-*`, `compression-*` and `bytes-*` for bytes that `packPatch` did not make, or that stand for more than
 * the limits allow: short bytes can stand for many long paths.
 */
export async function unpackPatch(bytes: Uint8Array, limits?: CodecLimits): Promise<ExtendedJsonPatch> {
  const full = codecLimits(limits)
  if (envelopeKind(bytes) === "short patch")
    return readPatchRows(await open("short patch", bytes, limits), full)
  return readPatchColumns(await open("patch", bytes, limits), full)
}
