import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { EngineDocument } from "../../engine/engine.ts"
import { yjs } from "../../engine/yjs/yjs-engine.ts"
import { contractShape } from "../../testing/engine-case.ts"
import { SeededRandom } from "../../testing/seeded-random.ts"
import type { JsonValue } from "../json.ts"
import type { Draft } from "./draft.ts"
import { recordDraft } from "./record-draft.ts"

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain }

const keys = ["a", "b", "c", "__proto__", "1"]

function open(): EngineDocument {
  return yjs().open({ shape: contractShape, identity: yjs().createIdentity(new SeededRandom(3)) })
}

/** Does the same to a draft as to a plain object, as it only looks at what it is given. */
function randomEdit(root: Plain, random: SeededRandom): void {
  for (let step = 0; step < 6; step++) {
    const at = descend(root, random)
    if (Array.isArray(at)) editList(at, random, root)
    else if (typeof at === "object" && at !== null) editMap(at, random, root)
  }
}

function descend(root: Plain, random: SeededRandom): Plain {
  let at = root
  for (let depth = random.integer(4); depth > 0; depth--) {
    // By key, as new keys stand elsewhere in a draft than in a plain object.
    const entries = Object.entries((at ?? {}) as Record<string, Plain>).sort(([a], [b]) => (a < b ? -1 : 1))
    const inner: Plain[] = entries
      .map(([, value]) => value)
      .filter(value => typeof value === "object" && value !== null)
    if (inner.length === 0) return at
    at = random.pick(inner)
  }
  return at
}

function editList(list: Plain[], random: SeededRandom, root: Plain): void {
  const at = random.integer(list.length + 1)
  const value = randomValue(random, root)
  const edits: (() => unknown)[] = [
    () => list.push(value, 1),
    () => list.splice(at, random.integer(3), value),
    () => list.unshift(value),
    () => list.pop(),
    () => list.shift(),
    () => (list.length = at),
    () => (list[at] = value),
    () => exchange(list, random)
  ]
  random.pick(edits)()
}

function exchange(list: Plain[], random: SeededRandom): void {
  if (list.length === 0) return
  const [one, other] = [random.integer(list.length), random.integer(list.length)]
  const [held = null, put = null] = [list[one], list[other]]
  list[one] = put
  if (random.chance(0.5)) editHeld(held, random)
  list[other] = held
}

/** What is in nobody's place, but in the hands of the edit. */
function editHeld(held: Plain, random: SeededRandom): void {
  if (Array.isArray(held)) held.push(random.integer(3))
  else if (typeof held === "object" && held !== null) held["c"] = random.integer(3)
}

function editMap(map: { [key: string]: Plain }, random: SeededRandom, root: Plain): void {
  const key = random.pick(keys)
  const choice = random.integer(5)
  if (choice === 0) delete map[key]
  else if (choice === 1) exchangeKeys(map, key, random.pick(["a", "b", "c"]))
  // As plain assignment to `__proto__` would set the prototype of the plain twin.
  else if (key === "__proto__") return
  else map[key] = randomValue(random, root)
  const { votes } = map
  if (typeof votes === "number" && random.chance(0.5)) map["votes"] = votes + random.integer(5) - 2
  const body = map["body"]
  if (typeof body === "string" && random.chance(0.3)) map["body"] = `${body.slice(1)}xy`
}

function exchangeKeys(map: { [key: string]: Plain }, one: string, other: string): void {
  if (one === "__proto__" || !Object.hasOwn(map, one) || !Object.hasOwn(map, other)) return
  const [held = null, put = null] = [map[one], map[other]]
  map[one] = put
  map[other] = held
}

function randomValue(random: SeededRandom, root: Plain): Plain {
  const choice = random.integer(7)
  if (choice === 0) return [1, "x", { a: [] }]
  if (choice === 1) return { a: 1, b: ["y"], c: {} }
  if (choice === 2) return random.integer(3)
  if (choice === 3) return null
  // Something that is already there: an alias in plain JavaScript, a copy in a document.
  if (choice === 4) return copyIfPlain(descend(root, random))
  return random.pick(["", "s", "\u{1f600}"])
}

function copyIfPlain(value: Plain): Plain {
  return JSON.parse(JSON.stringify(value)) as Plain
}

describe("recordDraft", () => {
  test("[DR1] an edit does to a document what it does to a plain object, and reads its own writes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 6 }), seeds => {
        const document = open()
        for (const seed of seeds) {
          const plain = structuredClone(document.value()) as Plain
          let seen: unknown
          // Of what changed, a view knows nothing until it is asked.
          const value = (seed % 2 === 0 ? document.view?.() : undefined) ?? document.value()
          const operations = recordDraft(value, document.kindAt, (draft: Plain) => {
            randomEdit(draft, new SeededRandom(seed))
            seen = JSON.parse(JSON.stringify(draft))
          })
          randomEdit(plain, new SeededRandom(seed))
          document.change(operations)
          expect(document.value()).toEqual(plain)
          expect(seen).toEqual(plain)
        }
      }),
      { numRuns: 300 }
    )
  })

  test("[DR2] assigning a whole value gives that value, and again gives nothing", () => {
    const json = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 4 }), values => {
        const document = open()
        for (const value of values) {
          const assign = (draft: Draft<Record<string, JsonValue>>): unknown =>
            (draft["x"] = structuredClone(value) as never)
          document.change(recordDraft(document.value(), document.kindAt, assign))
          expect(document.value()["x"]).toEqual(JSON.parse(JSON.stringify(value)))
          expect(recordDraft(document.value(), document.kindAt, assign)).toEqual([])
        }
      })
    )
  })
})
