import type { Step } from "./locate.ts"
import {
  depthInArray,
  type Effect,
  effectAtPath,
  indexAt,
  isAtOrInside,
  type ResolvedOperation
} from "./resolved-operation.ts"

/** How places are carried over operations. */
export interface CarryRules {
  /** Where an insertion goes when the other operation inserts at the same place. */
  readonly ties: "conflict" | "before" | "after"
  /** Whether array indices are only assumed to be some, so that shifting one is a guess. */
  readonly assumed: boolean
}

/** A place in a document. */
export interface Place {
  readonly path: readonly Step[]
  /** Whether it lies between two elements of an array, before the index that ends the path. */
  readonly gap: boolean
}

/** Where a place of a document is after an operation; undefined when it is gone, or nobody can tell. */
export function carryPlace(place: Place, over: ResolvedOperation, rules: CarryRules): Place | undefined {
  const effect = effectAtPath(over)
  if (effect === undefined) return place
  if (over.operation.op !== "move" || over.from === undefined) return carryOverEffect(place, effect, rules)
  if (isAtOrInside(holder(place), over.from)) {
    // Nothing can be found again at "-".
    if (rules.assumed && over.path.at(-1) === "-") return undefined
    return { ...place, path: [...over.path, ...place.path.slice(over.from.length)] }
  }
  const between = carryOverEffect(place, { kind: "delete", path: over.from }, rules)
  return between && carryOverEffect(between, effect, rules)
}

/** Where a place is after something was put, inserted or taken out; undefined as in {@link carryPlace}. */
export function carryOverEffect(place: Place, effect: Effect, rules: CarryRules): Place | undefined {
  const { kind, path: changed } = effect
  if (kind !== "insert" && isAtOrInside(holder(place), changed)) return undefined
  const depth = kind === "set" ? -1 : depthInArray(place.path, changed)
  if (depth === -1) return place
  const ours = indexAt(place.path, depth)
  const theirs = indexAt(changed, depth)
  const isGap = place.gap && depth === place.path.length - 1
  if (isGap && kind === "insert" && ours === theirs) return carryOverTie(place, depth, rules)
  // An element moves up for an insertion at its own index, a gap only for one before it.
  if (kind === "insert" && ours >= theirs) return shifted(place, depth, 1, rules)
  if (kind === "delete" && ours > theirs) return shifted(place, depth, -1, rules)
  return place
}

/** Where a place was before what is at `removed` was taken out. */
export function beforeRemoval(place: Place, removed: readonly Step[]): Place {
  const depth = depthInArray(place.path, removed)
  if (depth === -1 || indexAt(place.path, depth) < indexAt(removed, depth)) return place
  return { ...place, path: place.path.with(depth, indexAt(place.path, depth) + 1) }
}

/** What has to survive for a place to survive: the array around a gap. */
export function holder({ path, gap }: Place): readonly Step[] {
  return gap ? path.slice(0, -1) : path
}

function carryOverTie(place: Place, depth: number, rules: CarryRules): Place | undefined {
  if (rules.ties === "conflict") return undefined
  return rules.ties === "before" ? place : shifted(place, depth, 1, rules)
}

function shifted(place: Place, depth: number, by: number, rules: CarryRules): Place | undefined {
  if (rules.assumed) return undefined
  return { ...place, path: place.path.with(depth, indexAt(place.path, depth) + by) }
}
