import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { arraySequence, PieceTable } from "./piece-table.ts"

const strings = {
  slice: (value: string, start: number, end: number): string => value.slice(start, end),
  join: (a: string, b: string): string => a + b
}

const splices = fc.array(fc.tuple(fc.nat(40), fc.nat(10), fc.string({ maxLength: 4 })), { maxLength: 12 })

/** Performs the splices on a table and on a string; positions are taken modulo what is there. */
function run(
  before: string,
  steps: readonly (readonly [number, number, string])[]
): { table: PieceTable<string>; after: string } {
  const table = new PieceTable(before.length, strings)
  let after = before
  for (const [at, count, insert] of steps) {
    const index = at % (after.length + 1)
    const remove = Math.min(count, after.length - index)
    table.splice(index, remove, insert)
    after = after.slice(0, index) + insert + after.slice(index + remove)
  }
  return { table, after }
}

describe("PieceTable", () => {
  test("[YJ15] its edits, one after the other, do what the splices did", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), splices, (before, steps) => {
        const { table, after } = run(before, steps)
        let text = before
        for (const { index, remove, insert } of table.edits())
          text = text.slice(0, index) + (insert ?? "") + text.slice(index + remove)
        expect(text).toBe(after)
        expect(table.length).toBe(after.length)
      })
    )
  })

  test("[YJ15] arrays, which grow in place, do as strings do", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), splices, (before, steps) => {
        const { table, after } = run(before, steps)
        const arrays = new PieceTable(before.length, arraySequence<string>())
        let length = before.length
        for (const [at, count, insert] of steps) {
          const index = at % (length + 1)
          const remove = Math.min(count, length - index)
          arrays.splice(index, remove, insert.split(""))
          length += insert.length - remove
        }
        const joined = arrays.edits().map(({ insert, ...edit }) => ({ ...edit, insert: insert?.join("") }))
        expect(joined).toEqual(table.edits())
        expect(arrays.length).toBe(after.length)
      })
    )
  })

  test("[YJ15] edits never touch: there is something left between two of them", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), splices, (before, steps) => {
        let end = -1
        for (const { index, remove, insert } of run(before, steps).table.edits()) {
          expect(index).toBeGreaterThan(end)
          expect(remove + (insert?.length ?? 0)).toBeGreaterThan(0)
          end = index + (insert?.length ?? 0)
        }
      })
    )
  })
})
