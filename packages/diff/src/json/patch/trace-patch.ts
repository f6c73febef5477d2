import type { ExtendedJsonPatch, ExtendedOperation, MoveOperation } from "../json-patch.ts"
import { type ApplyPatchOptions, checkLength, operationRules, valueCopier } from "./apply-patch.ts"
import { checkOperation } from "./check-operation.ts"
import { inOperation } from "./in-operation.ts"
import { type Location, locate } from "./locate.ts"
import type { ValueCopier } from "./value-copier.ts"
import { WorkingCopy } from "./working-copy.ts"

/** One operation with what it finds. */
export interface TracedOperation {
  readonly operation: ExtendedOperation
  /** Where `path` leads: before the operation, or for a move between its removal and its addition. */
  readonly target: Location
  /** Where `from` leads, before the operation. */
  readonly source: Location | undefined
}

/**
 * Applies a patch and shows every operation with the places it resolved to, just after it happened. The values found there
 * are left alone by later operations only if this one took them out of the document. Throws as `applyPatch` does.
 */
export function tracePatch(
  document: unknown,
  patch: ExtendedJsonPatch,
  options: ApplyPatchOptions,
  visit: (traced: TracedOperation, copier: ValueCopier) => void
): void {
  const rules = operationRules(options)
  checkLength(patch, rules.limits)
  const copier = valueCopier(rules, false)
  const copy = new WorkingCopy(document, copier)
  for (let index = 0; index < patch.length; index++) {
    const operation: unknown = patch[index]
    try {
      checkOperation(operation, rules)
      if (operation.op === "move" && operation.from !== operation.path) {
        traceMove(copy, operation, traced => visit(traced, copier))
      } else {
        const source = operation.op === "copy" ? locate(copy.value, operation.from) : undefined
        const target = locate(copy.value, operation.path)
        copy.apply(operation)
        visit({ operation, target, source }, copier)
      }
    } catch (error) {
      throw inOperation(error, operation, index)
    }
  }
}

function traceMove(
  copy: WorkingCopy,
  operation: MoveOperation,
  visit: (traced: TracedOperation) => void
): void {
  const source = locate(copy.value, operation.from)
  const value = copy.take(operation.from)
  const target = locate(copy.value, operation.path)
  copy.put(operation.path, value)
  visit({ operation, target, source })
}
