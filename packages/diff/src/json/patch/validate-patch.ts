import type { ExtendedJsonPatch, ExtendedOperation, JsonPatch } from "../json-patch.ts"
import {
  type ApplyPatchOptions,
  applyPatch,
  checkLength,
  operationRules,
  valueCopier
} from "./apply-patch.ts"
import { checkOperation } from "./check-operation.ts"
import { inOperation } from "./in-operation.ts"
import type { ValueCopier } from "./value-copier.ts"

/** How {@link validatePatch} works. */
export interface ValidatePatchOptions extends ApplyPatchOptions {
  /** If given, the patch must also apply to it. */
  readonly document?: unknown
  /** Refuses texts and names with half a surrogate pair, which JSON cannot carry in UTF-8. Default false. */
  readonly wellFormed?: boolean
}

/**
 * Whether something from outside is a JSON Patch: the same object with a type, or an error. Checks the kind and members of
 * each operation, its pointers, and that values are JSON all the way down; members RFC 6902 does not know are left as they
 * are. `applyPatch` checks the same again, so this is for telling early, and for documents that are somewhere else.
 *
 * Takes time linear in the patch, and no stack. Throws what {@link applyPatch} throws.
 */
export function validatePatch(
  patch: unknown,
  options?: ValidatePatchOptions & { readonly extensions?: false }
): JsonPatch
export function validatePatch(patch: unknown, options: ValidatePatchOptions): ExtendedJsonPatch
export function validatePatch(patch: unknown, options: ValidatePatchOptions = {}): ExtendedJsonPatch {
  const rules = operationRules(options)
  const wellFormed = options.wellFormed ?? false
  const copier = valueCopier(rules, wellFormed)
  checkLength(patch, rules.limits)
  // By index, because a hole in the array is no operation either.
  for (let index = 0; index < patch.length; index++) {
    try {
      checkOperation(patch[index], rules)
      checkContent(patch[index] as ExtendedOperation, copier, wellFormed)
    } catch (error) {
      throw inOperation(error, patch[index], index)
    }
  }
  const checked = patch as ExtendedJsonPatch
  if (Object.hasOwn(options, "document")) applyPatch(options.document, checked, options)
  return checked
}

/** Copies and throws away what an operation carries: checking is all but as much work. */
function checkContent(operation: ExtendedOperation, copier: ValueCopier, texts: boolean): void {
  if (texts) copier.copy(operation.path)
  switch (operation.op) {
    case "add":
    case "replace":
    case "test":
      copier.copy(operation.value)
      return
    case "splice":
      for (const { insert } of operation.splices) copier.copy(insert)
      return
    case "move":
    case "copy":
      if (texts) copier.copy(operation.from)
      return
    case "remove":
      return
  }
}
