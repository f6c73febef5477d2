import { change, Counter, decodeChange, getLastLocalChange, init } from "@automerge/automerge"
import { expect, test } from "vitest"
import { ChangeOperations } from "./change-operations.ts"

type Doc = Record<string, unknown>

/** The footprint of a native change of a document that has `before`. */
function footprintOf(before: Doc, edit: (doc: Doc) => void) {
  const start = change(init<Doc>(), doc => void Object.assign(doc, before))
  const update = getLastLocalChange(change(start, edit)) ?? new Uint8Array()
  return new ChangeOperations(decodeChange(update), () => false).footprint()
}

test("[FP1] of several native writes of a key the last one counts, and what all of them replaced", () => {
  const { writes } = footprintOf({ x: { a: 1 } }, doc => {
    doc.x = 1
    doc.x = 2
  })
  expect(writes.map(({ key, value, over }) => [key, value, over?.length])).toEqual([["x", 2, 2]])
})

test("[FP1] what came and went inside of something new is not in its value", () => {
  const { writes } = footprintOf({}, doc => {
    const made: Doc = { keep: 1, drop: 2, list: ["a", "b", "c"] }
    doc.made = made
    const draft = doc.made as { drop?: unknown; list: unknown[] }
    delete draft.drop
    draft.list.splice(1, 1)
  })
  expect(writes.map(({ value }) => value)).toEqual([{ keep: 1, list: ["a", "c"] }])
})

test("[FP2] an element that is set anew is one in the place of another", () => {
  const { edits } = footprintOf({ list: [1, 2, 3] }, doc => void ((doc.list as unknown[])[1] = 9))
  expect(edits[0]?.inserted.map(({ content, replaces }) => [content, replaces])).toEqual([[[9], true]])
  expect(edits[0]?.deleted).toHaveLength(1)
})

test("[FP7] a counter that is counted up is no write, but told as worked in", () => {
  const { writes, edits } = footprintOf({ n: new Counter(1) }, doc => {
    ;(doc.n as Counter).increment(2)
    doc.m = 2
  })
  expect(writes.map(({ key }) => key)).toEqual(["m"])
  expect(edits).toEqual([{ container: expect.stringMatching(/:1$/), inserted: [], deleted: [] }])
})
