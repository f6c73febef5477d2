import type { JsonValue, Path } from "@syncline/core"
import {
  addMember,
  fieldsInside,
  maxNesting,
  noFields,
  type PredefinedFields,
  shownCount
} from "@syncline/core/engine"
import { type Held, isContainer } from "./state.ts"

/** What is held, as JSON; predefined containers are in it before their genesis. */
export function valueOf(held: Held, fields: PredefinedFields, depth = 0): JsonValue {
  if (!isContainer(held)) return held
  if (held.kind === "text") return held.text
  if (held.kind === "counter") return shownCount(held.sum)
  if (depth > maxNesting) return null
  if (held.kind === "list") return held.items.map(item => valueOf(item, noFields, depth + 1))
  const out: Record<string, JsonValue> = {}
  for (const key of [
    ...new Set([...held.entries.keys(), ...fields.keys(), ...fields.registers.keys()])
  ].sort()) {
    const [field, member] = [fields.get(key), held.entries.get(key)]
    const inside = isContainer(member) ? fieldsInside(member.identity, field) : noFields
    if (member !== undefined) addMember(out, key, valueOf(member, inside, depth + 1))
    else if (field !== undefined && !held.entries.has(key)) addMember(out, key, field.pristine)
    else if (fields.registers.get(key) !== undefined) addMember(out, key, fields.registers.get(key) ?? null)
  }
  return out
}

const keysOf = (value: JsonValue): readonly string[] =>
  typeof value === "object" && value !== null ? Object.keys(value) : []
const memberOf = (value: JsonValue, key: string): JsonValue | undefined =>
  Object.getOwnPropertyDescriptor(Object(value), key)?.value as JsonValue | undefined
const isSameKind = (a: JsonValue, b: JsonValue): boolean =>
  typeof a === "object" &&
  typeof b === "object" &&
  a !== null &&
  b !== null &&
  Array.isArray(a) === Array.isArray(b)

/** The new value, frozen, with every part of the old one that is equal. */
export function share(before: JsonValue | undefined, after: JsonValue): JsonValue {
  if (typeof after !== "object" || after === null || before === after) return after
  const [old, keys] = [before !== undefined && isSameKind(before, after) ? before : undefined, keysOf(after)]
  const members = keys.map(key =>
    share(old === undefined ? undefined : memberOf(old, key), memberOf(after, key) ?? null)
  )
  const isEqual =
    old !== undefined &&
    keysOf(old).length === keys.length &&
    keys.every((key, at) => memberOf(old, key) !== undefined && memberOf(old, key) === members[at])
  if (isEqual) return old
  if (Array.isArray(after)) return Object.freeze(members)
  const out: Record<string, JsonValue> = {}
  for (const [at, key] of keys.entries()) addMember(out, key, members[at] ?? null)
  return Object.freeze(out)
}

/** The outermost paths at which two values differ, given that equal parts are the same objects. */
export function* differences(before: JsonValue, after: JsonValue, path: Path): Generator<Path> {
  if (before === after) return
  const isList = Array.isArray(after)
  if (!isSameKind(before, after) || (isList && keysOf(before).length !== after.length)) {
    yield path
    return
  }
  for (const key of new Set([...keysOf(before), ...keysOf(after)])) {
    const [old, now] = [memberOf(before, key), memberOf(after, key)]
    const inner: Path = [...path, isList ? Number(key) : key]
    if (old === undefined || now === undefined) yield inner
    else yield* differences(old, now, inner)
  }
}
