import fc from "fast-check"
import { expect, test } from "vitest"
import { OrderedMap } from "./ordered-map.ts"

type Step = readonly ["set" | "delete", number]

const steps = fc.array(fc.tuple(fc.constantFrom("set", "set", "delete"), fc.nat(400)) as fc.Arbitrary<Step>, {
  maxLength: 300
})

interface Applied {
  readonly map: OrderedMap<number, string>
  readonly model: Map<number, string>
  /** For each delete, whether both said the same of it. */
  readonly agreements: readonly boolean[]
}

function apply(all: readonly Step[], spread: number): Applied {
  const map = new OrderedMap<number, string>((a, b) => a - b)
  const model = new Map<number, string>()
  const agreements: boolean[] = []
  // Every step writes a run of keys, so that blocks fill, split and empty.
  for (const [step, from] of all)
    for (let key = from; key < from + spread; key++) {
      if (step === "delete") agreements.push(map.delete(key) === model.delete(key))
      else {
        map.set(key, `${key}`)
        model.set(key, `${key}`)
      }
    }
  return { map, model, agreements }
}

test("[STO22] an ordered map iterates like a sorted list of its entries, from anywhere", () => {
  fc.assert(
    fc.property(
      steps,
      fc.constantFrom(1, 40, 700),
      fc.integer({ min: -1, max: 1100 }),
      (all, spread, after) => {
        const { map, model, agreements } = apply(all.slice(0, 3000 / spread), spread)
        const sorted = [...model].sort(([a], [b]) => a - b)
        expect([...map.entries()]).toEqual(sorted)
        expect([...map.entries(after)]).toEqual(sorted.filter(([key]) => key > after))
        expect(map.get(after)).toBe(model.get(after))
        expect(map.size).toBe(model.size)
        expect(agreements).not.toContain(false)
      }
    ),
    { numRuns: 60 }
  )
})
