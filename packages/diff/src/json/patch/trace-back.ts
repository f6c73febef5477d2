import type { Step } from "./locate.ts"
import type { TracedTouch } from "./patch-touch.ts"
import {
  depthInArray,
  type Effect,
  effectAtPath,
  indexAt,
  isAtOrInside,
  type ResolvedOperation
} from "./resolved-operation.ts"

/**
 * The same part of the document as it was before `operation`; undefined when the operation brought it in. The reverse of
 * carrying a place over.
 */
export function traceBack(touch: TracedTouch, operation: ResolvedOperation): TracedTouch | undefined {
  const effect = effectAtPath(operation)
  if (effect === undefined) return touch
  if (operation.operation.op !== "move" || operation.from === undefined) return beforeEffect(touch, effect)
  const { path, from } = operation
  if (isAtOrInside(touch.path, path)) return { ...touch, path: [...from, ...touch.path.slice(path.length)] }
  const between = beforeEffect(touch, effect)
  return between && beforeEffect(between, { kind: "delete", path: from })
}

function beforeEffect(touch: TracedTouch, effect: Effect): TracedTouch | undefined {
  switch (effect.kind) {
    case "set":
      return beforeSet(touch, effect.path)
    case "insert":
      return beforeInsertion(touch, effect.path)
    case "delete":
      return beforeDeletion(touch, effect.path)
  }
}

function beforeSet(touch: TracedTouch, written: readonly Step[]): TracedTouch | undefined {
  if (!isAtOrInside(touch.path, written)) return touch
  // Written over, the place itself is still one of the document; what is in it is not, and neither is a gap in it.
  return touch.access !== "insert" && touch.path.length === written.length ? touch : undefined
}

function beforeInsertion(touch: TracedTouch, inserted: readonly Step[]): TracedTouch | undefined {
  if (isAtOrInside(touch.path, inserted)) return undefined
  const index = Number(inserted.at(-1))
  if (isGapBeside(touch, inserted)) {
    return {
      ...touch,
      after: touch.after > index ? touch.after - 1 : touch.after,
      before: touch.before > index ? touch.before - 1 : touch.before
    }
  }
  const depth = depthInArray(touch.path, inserted)
  return depth !== -1 && indexAt(touch.path, depth) > index ? shifted(touch, depth, -1) : touch
}

/** The same part before the removal of what was at `removed`. */
export function beforeDeletion(touch: TracedTouch, removed: readonly Step[]): TracedTouch {
  const index = Number(removed.at(-1))
  if (isGapBeside(touch, removed)) {
    // Where an element was, the gap lies anywhere from before it to after it.
    return {
      ...touch,
      after: touch.after > index ? touch.after + 1 : touch.after,
      before: touch.before >= index ? touch.before + 1 : touch.before
    }
  }
  const depth = depthInArray(touch.path, removed)
  return depth !== -1 && indexAt(touch.path, depth) >= index ? shifted(touch, depth, 1) : touch
}

/** Whether a touch inserts into the array of an element. */
function isGapBeside(touch: TracedTouch, element: readonly Step[]): boolean {
  if (touch.access !== "insert" || typeof element.at(-1) !== "number") return false
  return touch.path.length === element.length - 1 && isAtOrInside(element, touch.path)
}

function shifted(touch: TracedTouch, depth: number, by: number): TracedTouch {
  return { ...touch, path: touch.path.with(depth, indexAt(touch.path, depth) + by) }
}
