import { isSynclineError } from "@syncline/clock"
import { applyPatch, formatPointer, type JsonPatch, type JsonPatchOperation } from "@syncline/diff/json"
import type { JsonObject, JsonValue } from "../document/json.ts"
import type { SeededRandom } from "./seeded-random.ts"

const keys = ["a", "b", "__proto__", "x/y", "~0", "0", "-", ""]
const scalars = [null, true, 0, -1.5, "", "word", "\u{1f600}"]

/** Any JSON, small. */
export function randomJson(random: SeededRandom, depth = 2): JsonValue {
  const choice = depth === 0 ? 9 : random.integer(6)
  const many = Array.from({ length: random.integer(4) })
  if (choice === 0) return many.map(() => randomJson(random, depth - 1))
  if (choice > 1) return random.pick(scalars)
  return Object.fromEntries(many.map(() => [random.pick(keys), randomJson(random, depth - 1)]))
}

/** What a patch makes of a value; `undefined` where it does not apply, or leaves no object. */
export function patchedJson(value: JsonObject, patch: JsonPatch): JsonObject | undefined {
  try {
    const patched = applyPatch(value, patch) as JsonValue
    return isMap(patched) ? patched : undefined
  } catch (error) {
    if (isSynclineError(error)) return undefined
    throw error
  }
}

/** A patch of which each operation but perhaps the last applies to what those before it left. */
export function randomPatch(value: JsonObject, random: SeededRandom): JsonPatch {
  const patch: JsonPatchOperation[] = []
  let now = value
  for (let count = 1 + random.integer(5); count > 0; count--) {
    const operation = randomOperation(now, random)
    patch.push(operation)
    const next = patchedJson(now, [operation])
    if (next === undefined) return patch
    now = next
  }
  return patch
}

/** Mostly one that applies. */
function randomOperation(value: JsonObject, random: SeededRandom): JsonPatchOperation {
  const places = placesIn(value)
  const there = (): string => random.pick(places)
  const beside = (): string =>
    random.chance(0.6) ? `${there()}${formatPointer([random.pick(keys)])}` : there()
  const operations: (() => JsonPatchOperation)[] = [
    () => ({ op: "add", path: beside(), value: randomJson(random) }),
    () => ({ op: "replace", path: there(), value: randomJson(random) }),
    () => ({ op: "remove", path: there() }),
    () => ({ op: "move", from: there(), path: beside() }),
    () => ({ op: "copy", from: there(), path: beside() }),
    () => ({ op: "test", path: "", value: random.chance(0.8) ? value : null })
  ]
  return random.pick(operations)()
}

function placesIn(value: JsonValue, at: readonly (string | number)[] = []): string[] {
  const inner =
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, member]: [string, JsonValue]) => placesIn(member, [...at, key]))
      : []
  return [formatPointer(at), ...inner]
}

function isMap(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
