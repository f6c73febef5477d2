import type { Dot } from "@syncline/clock"
import type { JsonObject, JsonValue, Path } from "../document/json.ts"
import type { MapShape, ShapeFields } from "../document/shape.ts"
import type { Conflict, ConflictSide } from "./conflict.ts"
import { sameJson } from "./same-json.ts"

/** What a document holds at a path; `undefined` for nothing. */
export function valueAt(value: JsonObject, path: Path): JsonValue | undefined {
  let at: JsonValue | undefined = value
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Readonly<Record<string | number, JsonValue>>)[step]
  }
  return at
}

/** What a document of this shape shows where nothing is at a path: the default of a register. */
export function defaultAt(shape: ShapeFields[string], [step, ...rest]: Path): JsonValue | undefined {
  if (shape.kind === "register") return step === undefined ? shape.default : undefined
  const field = shape.kind === "map" && typeof step === "string" ? ownField(shape, step) : undefined
  return field === undefined ? undefined : defaultAt(field, rest)
}

function ownField({ fields }: MapShape, name: string): ShapeFields[string] | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** The side whose work is what a document holds in the place of a conflict after that was changed, if it is one's. */
export function sideShown(conflict: Conflict, value: JsonObject): Dot | undefined {
  const { path, sides, kind } = conflict
  if (kind !== "write-write" || path === undefined) return undefined
  const shown = valueAt(value, path)
  return sides.find(side => isShown(side, shown))?.dot
}

/** Whether this is what a side wrote. */
export function isShown({ action, value }: ConflictSide, shown: JsonValue | undefined): boolean {
  return action === "remove" ? shown === undefined : value !== undefined && sameJson(value, shown)
}

/** Whether two values are the same, or both nothing. */
export function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && sameJson(a, b))
}
