import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { collection } from "../document/collection.ts"
import { text } from "../document/shape.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { memoryStore } from "../store/memory-store.ts"
import { openReplica } from "./open-replica.ts"
import type { TextField } from "./text-field.ts"

const notes = collection("notes", { fields: { body: text() } })

function code(expected: string): object {
  return expect.objectContaining({ code: expected }) as object
}

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("texts by code points on %s", (_, engine) => {
  async function openText(): Promise<TextField> {
    const ports = { logger: silentLogger }
    const replica = await openReplica({ store: memoryStore(), engine: engine(), collections: [notes], ports })
    return (await replica.load(notes, "1")).text("body")
  }

  test("[TF1] positions are those of Array.from, whatever is in the text", async () => {
    const field = await openText()
    const { codePoints } = field
    const word = fc.string({
      unit: fc.constantFrom("a", "é", "e\u0301", "\u{1f600}", "\u{10ffff}", "\ud7ff")
    })
    const step = fc.record({ at: fc.nat(), remove: fc.nat(3), insert: word })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), steps => {
        for (const { at, remove, insert } of steps) {
          const points = Array.from(field.toString())
          const index = at % (points.length + 1)
          const count = Math.min(remove, points.length - index)
          expect(codePoints.toUtf16(index)).toBe(points.slice(0, index).join("").length)
          expect(codePoints.fromUtf16(codePoints.toUtf16(index))).toBe(index)
          codePoints.splice(index, count, insert)
          points.splice(index, count, ...Array.from(insert))
          expect([codePoints.toString(), codePoints.length]).toEqual([points.join(""), points.length])
        }
      })
    )
  })

  test("[TF2] what is outside the text, or inside a character, is refused", async () => {
    const field = await openText()
    field.insert(0, "a\u{1f600}")
    const { codePoints } = field
    for (const [index, remove] of [
      [3, 0],
      [-1, 0],
      [0.5, 0],
      [0, 3],
      [2, 1],
      [0, -1]
    ] as const)
      expect(() => codePoints.splice(index, remove, "x")).toThrow(code("path-invalid"))
    for (const index of [2, 4, -1]) expect(() => codePoints.fromUtf16(index)).toThrow(code("path-invalid"))
    expect(field.toString()).toBe("a\u{1f600}")
  })

  test("[TF3] a splice by UTF-16 units that ends inside a surrogate pair is refused", async () => {
    const field = await openText()
    field.insert(0, "a\u{1f600}b")
    for (const [index, remove] of [
      [2, 0],
      [2, 1],
      [1, 1],
      [0, 2]
    ] as const)
      expect(() => field.splice(index, remove, "x")).toThrow(code("value-unsupported"))
    expect(() => field.insert(0, "\ud83d")).toThrow(code("value-unsupported"))
    field.splice(1, 2, "x")
    expect(field.toString()).toBe("axb")
  })
})
