import { checkOptions } from "../../argument/check-argument.ts"
import { diffError } from "../../error/diff-error.ts"
import type { ExtendedJsonPatch } from "../json-patch.ts"
import { checkOperation, type OperationRules } from "./check-operation.ts"
import { inOperation } from "./in-operation.ts"
import { type FullJsonPatchLimits, patchLimits, type JsonPatchLimits } from "./patch-limits.ts"
import { ValueCopier } from "./value-copier.ts"
import { WorkingCopy } from "./working-copy.ts"

/** How {@link applyPatch} works. */
export interface ApplyPatchOptions {
  /** Allows what RFC 6902 does not have: `splice` operations, and `Uint8Array`s in values. Default false. */
  readonly extensions?: boolean
  readonly limits?: JsonPatchLimits
}

/**
 * The document after a JSON Patch (RFC 6902). `document` never changes: the result shares with it, as the same objects,
 * all that the patch leaves alone, so treat both as immutable. It shares nothing with the patch, and no two places of it
 * share what an operation added: values and copies are copied in. A patch that fails has no effect at all.
 *
 * Only own members and existing elements are there to be found. `__proto__`, `constructor` and `prototype` are names like
 * any other: they can be added and removed, and never reach a prototype.
 *
 * Costs what the patch holds, plus one copy of each array and object on the way to a change, plus, for an operation in the
 * middle of an array, moving the elements after it.
 *
 * Throws `json-patch-invalid`, `json-pointer-invalid`, `json-patch-value-invalid`, `json-patch-path-missing`,
 * `json-patch-index-invalid`, `json-patch-test-failed`, `json-patch-splice-invalid` or `json-patch-limit`, with the `index`
 * and `path` of the operation as details; `json-too-deep` when a `test` compares values nested beyond 10,000 levels.
 */
export function applyPatch(
  document: unknown,
  patch: ExtendedJsonPatch,
  options: ApplyPatchOptions = {}
): unknown {
  const rules = operationRules(options)
  checkLength(patch, rules.limits)
  const copy = new WorkingCopy(document, valueCopier(rules, false))
  for (let index = 0; index < patch.length; index++) {
    const operation: unknown = patch[index]
    try {
      checkOperation(operation, rules)
      copy.apply(operation)
    } catch (error) {
      throw inOperation(error, operation, index)
    }
  }
  return copy.value
}

/** What `options` mean for single operations. */
export function operationRules(options: ApplyPatchOptions): OperationRules {
  checkOptions(options)
  const { extensions = false, limits } = options
  return { extensions, limits: patchLimits(limits) }
}

/** Copies values under these rules. */
export function valueCopier({ extensions, limits }: OperationRules, wellFormed: boolean): ValueCopier {
  return new ValueCopier({
    bytes: extensions,
    wellFormed,
    maxDepth: limits.maxValueDepth,
    maxValues: limits.maxValues,
    maxShifts: limits.maxShifts
  })
}

/** Throws `json-patch-invalid` or `json-patch-limit` unless `patch` is a list of not too many things. */
export function checkLength(
  patch: unknown,
  limits: FullJsonPatchLimits
): asserts patch is readonly unknown[] {
  if (!Array.isArray(patch))
    throw diffError(
      "json-patch-invalid",
      "a patch is an array of operations; pass what `diffJson` gave, or the JSON parsed"
    )
  if (patch.length > limits.maxOperations) {
    throw diffError(
      "json-patch-limit",
      `a patch of ${patch.length} operations is over the maxOperations of ${limits.maxOperations}; split it or raise that`
    )
  }
}
