import { isSynclineError } from "@syncline/clock"
import {
  applyPatch,
  composePatch,
  deepEqualJson,
  type ExtendedJsonPatch,
  formatPointer,
  invertPatch,
  overlaps,
  rebasePatch,
  touches,
  validatePatch
} from "@syncline/diff/json"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"

const documented = /^json-(?:patch|pointer|too-deep)/
// Splices and bytes too; small enough that work out of proportion to a patch of a few operations would show.
const options = { extensions: true, limits: { maxValues: 10_000, maxValueDepth: 50 } } as const

/** Patches from a hostile peer: other shapes, names that reach prototypes, impossible places, values that are no JSON. */
export const jsonPatchTargets: readonly FuzzTarget[] = [
  {
    name: "json-patch/apply",
    run: random =>
      outcome(random, (document, patch) => {
        const applied = succeeds(() => applyPatch(document, patch, options))
        const valid = succeeds(() => validatePatch(patch, { ...options, document }))
        if (applied !== valid) throw new Error("validatePatch and applyPatch disagree")
        applyPatch(document, patch, options)
      })
  },
  {
    name: "json-patch/invert",
    run: random =>
      outcome(random, (document, patch) => {
        const inverse = invertPatch(document, patch, options)
        mustEqual(applyPatch(applyPatch(document, patch, options), inverse, options), document)
      })
  },
  {
    name: "json-patch/compose",
    run: random =>
      outcome(random, (document, patch) => {
        const composed = composePatch(patch, patch)
        // With the limits that composing has: a value it drops is not one that fails for its size.
        const once = (operations: ExtendedJsonPatch) => applyPatch(document, operations, { extensions: true })
        const twice = [...patch, ...patch]
        if (succeeds(() => once(twice))) mustEqual(once(composed), once(twice))
        else if (succeeds(() => once(composed))) throw new Error("it applies where the two do not")
      })
  },
  {
    name: "json-patch/rebase",
    run: random =>
      outcome(random, (document, patch) => {
        const over = hostilePatch(random, document)
        const both = { ...options, document }
        const apart = !overlaps(touches(patch, both), touches(over, both))
        const possible = succeeds(() => rebasePatch(patch, over, both))
        if (apart && !possible) throw new Error("patches that do not overlap cannot be rebased")
        const one = applyPatch(applyPatch(document, over, options), rebasePatch(patch, over, both), options)
        const other = applyPatch(
          applyPatch(document, patch, options),
          rebasePatch(over, patch, both),
          options
        )
        mustEqual(one, other)
      })
  }
]

function outcome(
  random: FuzzRandom,
  run: (document: unknown, patch: ExtendedJsonPatch) => void
): FuzzOutcome {
  const document = randomValue(random, 3)
  const before = JSON.stringify(document)
  const patch = hostilePatch(random, document)
  const accepted = succeeds(() => run(document, patch))
  if (JSON.stringify(document) !== before) throw new Error("the document was changed")
  if ("polluted" in {}) throw new Error("a prototype was reached")
  return accepted ? "accepted" : "refused"
}

function succeeds(run: () => unknown): boolean {
  try {
    run()
    return true
  } catch (error) {
    if (!isDocumented(error)) throw error
    return false
  }
}

function isDocumented(error: unknown): boolean {
  return isSynclineError(error) && documented.test(error.code)
}

function mustEqual(value: unknown, expected: unknown): void {
  if (!deepEqualJson(value, expected)) throw new Error("the results differ")
}

function hostilePatch(random: FuzzRandom, document: unknown): ExtendedJsonPatch {
  const operations = Array.from({ length: random.below(4) }, () => hostileOperation(random, document))
  // The type is what a peer claims.
  return (random.below(60) === 0 ? operations[0] : operations) as ExtendedJsonPatch
}

function hostileOperation(random: FuzzRandom, document: unknown): unknown {
  if (random.below(50) === 0) return hostileValue(random)
  const op = pick(random, ["add", "add", "remove", "replace", "move", "copy", "test", "splice", "spam"])
  const operation: Record<string, unknown> = {
    op,
    path: hostilePath(random, document),
    from: hostilePath(random, document),
    value: hostileValue(random),
    splices: [{ index: random.below(3), remove: random.below(3), insert: "x" }]
  }
  if (random.below(30) === 0) delete operation[pick(random, Object.keys(operation))]
  if (random.below(30) === 0) operation[pick(random, Object.keys(operation))] = hostileValue(random)
  return operation
}

/** Mostly a place that exists or nearly does. */
function hostilePath(random: FuzzRandom, document: unknown): string {
  if (random.below(40) === 0)
    return pick(random, ["x", "/~", "/a~2", "#/a", "/".repeat(20_000), "/a".repeat(60)])
  const steps: string[] = []
  let value = document
  while (typeof value === "object" && value !== null && random.below(4) > 0) {
    const step =
      random.below(12) === 0 ? hostileName(random) : pick(random, [...Object.keys(value), "-", "new", "0"])
    steps.push(step)
    value = Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined
  }
  if (random.below(15) === 0) steps.push(hostileName(random), "polluted")
  return formatPointer(steps)
}

function hostileName(random: FuzzRandom): string {
  const names = [
    "__proto__",
    "constructor",
    "prototype",
    "00",
    "01",
    "-1",
    "1e9",
    "4294967295",
    "9".repeat(30),
    "length",
    ""
  ]
  return pick(random, names)
}

function hostileValue(random: FuzzRandom): unknown {
  if (random.below(12) > 0) return randomValue(random, 3)
  const cyclic: unknown[] = [1]
  cyclic.push(cyclic, [cyclic])
  let deep: unknown = []
  for (let i = 0; i < 200; i++) deep = random.below(2) === 0 ? [deep] : { deep }
  const proto: unknown = JSON.parse('{"__proto__": {"polluted": 1}}')
  return pick(random, [
    undefined,
    Number.NaN,
    cyclic,
    deep,
    proto,
    () => 1,
    Symbol("s"),
    1n,
    new Date(0),
    [undefined],
    "\ud800",
    Uint8Array.of(1)
  ])
}

function randomValue(random: FuzzRandom, depth: number): unknown {
  switch (random.below(depth > 0 ? 5 : 3)) {
    case 0:
      return random.below(3)
    case 1:
      return pick(random, ["", "text", "😀", null, true])
    case 2:
      return -0
    case 3:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1))
    default: {
      const names = ["a", "b", "0", "-", "__proto__", "a/b"]
      const text = Array.from({ length: random.below(4) }, () => {
        return `${JSON.stringify(pick(random, names))}:${JSON.stringify(randomValue(random, depth - 1))}`
      })
      // Parsed, so that any name can be an own member.
      return JSON.parse(`{${text.join(",")}}`) as unknown
    }
  }
}

function pick<T>(random: FuzzRandom, from: readonly T[]): T {
  return from[random.below(from.length)] as T
}
