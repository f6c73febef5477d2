import { diffError } from "../../error/diff-error.ts"
import type { CopyOperation, ExtendedOperation, MoveOperation } from "../json-patch.ts"
import { checkPointer, quoted } from "../pointer/json-pointer.ts"
import type { FullJsonPatchLimits } from "./patch-limits.ts"

/** What operations of a patch are held against. */
export interface OperationRules {
  /** Whether {@link SpliceOperation}s are allowed. */
  readonly extensions: boolean
  readonly limits: FullJsonPatchLimits
}

/**
 * Throws `json-patch-invalid`, `json-pointer-invalid` or `json-patch-limit` unless `operation` has the members its kind
 * needs. Members besides them are ignored (RFC 6902, 4); what `value` holds is not looked at.
 */
export function checkOperation(
  operation: unknown,
  rules: OperationRules
): asserts operation is ExtendedOperation {
  if (typeof operation !== "object" || operation === null || Array.isArray(operation)) {
    throw invalid('it is no object; write { "op": …, "path": … }')
  }
  const { op, path, from, value, splices } = operation as Readonly<Record<string, unknown>>
  checkPath("path", path, rules.limits)
  switch (op) {
    case "add":
    case "replace":
    case "test":
      if (value === undefined) throw invalid('it has no "value"; null is a value too')
      return
    case "remove":
      if (path === "") throw invalid("a document cannot be without a root; replace it by null")
      return
    case "move":
    case "copy":
      checkPath("from", from, rules.limits)
      if (op === "move" && isInside(path, from))
        throw invalid(`${quoted(from)} cannot move into itself; copy it first`)
      return
    case "splice":
      if (!rules.extensions)
        throw invalid('"splice" is no operation of RFC 6902; allow it by { extensions: true }')
      checkSplices(splices)
      return
    default:
      throw invalid(
        `its "op" is ${typeof op === "string" ? quoted(op) : typeof op}; use add, remove, replace, move, copy or test`
      )
  }
}

/** Whether an operation takes something from elsewhere; its members alone do not tell, as any may be there and ignored. */
export function hasSource(operation: ExtendedOperation): operation is MoveOperation | CopyOperation {
  return operation.op === "move" || operation.op === "copy"
}

/** Whether the place `inner` lies inside of the value at `outer`. */
export function isInside(inner: string, outer: string): boolean {
  return inner.length > outer.length && inner.startsWith(outer) && inner.charCodeAt(outer.length) === 0x2f
}

function checkPath(name: string, path: unknown, limits: FullJsonPatchLimits): asserts path is string {
  if (typeof path !== "string") throw invalid(`its "${name}" is no text; write a JSON Pointer, as "/a/0"`)
  if (path.length > limits.maxPathLength) {
    throw diffError(
      "json-patch-limit",
      `its "${name}" is longer than the maxPathLength of ${limits.maxPathLength}; raise it or shorten the path`
    )
  }
  // A path has fewer tokens than code units: only very long ones are worth counting in.
  if (path.length > limits.maxPathDepth && depth(path) > limits.maxPathDepth) {
    throw diffError(
      "json-patch-limit",
      `its "${name}" has more tokens than the maxPathDepth of ${limits.maxPathDepth}; raise it or shorten the path`
    )
  }
  checkPointer(path)
}

function depth(path: string): number {
  let tokens = 0
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) tokens++
  return tokens
}

function checkSplices(splices: unknown): void {
  if (!Array.isArray(splices)) throw invalid('its "splices" are no array; write what `diffText` gives')
  for (const splice of splices as readonly unknown[]) {
    // Where they lie is checked against the text, once that is known.
    const { index, remove, insert } = (splice ?? {}) as Readonly<Record<string, unknown>>
    if (typeof index !== "number" || typeof remove !== "number" || typeof insert !== "string") {
      throw invalid("a splice needs an index, a number of code units to remove, and a text to insert")
    }
  }
}

function invalid(reason: string): Error {
  return diffError("json-patch-invalid", reason)
}
