import fc from "fast-check"
import { expect, test } from "vitest"
import type { DocumentFacts } from "../commit/document-facts.ts"
import type { DocumentId } from "../document/document-id.ts"
import { bytes, facts } from "../testing/commit-arbitraries.ts"
import { decodeBase, decodeHead, encodeBase, encodeHead } from "./facts-codec.ts"

const id = "notes/1" as DocumentId

function plain({ chains, deletion, base, ...rest }: DocumentFacts): unknown {
  const inOrder = [...chains].sort(([a], [b]) => (a < b ? -1 : 1))
  return { ...rest, chains: inOrder, deletion: [...(deletion?.encode() ?? [])], base: base.encode() }
}

test("[CO10] heads are read as they were written, and equal facts are equal bytes", () => {
  fc.assert(
    fc.property(facts, one => {
      const read = decodeHead(encodeHead(one))
      expect(plain(read)).toEqual(plain(one))
      const turned = { ...one, chains: new Map([...one.chains].reverse()) }
      expect(encodeHead(turned)).toEqual(encodeHead(one))
    })
  )
})

test("[CO11] a base is read as it was written and covers just the version of its chains", () => {
  fc.assert(
    fc.property(facts, bytes({ maxLength: 500 }), (one, snapshot) => {
      const read = decodeBase(encodeBase({ document: id, facts: one, snapshot }), 1e6)
      expect(read.document).toBe(id)
      expect([...read.snapshot]).toEqual([...snapshot])
      expect(plain({ ...one, ...ofStorage(read.facts) })).toEqual(plain(read.facts))
      expect(read.facts.base.entries.map(({ actor, seq, hash }) => [actor, seq, hash])).toEqual(
        [...one.chains]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([actor, { seq, hash }]) => [actor, seq, hash])
      )
    })
  )
})

function ofStorage({ base, basePosition, baseBytes, tailCommits, tailBytes }: DocumentFacts) {
  return { base, basePosition, baseBytes, tailCommits, tailBytes }
}

test("[CO12] any changed or missing byte of a stored head or base is found out", () => {
  fc.assert(
    fc.property(facts, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, flip) => {
      for (const [encoded, decode] of [
        [encodeHead(one), decodeHead],
        [encodeBase({ document: id, facts: one, snapshot: new Uint8Array(9) }), readBase]
      ] as const) {
        const index = at % encoded.length
        const damaged = encoded.with(index, (encoded[index] ?? 0) ^ flip)
        expect(() => decode(damaged)).toThrow(expect.objectContaining({ code: "codec-corrupt" }))
        expect(() => decode(encoded.subarray(0, index))).toThrow(
          expect.objectContaining({ code: "codec-corrupt" })
        )
      }
    })
  )
})

function readBase(encoded: Uint8Array): unknown {
  return decodeBase(encoded, 1e6)
}
