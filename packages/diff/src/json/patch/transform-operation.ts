import {
  beforeRemoval,
  type CarryRules,
  carryOverEffect,
  carryPlace,
  holder,
  type Place
} from "./carry-place.ts"
import type { Step } from "./locate.ts"
import {
  effectAtPath,
  isAtOrInside,
  isSamePlace,
  type ResolvedOperation,
  staysInPlace
} from "./resolved-operation.ts"

/**
 * `operation` as it has to be after `over`, both made for the same document; undefined when `over` destroys a place it needs,
 * changes what it reads, or leaves more than one answer. If each can be carried over the other, with opposite ties, both
 * orders end in the same document.
 */
export function transformOperation(
  operation: ResolvedOperation,
  over: ResolvedOperation,
  rules: CarryRules
): ResolvedOperation | undefined {
  if (rules.assumed && areApart(operation, over)) return operation
  const read = readPath(operation)
  if (read !== undefined && changesInside(read, over, rules)) return undefined
  if (operation.operation.op === "move") return transformMove(operation, over, rules)
  const { from, inserts } = operation
  const source = from && carryPlace({ path: from, gap: false }, over, rules)
  const target = carryPlace({ path: operation.path, gap: inserts }, over, rules)
  if (target === undefined || (from !== undefined && source === undefined)) return undefined
  return { ...operation, path: target.path, from: source?.path }
}

function transformMove(
  move: ResolvedOperation,
  over: ResolvedOperation,
  rules: CarryRules
): ResolvedOperation | undefined {
  const { from = [], inserts } = move
  // Both move the same thing: only one of the two destinations can be right.
  if (over.operation.op === "move" && isSamePlace(from, over.from ?? [])) return undefined
  const source = carryPlace({ path: from, gap: false }, over, rules)
  if (staysInPlace(move)) return source && { ...move, from: source.path, path: source.path }
  // Its target counts after its own removal: carried over as it was before, and back.
  const target = targetBeforeRemoval(move, rules)
  const carried = target && carryPlace(target, over, rules)
  if (source === undefined || carried === undefined) return undefined
  const after = carryOverEffect(carried, { kind: "delete", path: source.path }, rules)
  return after && { ...move, from: source.path, path: after.path, inserts }
}

/** What `operation` reads as a whole. A move reads nothing: it takes along whatever is there. */
function readPath({ operation, path, from }: ResolvedOperation): readonly Step[] | undefined {
  if (operation.op === "test" || operation.op === "splice") return path
  return operation.op === "copy" ? from : undefined
}

/** Whether `over` changes anything in the value at `read` while leaving the value there. */
function changesInside(read: readonly Step[], over: ResolvedOperation, rules: CarryRules): boolean {
  const effect = effectAtPath(over)
  if (effect === undefined) return false
  const { from } = over
  if (over.operation.op !== "move" || from === undefined) {
    return isAtOrInside(holder({ path: over.path, gap: over.inserts }), read)
  }
  const target = targetBeforeRemoval(over, rules)
  if (target === undefined || isAtOrInside(holder(target), read)) return true
  return from.length > read.length && isAtOrInside(from, read)
}

/** Where a move puts something, as of before it took it out; undefined when nobody can tell. */
function targetBeforeRemoval(
  { path, from = [], inserts }: ResolvedOperation,
  rules: CarryRules
): Place | undefined {
  const target = { path, gap: inserts }
  const before = beforeRemoval(target, from)
  return rules.assumed && before !== target ? undefined : before
}

/** Whether no place of one operation is inside of, around or in the same array as one of the other's. */
function areApart(a: ResolvedOperation, b: ResolvedOperation): boolean {
  return placesOf(a).every(ours =>
    placesOf(b).every(theirs => !isAtOrInside(ours, theirs) && !isAtOrInside(theirs, ours))
  )
}

/** What an operation is about; if it may shift elements, all of their array. */
function placesOf({ operation, path, from, inserts }: ResolvedOperation): (readonly Step[])[] {
  const target = inserts || operation.op === "remove" ? arrayOf(path) : path
  if (from === undefined) return [target]
  return [operation.op === "move" ? arrayOf(from) : from, target]
}

function arrayOf(path: readonly Step[]): readonly Step[] {
  return typeof path.at(-1) === "number" ? path.slice(0, -1) : path
}
