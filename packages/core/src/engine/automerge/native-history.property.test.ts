import { Counter, ImmutableString, isCounter, mark, splice, splitBlock } from "@automerge/automerge"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { JsonValue, Path } from "../../document/json.ts"
import { openDocument, receive } from "../../testing/engine-case.ts"
import { SeededRandom } from "../../testing/seeded-random.ts"
import type { EngineChange, EngineDocument } from "../engine.ts"
import { automerge } from "./automerge-engine.ts"
import type { AutomergeNative } from "./native-handle.ts"

const engine = automerge()
await engine.ready?.()

type Native = Record<string | number, unknown>

const keys = ["a", "b"]

/** One of several documents, and which of all changes it has. */
interface Side {
  readonly document: EngineDocument
  readonly has: Set<EngineChange>
}

function randomValue(random: SeededRandom, depth: number): unknown {
  const scalars = [
    1,
    "text",
    null,
    new Counter(random.integer(5)),
    new ImmutableString("i"),
    Uint8Array.of(1)
  ]
  if (depth === 0 || random.chance(0.6)) return random.pick(scalars)
  const values = [0, 1].map(() => randomValue(random, depth - 1))
  return random.chance(0.5) ? values : Object.fromEntries(values.map(value => [random.pick(keys), value]))
}

/** A container anywhere in the document, or a counter. */
function randomTarget(value: JsonValue | undefined, path: Path, random: SeededRandom): Path {
  if (typeof value !== "object" || value === null || random.chance(0.3)) return path
  const steps: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  if (steps.length === 0) return path
  const step = random.pick(steps)
  const inside: unknown = Reflect.get(value, step)
  return randomTarget(inside as JsonValue, [...path, step], random)
}

function edit({ document }: Side, random: SeededRandom): void {
  const path = randomTarget(document.value(), [], random)
  const kind = path.length === 0 ? "map" : document.kindAt(path)
  ;(document.native as AutomergeNative).change(root => {
    const target = path.reduce<unknown>((at, step) => (at as Native | undefined)?.[step], root)
    // Some of those that Automerge gives can only be read.
    if (isCounter(target)) {
      if ("increment" in target) target.increment(1 + random.integer(3))
    }
    // A predefined container may not be there yet.
    else if (typeof target === "string" && kind === "text") editText(root, path, target.length, random)
    else if (Array.isArray(target)) editList(target, random)
    else if (typeof target === "object" && target !== null && kind === "map")
      editMap(target as Native, random)
  })
}

function editText(root: Native, path: Path, length: number, random: SeededRandom): void {
  const at = random.integer(length + 1)
  const steps = [...path]
  if (random.chance(0.6))
    splice(root, steps, at, random.integer(Math.min(3, length - at) + 1), random.pick(["", "xy"]))
  else if (random.chance(0.5)) splitBlock(root, steps, at, { type: "p" })
  else if (at < length) mark(root, steps, { start: at, end: length, expand: "both" }, "bold", true)
}

function editList(list: unknown[], random: SeededRandom): void {
  const at = random.integer(list.length + 1)
  if (at < list.length && random.chance(0.3)) list.splice(at, 1)
  else if (at < list.length && !isCounter(list[at]) && random.chance(0.5)) list[at] = randomValue(random, 1)
  else list.splice(at, 0, randomValue(random, 1))
}

function editMap(map: Native, random: SeededRandom): void {
  const key = random.pick(keys)
  if (random.chance(0.2)) delete map[key]
  else if (!isCounter(map[key])) map[key] = randomValue(random, 2)
}

/** Two documents that are edited natively and get each other's changes at random. */
function live(seed: number): void {
  const random = new SeededRandom(seed)
  const made: EngineChange[] = []
  const sides: readonly Side[] = [0, 1].map(() => ({ document: openDocument(engine), has: new Set() }))
  for (const { document, has } of sides) {
    if (random.chance(0.5)) (document.native as AutomergeNative).on("change", () => {})
    document.onNativeChange(change => {
      made.push(change)
      has.add(change)
    })
  }
  // Something to contend for from the beginning, often counters.
  const first = (): unknown => (random.chance(0.7) ? new Counter(random.integer(9)) : randomValue(random, 1))
  for (const { document } of sides)
    (document.native as AutomergeNative).change(doc => void (doc["a"] = first()))
  for (let step = 0; step < 12; step++) {
    const [side, other] = [random.pick(sides), random.pick(sides)]
    const lacking = made.filter(change => other.has.has(change) && !side.has.has(change))
    if (lacking.length === 0 || random.chance(0.6)) edit(side, random)
    else {
      receive(side.document, ...lacking)
      for (const change of lacking) side.has.add(change)
    }
    expect(side.document.value()).toEqual(openDocument(engine, side.document.snapshot()).value())
  }
}

test("[AM25] random histories of native edits show after each step what is there when they are loaded", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 31 }), live))
})
