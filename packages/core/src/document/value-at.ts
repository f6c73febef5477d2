import type { JsonValue, Path } from "./json.ts"

/** What is at a path of own members; `undefined` where nothing is. O(path). */
export function valueAt(value: JsonValue, path: Path): JsonValue | undefined {
  let at: JsonValue | undefined = value
  for (const step of path) at = memberOf(at, step)
  return at
}

/** What is under one step of a path. */
export function memberOf(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined
  // Elements are named by numbers and members by texts, as engines do; `length` is neither.
  if (Array.isArray(value) !== (typeof step === "number")) return undefined
  return (value as Readonly<Record<string | number, JsonValue>>)[step]
}
