import type { Dot } from "@syncline/clock"
import type { JsonObject, JsonValue, Path } from "../document/json.ts"
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
