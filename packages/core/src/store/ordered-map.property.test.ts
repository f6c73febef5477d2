import fc from "fast-check"
import { expect, test } from "vitest"
import { OrderedMap } from "./ordered-map.ts"

type Step = readonly ["set" | "delete", number]

const steps = fc.array(fc.tuple(fc.constantFrom("set", "set", "delete"), fc.nat(400)) as fc.Arbitrary<Step>, {
  maxLength: 300
})

function apply(
  all: readonly Step[],
  spread: number
): { map: OrderedMap<number, string>; model: Map<number, string> } {
  const map = new OrderedMap<number, string>((a, b) => a - b)
  const model = new Map<number, string>()
  // Every step writes a run of keys, so that blocks fill, split and empty.
  for (const [step, from] of all)
    for (let key = from; key < from + spread; key++) {
      if (step === "set") map.set(key, `${key}`)
      else expect(map.delete(key)).toBe(model.has(key))
      if (step === "set") model.set(key, `${key}`)
      else model.delete(key)
    }
  return { map, model }
}

test("[ST22] an ordered map iterates like a sorted list of its entries, from anywhere", () => {
  fc.assert(
    fc.property(
      steps,
      fc.constantFrom(1, 40, 700),
      fc.integer({ min: -1, max: 1100 }),
      (all, spread, after) => {
        const { map, model } = apply(all.slice(0, 3000 / spread), spread)
        const sorted = [...model].sort(([a], [b]) => a - b)
        expect([...map.entries()]).toEqual(sorted)
        expect([...map.entries(after)]).toEqual(sorted.filter(([key]) => key > after))
        expect(map.get(after)).toBe(model.get(after))
        expect(map.size).toBe(model.size)
      }
    ),
    { numRuns: 60 }
  )
})
