import type { ExtendedJsonPatch } from "../json/json-patch.ts"
import { checkLength } from "../json/patch/apply-patch.ts"
import { checkOperation } from "../json/patch/check-operation.ts"
import { inOperation } from "../json/patch/in-operation.ts"
import { patchLimits } from "../json/patch/patch-limits.ts"
import type { PackOptions } from "./envelope.ts"
import { sealPatch } from "./patch/seal-patch.ts"

/**
 * Packs a JSON Patch, with our `splice` extension or without, into few bytes: columns of what is alike, then the smallest
 * of those, deflate, brotli and zstd, among what the receiver accepts. One replaced member takes about ten bytes and its
 * path. `unpackPatch` gives an equal patch: operations, members of values, and what `pack` keeps of them in order;
 * members that RFC 6902 does not define are left out, as it tells receivers to ignore them.
 *
 * Throws `codec-value-unsupported` and `codec-too-deep` for values that `pack` refuses, and what `validatePatch` throws
 * for operations that are none.
 */
export async function packPatch(
  patch: ExtendedJsonPatch,
  options?: PackOptions
): Promise<Uint8Array<ArrayBuffer>> {
  checkLength(patch, rules.limits)
  for (const [index, operation] of patch.entries()) {
    try {
      checkOperation(operation, rules)
    } catch (error) {
      throw inOperation(error, operation, index)
    }
  }
  return (await sealPatch(patch, { columns: "patch", rows: "short patch" }, options)).sealed
}

const unlimited = Number.POSITIVE_INFINITY
// Whoever applies a patch has limits; packing one that is too large for some is no reason to refuse it.
const rules = {
  extensions: true,
  limits: {
    ...patchLimits(undefined),
    maxOperations: unlimited,
    maxPathLength: unlimited,
    maxPathDepth: unlimited
  }
}
