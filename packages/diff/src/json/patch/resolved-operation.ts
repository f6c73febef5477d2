import type { ExtendedOperation } from "../json-patch.ts"
import type { Step } from "./locate.ts"

/** An operation whose places are known, or assumed, to be in arrays or objects. */
export interface ResolvedOperation {
  readonly operation: ExtendedOperation
  /** Its position in its patch. */
  readonly index: number
  /** For a move: as its removal leaves the document. */
  readonly path: readonly Step[]
  readonly from: readonly Step[] | undefined
  /** Whether it inserts an element at `path`, instead of writing what is there. */
  readonly inserts: boolean
}

/** What an operation does to the places of a document: puts something, shifts elements apart, or takes something out. */
export interface Effect {
  readonly kind: "set" | "insert" | "delete"
  readonly path: readonly Step[]
}

/** What a pair with this operation counts against the limit of pairs: long paths take long to compare. */
export function pairWeight({ path, from }: ResolvedOperation): number {
  return 1 + (Math.max(path.length, from?.length ?? 0) >>> 6)
}

/** Whether an operation moves something to where it is. */
export function staysInPlace({ operation, path, from }: ResolvedOperation): boolean {
  return operation.op === "move" && (from === undefined || isSamePlace(path, from))
}

/** What an operation does at `path`; undefined for nothing. A move deletes at `from` before. */
export function effectAtPath(resolved: ResolvedOperation): Effect | undefined {
  const { operation, path, inserts } = resolved
  if (operation.op === "test" || staysInPlace(resolved)) return undefined
  if (operation.op === "remove") return { kind: "delete", path }
  return { kind: inserts ? "insert" : "set", path }
}

/** Whether the place `path` is at or inside of the place `outer`. */
export function isAtOrInside(path: readonly Step[], outer: readonly Step[]): boolean {
  if (path.length < outer.length) return false
  for (let i = outer.length - 1; i >= 0; i--) {
    if (path[i] !== outer[i]) return false
  }
  return true
}

/** Whether two paths lead to the same place. */
export function isSamePlace(a: readonly Step[], b: readonly Step[]): boolean {
  return a.length === b.length && isAtOrInside(a, b)
}

/**
 * The depth at which `path` passes through the array that `changed` is an element of, its own last step included; -1 when it
 * does not.
 */
export function depthInArray(path: readonly Step[], changed: readonly Step[]): number {
  const depth = changed.length - 1
  if (depth < 0 || path.length <= depth) return -1
  if (typeof changed[depth] !== "number" || typeof path[depth] !== "number") return -1
  for (let i = depth - 1; i >= 0; i--) {
    if (path[i] !== changed[i]) return -1
  }
  return depth
}

/** The number at a depth where {@link depthInArray} found one. */
export function indexAt(path: readonly Step[], depth: number): number {
  return Number(path[depth])
}
