import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { pointNamespace, recordPointId, rowPointId } from "./point-id.ts"
import { sha1 } from "./sha1.ts"

describe("ids of points", () => {
  it("[QD1] SHA-1 is the platform's, whatever the length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        expect(Buffer.from(sha1(bytes)).toString("hex")).toBe(createHash("sha1").update(bytes).digest("hex"))
      })
    )
  })

  it("[QD1] they are UUIDs of version 5, and pinned: points are found by them for ever", () => {
    const namespace = pointNamespace("note_chunks", undefined)
    expect(rowPointId(namespace, "notes/1", 0)).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
    )
    expect([rowPointId(namespace, "notes/1", 0), recordPointId(namespace, "notes/1")]).toMatchInlineSnapshot(`
      [
        "c5472640-6c8f-547d-ba90-da02cb291df5",
        "af1d66bb-1f8f-5a5c-96c0-1f672972705d",
      ]
    `)
  })

  it("[QD1] other documents, ordinals, collections and tenants have other points", () => {
    const part = fc.tuple(
      fc.constantFrom("a", "b"),
      fc.constantFrom(undefined, "x"),
      fc.string({ maxLength: 3 }),
      fc.nat(20)
    )
    const idOf = ([collection, tenant, document, ordinal]: [
      string,
      string | undefined,
      string,
      number
    ]): string => rowPointId(pointNamespace(collection, tenant), document, ordinal)
    fc.assert(
      fc.property(part, part, (one, other) => {
        expect(idOf(one) === idOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      })
    )
  })
})
