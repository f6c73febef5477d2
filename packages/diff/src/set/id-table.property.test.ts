import fc from "fast-check"
import { expect, test } from "vitest"
import { IdTable } from "./id-table.ts"

// Few ids with few hashes, so that they collide, meet again and close gaps over the table's end.
const change = fc.record({ id: fc.integer({ min: -40, max: 40 }), adds: fc.boolean() })
const hashOf = (id: number): number => ((id * id) % 7 === 0 ? -1 : id & 31)

test("[SE2] the table of ids is a set", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 300, size: "max" }), changes => {
      const [table, model] = [new IdTable(), new Set<number>()]
      for (const { id, adds } of changes) {
        const changed = adds ? table.add(id, -id, hashOf(id)) : table.delete(id, -id, hashOf(id))
        expect(changed).toBe(adds !== model.has(id))
        if (adds) model.add(id)
        else model.delete(id)
      }
      const listed = new Set<number>()
      table.forEach(high => listed.add(high))
      expect(listed).toEqual(model)
      expect(table.size).toBe(model.size)
      for (let id = -40; id <= 40; id++) expect(table.has(id, -id, hashOf(id))).toBe(model.has(id))
    })
  )
})
