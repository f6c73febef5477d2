import { isSynclineError } from "@syncline/clock"
import fc from "fast-check"
import fastJsonPatch, { type Operation } from "fast-json-patch"
import { applyPatch as applyRfc6902 } from "rfc6902"
import { describe, expect, it } from "vitest"
import { documentAndPatches, existingPlaces } from "../../testing/json-patch-arbitrary.ts"
import { deepEqualJson } from "../deep-equal-json.ts"
import type { ExtendedJsonPatch, ExtendedOperation, JsonPatch } from "../json-patch.ts"
import { applyPatch } from "./apply-patch.ts"
import { composePatch } from "./compose-patch.ts"
import { isContainer } from "./container.ts"
import { readAt } from "./read-at.ts"

/** What both other libraries refuse or get wrong: names that reach prototypes, and moves that shift their own path. */
function isSafeForOthers(document: unknown, patch: ExtendedJsonPatch): boolean {
  if (/__proto__|constructor|prototype|toString/.test(JSON.stringify([document, patch]))) return false
  return patch.every(operation => operation.op !== "move" || !leadsThrough(operation.path, operation.from))
}

/** Whether `path` leads through the array that `from` is an element of; both libraries resolve it before the removal. */
function leadsThrough(path: string, from: string): boolean {
  const array = from.slice(0, from.lastIndexOf("/") + 1)
  return path.startsWith(array) && path.indexOf("/", array.length) !== -1
}

/** Every array and object in a value. */
function containers(value: unknown): Set<unknown> {
  return new Set(
    existingPlaces(value)
      .map(path => readAt(value, path))
      .filter(isContainer)
  )
}

const texts = { list: ["first", "second", ["third"]], "1": "abc", o: { p: "text" }, "~/": "odd" }
const place = fc.constantFrom("/list/0", "/list/1", "/list/2", "/list/2/0", "/1", "/o", "/o/p", "/~0~1", "")
const edit: fc.Arbitrary<ExtendedOperation> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(place, fc.nat(4), fc.nat(2), fc.string({ maxLength: 3 })).map(spliceOf) },
  { weight: 1, arbitrary: place.map(path => ({ op: "add", path, value: "new" }) as const) },
  { weight: 1, arbitrary: place.map(path => ({ op: "replace", path, value: ["put"] }) as const) },
  { weight: 1, arbitrary: place.map(path => ({ op: "remove", path }) as const) },
  {
    weight: 1,
    arbitrary: fc.tuple(place, place).map(([from, path]) => ({ op: "move", from, path }) as const)
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, place).map(([from, path]) => ({ op: "copy", from, path }) as const)
  }
)

function spliceOf([path, index, remove, insert]: [string, number, number, string]): ExtendedOperation {
  return { op: "splice", path, splices: [{ index, remove, insert }] }
}

describe("applyPatch", () => {
  it("[TX12] joins splices of a text only as far as no other operation notices", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 25 }), edits => {
        const fitting: ExtendedOperation[] = []
        let expected: unknown = texts
        for (const operation of edits) {
          try {
            expected = applyPatch(expected, [operation], { extensions: true })
            fitting.push(operation)
          } catch (error) {
            if (!isSynclineError(error)) throw error
          }
        }
        expect(applyPatch(texts, fitting, { extensions: true })).toStrictEqual(expected)
        const whole = { op: "replace", path: "", value: texts } as const
        expect(applyPatch(0, composePatch([whole], fitting), { extensions: true })).toStrictEqual(expected)
      })
    )
  })

  it("[JP1] fast-json-patch gives the same value", () => {
    fc.assert(
      fc.property(documentAndPatches(1), ({ document, patches: [patch = []] }) => {
        fc.pre(isSafeForOthers(document, patch))
        // One copy an operation: it would put one value in two places as the same object.
        const copies = patch.map(operation => structuredClone(operation) as Operation)
        const theirs = fastJsonPatch.applyPatch(structuredClone(document), copies, true).newDocument
        expect(deepEqualJson(applyPatch(document, patch), theirs)).toBe(true)
      })
    )
  })

  it("[JP1] rfc6902 gives the same value", () => {
    fc.assert(
      fc.property(documentAndPatches(1), ({ document, patches: [patch = []] }) => {
        fc.pre(isSafeForOthers(document, patch) && patch.every(({ path }) => path !== ""))
        const theirs = structuredClone(document)
        const errors = applyRfc6902(theirs, structuredClone(patch) as Parameters<typeof applyRfc6902>[1])
        expect(errors.every(error => error === null)).toBe(true)
        expect(deepEqualJson(applyPatch(document, patch), theirs)).toBe(true)
      })
    )
  })

  it("[JP2] neither document nor patch changes, whether it succeeds or fails", () => {
    const failing = { op: "test", path: "", value: "another document" } as const
    fc.assert(
      fc.property(documentAndPatches(1), ({ document, patches: [patch = []] }) => {
        const before = structuredClone({ document, patch })
        const parts = [...containers(document)]
        applyPatch(document, patch)
        expect(() => applyPatch(document, [...patch, failing] as JsonPatch)).toThrow(/another value/)
        expect(deepEqualJson({ document, patch }, before)).toBe(true)
        expect([...containers(document)].every((part, i) => part === parts[i])).toBe(true)
      })
    )
  })

  it("[JP3] what no operation is about is the same object afterwards", () => {
    fc.assert(
      fc.property(documentAndPatches(1), ({ document, patches: [patch = []] }) => {
        const wrapped = { edited: document, other: { kept: [document] } }
        const within = patch.map(operation => inMember(operation, "/edited"))
        const result = applyPatch(wrapped, within) as typeof wrapped
        expect(result.other).toBe(wrapped.other)
        expect(deepEqualJson(result.edited, applyPatch(document, patch))).toBe(true)
      })
    )
  })

  it("[JP3] a replaced leaf copies the containers above it and no other", () => {
    fc.assert(
      fc.property(documentAndPatches(0), fc.nat(), ({ document }, choice) => {
        const paths = existingPlaces(document)
        const path = paths[choice % paths.length] ?? ""
        const result = applyPatch(document, [{ op: "replace", path, value: 7 }])
        const above = path.split("/").length - 1
        const fresh = [...containers(result)].filter(part => !containers(document).has(part))
        expect(fresh).toHaveLength(above)
      })
    )
  })

  it("[JP4] the result shares nothing with the patch, and no two places of it share anything", () => {
    fc.assert(
      fc.property(documentAndPatches(1), ({ document, patches: [patch = []] }) => {
        const values = containers(patch.map(operation => (operation.op === "add" ? operation.value : null)))
        const result = applyPatch(document, patch)
        const places = existingPlaces(result)
          .map(path => readAt(result, path))
          .filter(isContainer)
        expect(places.some(part => values.has(part))).toBe(false)
        expect(new Set(places).size).toBe(places.length)
      })
    )
  })
})

/** The operation, done inside a member. */
function inMember(operation: ExtendedJsonPatch[number], member: string): JsonPatch[number] {
  const moved = { ...operation, path: member + operation.path }
  return ("from" in moved ? { ...moved, from: member + moved.from } : moved) as JsonPatch[number]
}
