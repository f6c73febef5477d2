import { keyedId } from "@syncline/diff/set"
import fc from "fast-check"
import { expect, test } from "vitest"
import { sha256 } from "#platform"
import type { DocumentId } from "../document/document-id.ts"
import { OtherSide } from "./other-side.ts"
import { UnitIndex } from "./unit-index.ts"

const document = fc.nat(6).map(key => `notes/${key}` as DocumentId)
const digest = fc.nat(5).map(seed => sha256(new Uint8Array([seed])))

const step = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), document, digest }),
  fc.record({ kind: fc.constant("stand" as const), document, theirs: fc.option(digest, { nil: undefined }) }),
  fc.record({ kind: fc.constant("release" as const), document }),
  fc.record({ kind: fc.constant("root" as const) })
)

test("[GR24] a copy that is kept current has the root of the tree with what stands for ours put in", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(10), async (steps, begin) => {
      const index = new UnitIndex("notes", {
        nameDigest: keyedId,
        salt: 7,
        giveWay: async () => {},
        stretch: 3
      })
      const substitutes = new Map<DocumentId, Uint8Array | undefined>()
      const equal = async (other: OtherSide) => {
        await other.ready
        expect(other.root(substitutes)).toEqual(index.rootWith(substitutes))
      }
      let other: OtherSide | undefined
      for (const [i, one] of steps.entries()) {
        // What is taken in while the copy is made is in it, too.
        if (i === begin) other = new OtherSide(index)
        if (one.kind === "set") index.set(one.document, one.digest)
        else if (one.kind === "stand") substitutes.set(one.document, one.theirs)
        else if (one.kind === "release") substitutes.delete(one.document)
        else if (other !== undefined) await equal(other)
      }
      await equal(other ?? new OtherSide(index))
    }),
    { numRuns: 200 }
  )
})
