import { checkChoice } from "../../argument/check-choice.ts"
import { diffError } from "../../error/diff-error.ts"
import type { ExtendedJsonPatch, ExtendedOperation, JsonPatch } from "../json-patch.ts"
import { joinTokens } from "../pointer/json-pointer.ts"
import type { CarryRules } from "./carry-place.ts"
import { conflictReason } from "./conflict-reason.ts"
import { formatMove } from "./format-move.ts"
import { checkPairs, patchLimits } from "./patch-limits.ts"
import { type DocumentOptions, hasDocument, resolvePatch } from "./resolve-patch.ts"
import { pairWeight, type ResolvedOperation, staysInPlace } from "./resolved-operation.ts"
import { transformOperation } from "./transform-operation.ts"

/** How {@link rebasePatch} works. */
export interface RebasePatchOptions extends DocumentOptions {
  /**
   * Where the rebased patch inserts when `over` inserts between the same two elements: before or after what `over`
   * inserted. Two sides must choose opposite answers. Default `conflict`: not at all.
   */
  readonly ties?: "conflict" | "before" | "after"
}

/** Two operations that cannot both have their effect, by their positions in their patches. */
export interface PatchConflict {
  /** Index in the patch to rebase, and the path there. */
  readonly patch: number
  readonly path: string
  /** Index in the patch it was to be rebased over, and the path there. */
  readonly over: number
  readonly overPath: string
}

/**
 * A patch made for a document, rewritten to follow another patch made for the same document: indices shifted, paths into what
 * the other moved going along. Both orders then meet: applying `over` and `rebasePatch(patch, over)` gives what applying
 * `patch` and `rebasePatch(over, patch)` gives (with opposite `ties`). Never a guess: without `options.document`, a path that
 * would have to be shifted is a conflict.
 *
 * Throws `json-patch-conflict` where one destroys, replaces, moves or has read what the other is about; its details hold
 * `conflicts`, a list of {@link PatchConflict} with the first pair found. Throws what `applyPatch` throws when a patch does not
 * apply to the document. Compares each operation with each: `json-patch-limit` beyond `limits.maxPairs`.
 */
export function rebasePatch(
  patch: JsonPatch,
  over: JsonPatch,
  options?: RebasePatchOptions & { readonly extensions?: false }
): JsonPatch
export function rebasePatch(
  patch: ExtendedJsonPatch,
  over: ExtendedJsonPatch,
  options: RebasePatchOptions
): ExtendedJsonPatch
export function rebasePatch(
  patch: ExtendedJsonPatch,
  over: ExtendedJsonPatch,
  options: RebasePatchOptions = {}
): ExtendedJsonPatch {
  const ours = resolvePatch(patch, options)
  let theirs = resolvePatch(over, options)
  checkPairs(pairsOf(ours, theirs), patchLimits(options.limits).maxPairs)
  const { ties = "conflict" } = options
  checkChoice("ties", ties, ["conflict", "before", "after"])
  const rules = { ties, assumed: !hasDocument(options) }
  return ours.flatMap(operation => {
    const [carried, rest] = carryThrough(operation, theirs, rules)
    theirs = rest
    return formatted(carried, operation, rules)
  })
}

/** Comparing two paths ends with the shorter one. */
function pairsOf(ours: readonly ResolvedOperation[], theirs: readonly ResolvedOperation[]): number {
  return Math.min(weightOf(ours) * theirs.length, weightOf(theirs) * ours.length)
}

function weightOf(operations: readonly ResolvedOperation[]): number {
  return operations.reduce((sum, operation) => sum + pairWeight(operation), 0)
}

/** An operation carried over a whole patch, and that patch carried over the operation. */
function carryThrough(
  operation: ResolvedOperation,
  over: readonly ResolvedOperation[],
  rules: CarryRules
): [ResolvedOperation, ResolvedOperation[]] {
  const opposite: CarryRules = { ...rules, ties: oppositeTies[rules.ties] }
  let carried = operation
  const rest = over.map(other => {
    const next = transformOperation(carried, other, rules)
    const otherNext = transformOperation(other, carried, opposite)
    if (next === undefined || otherNext === undefined)
      throw conflict(operation, other, conflictReason(carried, other, rules))
    carried = next
    return otherNext
  })
  return [carried, rest]
}

const oppositeTies = { conflict: "conflict", before: "after", after: "before" } as const

function formatted(
  carried: ResolvedOperation,
  original: ResolvedOperation,
  rules: CarryRules
): ExtendedOperation[] {
  const { operation, path, from } = carried
  // A guess about arrays is good enough to see that nothing shifts, but not to write paths anew.
  if (rules.assumed && path === original.path && from === original.from) return [operation]
  // It may have come to lie where it was to go.
  if (staysInPlace(carried)) return []
  if (from === undefined) return [{ ...operation, path: joinTokens(path) }]
  if (operation.op === "move") return formatMove(from, path)
  return [{ op: "copy", from: joinTokens(from), path: joinTokens(path) }]
}

/** The operations as they are in their patches, and what is wrong between them. */
function conflict(operation: ResolvedOperation, other: ResolvedOperation, reason: string): Error {
  const { op, path } = operation.operation
  const { op: overOp, path: overPath } = other.operation
  const found: PatchConflict = { patch: operation.index, path, over: other.index, overPath }
  return diffError(
    "json-patch-conflict",
    `operation ${found.patch} (${op} ${shown(path)}) and operation ${found.over} (${overOp} ${shown(overPath)}) of the other ` +
      `patch ${reason}`,
    { conflicts: [found] }
  )
}

/** Paths may be of any length. */
function shown(path: string): string {
  return JSON.stringify(path.length > 80 ? `${path.slice(0, 80)}…` : path)
}
