import type { ExtendedJsonPatch, JsonPatch } from "../json-patch.ts"
import { checkLength, operationRules, valueCopier } from "./apply-patch.ts"
import { Composer } from "./composer.ts"
import { validatePatch } from "./validate-patch.ts"

/**
 * One patch that does to every document what these do one after the other, and fails on those that they fail on.
 *
 * Operations are merged where that is certain without a document: a value that is replaced again, removed, tested for what
 * it is, or edited inside; a member removed and added back. Others in between do not matter as long as they are about
 * something else. What depends on the document stays: an `add` followed by a `remove` is nothing only if nothing was there
 * before the `add`.
 *
 * Values may be shared with the patches given. Throws what `validatePatch` throws, with `index` counting
 * through all the patches. Linear in them, apart from array shifts inside of values under edit, and
 * from splices of one text, which cost a logarithm more.
 */
export function composePatch(...patches: readonly JsonPatch[]): JsonPatch
export function composePatch(...patches: readonly ExtendedJsonPatch[]): ExtendedJsonPatch
export function composePatch(...patches: readonly ExtendedJsonPatch[]): ExtendedJsonPatch {
  const rules = operationRules({ extensions: true })
  for (const patch of patches) checkLength(patch, rules.limits)
  const operations = validatePatch(
    patches.flatMap(patch => [...patch]),
    { extensions: true }
  )
  const composer = new Composer(valueCopier(rules, false))
  for (const operation of operations) composer.push(operation)
  return composer.finish()
}
