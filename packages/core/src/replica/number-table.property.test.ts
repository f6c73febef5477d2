import fc from "fast-check"
import { expect, test } from "vitest"
import { NumberTable } from "./number-table.ts"

const word = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer())
const step = fc.record({ word, number: fc.nat(2), adds: fc.boolean() })

test("[RE31] numbers are found under their words and nowhere else, after any additions and deletions", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(step, { maxLength: 200, size: "max" }), (salt, steps) => {
      const table = new NumberTable(salt)
      const model = new Map<string, readonly [number, number]>()
      for (const { word: at, number, adds } of steps) {
        const name = `${at} ${number}`
        if (adds && !model.has(name)) table.add(at, number)
        if (adds) model.set(name, [at, number])
        else table.delete(at, number)
        if (!adds) model.delete(name)
      }
      for (const { word: at } of steps) {
        const expected = [...model.values()].filter(([other]) => other === at).map(([, number]) => number)
        expect(new Set(table.get(at))).toEqual(new Set(expected))
        expect(table.get(at)).toHaveLength(expected.length)
      }
    })
  )
})
