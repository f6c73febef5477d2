import { checkOptions } from "../../argument/check-argument.ts"
import type { ExtendedJsonPatch } from "../json-patch.ts"
import { arrayIndex } from "../pointer/array-index.ts"
import { parsePointer } from "../pointer/json-pointer.ts"
import { type ApplyPatchOptions, checkLength, operationRules } from "./apply-patch.ts"
import { checkOperation, hasSource } from "./check-operation.ts"
import { inOperation } from "./in-operation.ts"
import type { Step } from "./locate.ts"
import { type ResolvedOperation, staysInPlace } from "./resolved-operation.ts"
import { tracePatch } from "./trace-patch.ts"

/** What is known about the document that a patch was made for. */
export interface DocumentOptions extends ApplyPatchOptions {
  /**
   * The document the patch applies to. Without it nobody knows whether a number in a path is an index or a member's name, so
   * whatever depends on that counts as a conflict.
   */
  readonly document?: unknown
}

/**
 * The operations of a patch with their places, moves of something to where it is left out. Without a document, numbers are
 * assumed to be indices. Throws as `applyPatch` does, or without a document as far as can be told.
 */
export function resolvePatch(patch: ExtendedJsonPatch, options: DocumentOptions): ResolvedOperation[] {
  const resolved = hasDocument(options) ? traced(patch, options) : assumed(patch, options)
  return resolved.filter(operation => !staysInPlace(operation))
}

/** Whether a document was given, were it `undefined`. */
export function hasDocument(options: DocumentOptions): boolean {
  checkOptions(options)
  return Object.hasOwn(options, "document")
}

function traced(patch: ExtendedJsonPatch, options: DocumentOptions): ResolvedOperation[] {
  const resolved: ResolvedOperation[] = []
  tracePatch(options.document, patch, options, ({ operation, target, source }) => {
    const [path, from] = [target.steps, source?.steps]
    resolved.push({ operation, index: resolved.length, path, from, inserts: inserts(operation.op, path) })
  })
  return resolved
}

function assumed(patch: ExtendedJsonPatch, options: DocumentOptions): ResolvedOperation[] {
  const rules = operationRules(options)
  checkLength(patch, rules.limits)
  // A hole, which `map` would leave out, is no operation either.
  return Array.from(patch, (operation, index) => {
    try {
      checkOperation(operation, rules)
    } catch (error) {
      throw inOperation(error, operation, index)
    }
    const path = assumedSteps(operation.path)
    const from = hasSource(operation) ? assumedSteps(operation.from) : undefined
    return { operation, index, path, from, inserts: inserts(operation.op, path) }
  })
}

function assumedSteps(pointer: string): Step[] {
  return parsePointer(pointer).map(token => {
    const index = arrayIndex(token)
    return index === -1 ? token : index
  })
}

function inserts(op: string, path: readonly Step[]): boolean {
  return (op === "add" || op === "copy" || op === "move") && typeof path.at(-1) === "number"
}
