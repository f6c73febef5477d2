import fc from "fast-check"
import { expect, test } from "vitest"
import { CounterMarker, TextMarker } from "../document/draft/marker.ts"
import type { JsonValue } from "../document/json.ts"
import { carry, type Marked } from "./carry.ts"
import { carryText } from "./carry-text.ts"

const { json } = fc.letrec<{ json: JsonValue }>(tie => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<JsonValue>(0, 1, null, "a", "b"),
    fc.array(tie("json"), { maxLength: 4 }) as fc.Arbitrary<JsonValue>,
    fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), tie("json"), {
      maxKeys: 3
    }) as fc.Arbitrary<JsonValue>
  )
}))
const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "\u{1f600}"), maxLength: 12 })

function marked(value: JsonValue): Marked {
  return { value, marked: value }
}

test("[UN1] where nobody changed anything since, it is as it was before", () => {
  fc.assert(
    fc.property(json, json, (base, ours) => {
      expect(carry(base, marked(ours), marked(base)).value).toEqual(ours)
    })
  )
})

test("[UN2] where nothing is taken back, or the same was done already, nothing changes", () => {
  fc.assert(
    fc.property(json, json, (base, theirs) => {
      expect(carry(base, marked(base), marked(theirs)).value).toEqual(theirs)
      expect(carry(base, marked(theirs), marked(theirs)).value).toEqual(theirs)
    })
  )
})

test("[UN2] what is marked is what is given", () => {
  fc.assert(
    fc.property(json, json, json, (base, ours, theirs) => {
      const both = carry(base, marked(ours), marked(theirs))
      expect(both.marked).toEqual(both.value)
    })
  )
})

test("[UN2] in a text, edits of different places both count, and no character is cut", () => {
  fc.assert(
    fc.property(text, text, text, text, (left, right, ours, theirs) => {
      expect(carryText(`${left}|${right}`, `${ours}|${right}`, `${left}|${theirs}`)).toBe(`${ours}|${theirs}`)
      expect(carryText(left, right, ours).isWellFormed()).toBe(true)
    })
  )
})

test("[UN2] of a counter, what is taken back is the difference, wherever others have counted to", () => {
  const count = fc.integer({ min: -9, max: 9 })
  fc.assert(
    fc.property(count, count, count, (base, ours, theirs) => {
      const before = { value: { n: ours }, marked: { n: new CounterMarker(ours) } }
      const now = { value: { n: theirs }, marked: { n: theirs } }
      const { value, marked: restored } = carry({ n: base }, before, now)
      expect(value).toEqual({ n: theirs + ours - base })
      expect(restored).toEqual({ n: expect.anything() })
    })
  )
})

test("[UN3] elements without an `id` are told by their place where as many stand there", () => {
  const ours = marked([{ n: 0 }, { n: 2 }])
  const theirs = marked([{ n: 1, by: "b" }, { n: 2 }])
  expect(carry([{ n: 1 }, { n: 2 }], ours, theirs).value).toEqual([{ n: 0, by: "b" }, { n: 2 }])
})

test("[UN8] what two edits of a text amount to is a text", () => {
  const ours = { value: "b", marked: new TextMarker("b") }
  const both = carry("ab", ours, marked("abc"))
  expect([both.value, both.marked]).toEqual(["bc", new TextMarker("bc")])
})
