import { isDeepStrictEqual } from "node:util"
import { isSynclineError } from "@syncline/clock"
import { applyPatch, deepEqualJson } from "@syncline/diff/json"
import { type DiffJsonOptions, diffJson } from "@syncline/diff/json/diff"
import { diffText } from "@syncline/diff/text"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"

/** Values as hostile as JavaScript has them, and documents of which one was made from the other by many edits. */
export const jsonDiffTargets: readonly FuzzTarget[] = [
  { name: "json/diffJson hostile", run: random => diffed(random, [hostile(random, 4), hostile(random, 4)]) },
  { name: "json/diffJson versions", run: random => diffed(random, versions(random)) }
]

const documented = /^json-(?:diff-value-invalid|diff-key-unsafe|too-deep)$/
const names = [
  "a",
  "b",
  "id",
  "",
  "/",
  "~",
  "0",
  "-",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "\ud800"
]
const leaves = [
  0,
  -0,
  1,
  2,
  3,
  -1.5,
  1e308,
  "",
  "a",
  "\udc00",
  "\ud83d\ude00 and more, to be worth a move",
  null,
  true,
  false
]
const invalid = [
  undefined,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1n,
  Symbol.iterator,
  hostile,
  /x/,
  new Map()
]

function diffed(random: FuzzRandom, [before, after]: readonly [unknown, unknown]): FuzzOutcome {
  const options = {
    ...(random.below(3) === 0 ? { key: "id" } : {}),
    moves: random.below(4) > 0,
    ...(random.below(2) === 0 ? { text: diffText } : {}),
    maxWork: 2 ** random.below(20)
  }
  const copies = [before, after].map(copied)
  const outcome = patched(before, after, options)
  if (!isDeepStrictEqual([before, after], copies)) throw new Error("diffJson changed a value")
  return outcome
}

function patched(before: unknown, after: unknown, options: DiffJsonOptions): FuzzOutcome {
  try {
    const result = applyPatch(before, diffJson(before, after, options), { extensions: true })
    if (!deepEqualJson(result, after)) throw new Error("a wrong patch")
    return "accepted"
  } catch (error) {
    if (!isSynclineError(error) || !documented.test(error.code)) throw error
    return "refused"
  }
}

function hostile(random: FuzzRandom, depth: number): unknown {
  const kind = random.below(depth > 0 ? 12 : 6)
  if (kind < 5) return leaves[random.below(leaves.length)]
  if (kind === 5) return random.below(8) === 0 ? invalid[random.below(invalid.length)] : random.below(5)
  const children = Array.from({ length: random.below(6) }, () => hostile(random, depth - 1))
  if (kind < 9) return children
  return withMembers(children.map(child => [names[random.below(names.length)] ?? "", child]))
}

/** An array of records and what a few dozen edits make of it; one in sixty-four is no JSON. */
function versions(random: FuzzRandom): readonly [unknown, unknown] {
  const record = (id: number): unknown => ({
    id,
    name: `record ${random.below(20)}`,
    in: [random.below(3), { of: id % 4 }]
  })
  const before = Array.from({ length: random.below(80) }, (_, id) => record(id))
  const after = copied(before) as unknown[]
  for (let edits = random.below(40); edits > 0; edits--) {
    const at = random.below(after.length + 1)
    const [taken] = after.splice(random.below(after.length + 1), random.below(3))
    const inserted = [
      [],
      [taken ?? 0],
      [record(random.below(99))],
      [copied(after[0] ?? null), random.below(3)]
    ]
    after.splice(at, 0, ...(inserted[random.below(inserted.length)] ?? []))
  }
  if (random.below(64) === 0) after.push(invalid[random.below(invalid.length)])
  return [
    { list: before, same: before.length },
    { list: copied(after), same: random.below(3) }
  ]
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return withMembers(Object.entries(value).map(([name, member]) => [name, copied(member)]))
}

/** An object with exactly these own members, `__proto__` among them like any other. */
function withMembers(members: readonly (readonly [string, unknown])[]): object {
  const object = {}
  for (const [name, value] of members) {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return object
}
