import type { ExtendedJsonPatch } from "../json-patch.ts"
import { joinTokens } from "../pointer/json-pointer.ts"
import type { Step } from "./locate.ts"
import { checkPairs, patchLimits } from "./patch-limits.ts"
import type { PatchTouch, TracedTouch } from "./patch-touch.ts"
import { type DocumentOptions, hasDocument, resolvePatch } from "./resolve-patch.ts"
import { pairWeight, type ResolvedOperation } from "./resolved-operation.ts"
import { beforeDeletion, traceBack } from "./trace-back.ts"

/**
 * What a patch reads and writes, in terms of the document it is made for: `test` and `copy` read, everything else writes,
 * a move at both of its ends. An index counts as in that document, whatever earlier operations of the patch shifted.
 *
 * Without `options.document` nobody knows what is an array. An operation that would shift elements then counts as writing
 * all that is beside its place. Throws as `rebasePatch` does, except for conflicts.
 */
export function touches(patch: ExtendedJsonPatch, options: DocumentOptions = {}): PatchTouch[] {
  const assumed = !hasDocument(options)
  const resolved = resolvePatch(patch, options).flatMap(operation =>
    assumed ? widened(operation) : [operation]
  )
  const limit = patchLimits(options.limits).maxPairs
  const touched: PatchTouch[] = []
  const shaping: ResolvedOperation[] = []
  let pairs = 0
  for (const operation of resolved) {
    checkPairs((pairs += shaping.length * pairWeight(operation)), limit)
    for (const touch of touchesOf(operation)) {
      const traced = shaping.reduceRight<TracedTouch | undefined>(
        (later, earlier) => later && traceBack(later, earlier),
        touch
      )
      if (traced !== undefined) touched.push(formatted(traced, operation.index))
    }
    if (isShaping(operation)) shaping.push(operation)
  }
  return touched
}

/** Whether what comes after an operation may have another place than before, or be the patch's own. */
function isShaping({ operation, path, inserts }: ResolvedOperation): boolean {
  switch (operation.op) {
    case "test":
    case "splice":
      return false
    case "remove":
      return typeof path.at(-1) === "number"
    case "move":
    case "copy":
      return true
    case "add":
    case "replace":
      // Nothing can be inside of a scalar.
      return inserts || (typeof operation.value === "object" && operation.value !== null)
  }
}

/** What one operation touches, in terms of the document it finds. */
function touchesOf({ operation, path, from, inserts }: ResolvedOperation): TracedTouch[] {
  const { op } = operation
  const target = inserts ? gapTouch(path) : valueTouch(op === "test" ? "read" : "write", path)
  if (from === undefined) return [target]
  if (op === "copy") return [valueTouch("read", from), target]
  return [valueTouch("write", from), beforeDeletion(target, from)]
}

function valueTouch(access: "read" | "write", path: readonly Step[]): TracedTouch {
  return { access, path, after: 0, before: 0 }
}

function gapTouch(path: readonly Step[]): TracedTouch {
  const index = Number(path.at(-1))
  return { access: "insert", path: path.slice(0, -1), after: index, before: index }
}

/** Operations that write all that the given one might shift, and leave nothing to guess. */
function widened(resolved: ResolvedOperation): ResolvedOperation[] {
  const { operation, path, from, index } = resolved
  const places = from === undefined ? [path] : [from, path]
  const { op } = operation
  if (op === "replace" || op === "test" || op === "splice") return [resolved]
  if (places.every(place => typeof place.at(-1) !== "number")) return [resolved]
  const writes = places.map(place =>
    writing(typeof place.at(-1) === "number" ? place.slice(0, -1) : place, index)
  )
  if (op !== "copy" || from === undefined) return writes
  const read = {
    operation: { op: "test", path: "", value: null },
    index,
    path: from,
    from: undefined,
    inserts: false
  } as const
  return [read, ...writes.slice(1)]
}

function writing(path: readonly Step[], index: number): ResolvedOperation {
  // The value only says that there may be something inside.
  return { operation: { op: "replace", path: "", value: {} }, index, path, from: undefined, inserts: false }
}

function formatted({ access, path, after, before }: TracedTouch, operation: number): PatchTouch {
  const place = { operation, path: joinTokens(path) }
  return access === "insert" ? { ...place, access, after, before } : { ...place, access }
}
