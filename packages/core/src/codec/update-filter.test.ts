import { deflateRawSync } from "node:zlib"
import fc from "fast-check"
import { expect, test } from "vitest"
import * as Y from "yjs"
import { FilteredUpdates, UpdateFilter } from "./update-filter.ts"

const updates = fc.array(fc.uint8Array({ maxLength: 300, size: "max" }))

test("[CO1] every byte of every update comes back through the filter", () => {
  fc.assert(
    fc.property(updates, all => {
      const filter = new UpdateFilter()
      const written = all.flatMap(update => [...filter.toDifference(update)])
      const back = new FilteredUpdates(Uint8Array.from(written))
      expect(all.map(({ length }) => back.next(length))).toEqual(all)
      expect(() => back.next(1)).toThrow("1 more were needed")
      back.expectEnd()
    })
  )
})

test("[CO6] filtered keystrokes compress to two thirds of what they did", () => {
  const doc = new Y.Doc()
  const typed: Uint8Array[] = []
  doc.on("update", update => typed.push(update))
  const text = "what somebody typed, ".repeat(5)
  for (let i = 0; i < text.length; i++) doc.getText("body").insert(i, text.charAt(i))
  const filter = new UpdateFilter()
  const differences = typed.map(update => filter.toDifference(update))
  expect(compressedSize(differences) / compressedSize(typed)).toBeLessThan(2 / 3)
})

function compressedSize(parts: readonly Uint8Array[]): number {
  return deflateRawSync(Buffer.concat(parts)).length
}
