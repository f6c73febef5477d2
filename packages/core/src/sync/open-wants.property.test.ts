import fc from "fast-check"
import { expect, test } from "vitest"
import { actors } from "../testing/commit-arbitraries.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { VersionsEntry } from "./frame.ts"
import { OpenWants } from "./open-wants.ts"

const wish = fc.record({ document: fc.constantFrom("a/1", "a/2", "a/3", "a/4"), seq: fc.nat(3) })
const step = fc.oneof(
  fc.array(wish, { maxLength: 5 }).map(wishes => ({ wishes })),
  fc.integer({ min: 1, max: 3 }).map(limit => ({ limit }))
)

/** An entry whose version is told apart from others by its height. */
function entryOf(document: string, seq: number): VersionsEntry {
  const [actor] = actors
  const dots = seq === 0 || actor === undefined ? [] : [{ actor, seq, hash: new Uint8Array(8) }]
  return { document: document as DocumentId, version: Version.from(dots) }
}

test("[SY84] each wish is answered once, and each document by its newest", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), steps => {
      const wants = new OpenWants()
      const model = new Map<string, { seq: number; times: number }>()
      const [answers, wanted]: [unknown[], unknown[]] = [[], []]
      for (const one of steps) {
        const wishes = "wishes" in one ? one.wishes : []
        for (const { document, seq } of wishes)
          model.set(document, { seq, times: (model.get(document)?.times ?? 0) + 1 })
        wants.add(wishes.map(({ document, seq }) => entryOf(document, seq)))
        const limit = "limit" in one ? one.limit : 0
        const { entries, times } = wants.take(limit)
        answers.push([entries.map(({ document, version }) => [document, version.height]), times, wants.size])
        const taken = [...model].slice(0, limit)
        for (const [document] of taken) model.delete(document)
        wanted.push([
          taken.map(([document, { seq }]) => [document, seq]),
          taken.reduce((sum, [, each]) => sum + each.times, 0),
          model.size
        ])
      }
      expect(answers).toEqual(wanted)
    })
  )
})
