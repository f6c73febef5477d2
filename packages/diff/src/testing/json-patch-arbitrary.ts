import fc from "fast-check"
import type { ExtendedJsonPatch, ExtendedOperation } from "../json/json-patch.ts"
import { applyPatch } from "../json/patch/apply-patch.ts"
import { isInside } from "../json/patch/check-operation.ts"
import { isContainer, setMember } from "../json/patch/container.ts"
import { readAt } from "../json/patch/read-at.ts"
import { joinTokens } from "../json/pointer/json-pointer.ts"

// Names that pointers escape, that look like indices, and that code trips over.
const awkwardNames = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "",
  "-",
  "0",
  "1",
  "00",
  "a/b",
  "~1",
  "é"
]
const name = fc.oneof(fc.constantFrom("a", "b", "c"), fc.constantFrom(...awkwardNames))

/** Small JSON documents: an array or an object, three levels, names from a small set so that paths meet. */
export const jsonDocument: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; container: unknown }>(tie => ({
  container: fc.oneof(
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(name, tie("value")), { maxLength: 5 }).map(withMembers)
  ),
  value: fc.oneof(
    { depthSize: "small", maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, 0, 1.5, "", "text", "ab😀c"),
    tie("container")
  )
})).container

/** A document, and patches that each apply to it. */
export function documentAndPatches(
  count: number,
  options: { readonly extensions: boolean } = { extensions: false }
): fc.Arbitrary<{ document: unknown; patches: ExtendedJsonPatch[] }> {
  const script = fc.array(fc.array(fc.nat(997), { minLength: 4, maxLength: 4 }), { maxLength: 6 })
  return fc
    .tuple(
      jsonDocument,
      fc.array(script, { minLength: count, maxLength: count }),
      fc.array(jsonDocument, { minLength: 1, maxLength: 3 })
    )
    .map(([document, scripts, values]) => ({
      document,
      patches: scripts.map(steps => scriptedPatch(document, steps, values, options.extensions))
    }))
}

/** A patch that applies, from arbitrary numbers. */
function scriptedPatch(
  document: unknown,
  script: readonly (readonly number[])[],
  values: readonly unknown[],
  extensions: boolean
): ExtendedJsonPatch {
  const patch: ExtendedOperation[] = []
  let state = document
  for (const numbers of script) {
    const operation = scriptedOperation(state, numbers, values, extensions)
    if (operation === undefined) continue
    state = applyPatch(state, [operation], { extensions })
    patch.push(operation)
  }
  return patch
}

function scriptedOperation(
  state: unknown,
  [kind = 0, first = 0, second = 0, third = 0]: readonly number[],
  values: readonly unknown[],
  extensions: boolean
): ExtendedOperation | undefined {
  const places = existingPlaces(state)
  const path = pick(places, first)
  const value = third % 3 === 0 ? third : pick(values, third)
  const added = pick(addablePlaces(state), second)
  switch (kind % (extensions ? 7 : 6)) {
    case 0:
      return { op: "add", path: added, value }
    case 1:
      return path === "" ? undefined : { op: "remove", path }
    case 2:
      return { op: "replace", path, value }
    case 3:
      return moved(state, path, second)
    case 4:
      return { op: "copy", from: path, path: added }
    case 5:
      return { op: "test", path, value: readAt(state, path) }
    default:
      return spliced(state, places, first, third)
  }
}

function moved(state: unknown, from: string, choice: number): ExtendedOperation | undefined {
  if (from === "") return undefined
  const rest = applyPatch(state, [{ op: "remove", path: from }])
  const path = pick(addablePlaces(rest), choice)
  return isInside(path, from) ? undefined : { op: "move", from, path }
}

function spliced(
  state: unknown,
  places: readonly string[],
  choice: number,
  third: number
): ExtendedOperation | undefined {
  const texts = places.filter(path => typeof readAt(state, path) === "string")
  if (texts.length === 0) return undefined
  const path = pick(texts, choice)
  const length = String(readAt(state, path)).length
  const index = third % (length + 1)
  return {
    op: "splice",
    path,
    splices: [{ index, remove: Math.min(third % 3, length - index), insert: "x".repeat(third % 4) }]
  }
}

/** Pointers to everything in a value. */
export function existingPlaces(value: unknown, steps: readonly (string | number)[] = []): string[] {
  const here = [joinTokens(steps)]
  if (!isContainer(value)) return here
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((element, i) => [i, element])
    : Object.entries(value)
  return [...here, ...entries.flatMap(([step, child]) => existingPlaces(child, [...steps, step]))]
}

/** Pointers at which something can be added, some of them taken already. */
function addablePlaces(value: unknown, steps: readonly (string | number)[] = []): string[] {
  if (!isContainer(value)) return steps.length === 0 ? [""] : []
  if (Array.isArray(value)) {
    const inside = value.flatMap((child, i) => [
      joinTokens([...steps, i]),
      ...addablePlaces(child, [...steps, i])
    ])
    return [...inside, joinTokens([...steps, value.length]), joinTokens([...steps, "-"])]
  }
  const names = [...new Set([...Object.keys(value), "new", "__proto__", "0"])]
  const inside = Object.entries(value).flatMap(([key, child]) => addablePlaces(child, [...steps, key]))
  return [...names.map(key => joinTokens([...steps, key])), ...inside]
}

function withMembers(entries: readonly (readonly [string, unknown])[]): unknown {
  const object = {}
  for (const [key, value] of entries) setMember(object, key, value)
  return object
}

function pick<T>(from: readonly T[], choice: number): T {
  const picked = from[choice % from.length]
  if (picked === undefined) throw new Error("nothing to pick from")
  return picked
}
