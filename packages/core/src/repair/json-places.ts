import type { JsonValue, Path } from "../document/json.ts"

/** What is at a path of a value; `undefined` for nothing. */
export function valueAt(value: JsonValue | undefined, path: Path): JsonValue | undefined {
  let at = value
  for (const step of path) {
    if (Array.isArray(at))
      at = /^(0|[1-9]\d*)$/.test(String(step)) ? (at as readonly JsonValue[])[Number(step)] : undefined
    else if (typeof at === "object" && at !== null && Object.hasOwn(at, step))
      at = (at as Readonly<Record<string, JsonValue>>)[step]
    else return undefined
  }
  return at
}

/**
 * The value with another one at a path, or with none there for `undefined`; what lies beside is shared.
 *
 * @returns `undefined` where there is nothing on the way that could hold it.
 */
export function withValueAt(
  value: JsonValue,
  [step, ...rest]: Path,
  put: JsonValue | undefined
): JsonValue | undefined {
  if (step === undefined) return put
  if (typeof value !== "object" || value === null) return undefined
  if (Array.isArray(value)) {
    const list: readonly JsonValue[] = value
    const present = list[Number(step)]
    const inner = present === undefined ? undefined : withValueAt(present, rest, put)
    // An element that is gone would move others to places that are not theirs.
    return inner === undefined ? undefined : list.map((each, at) => (at === Number(step) ? inner : each))
  }
  const members = value as Readonly<Record<string, JsonValue>>
  if (rest.length === 0 && put === undefined) {
    const { [step]: _, ...others } = members
    return others
  }
  const present = Object.hasOwn(members, step) ? members[step] : undefined
  const inner = rest.length === 0 ? put : withValueAt(present ?? {}, rest, put)
  return inner === undefined ? undefined : { ...members, [step]: inner }
}
