import fc from "fast-check"
import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { expect, test } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { actors, entry, version } from "../testing/commit-arbitraries.ts"
import { Version, type VersionOrder } from "./version.ts"

const id = "notes/1" as DocumentId
const mirrored: Record<VersionOrder, VersionOrder> = {
  equal: "equal",
  before: "after",
  after: "before",
  concurrent: "concurrent",
  forked: "forked"
}

function isForked(a: Version, b: Version): boolean {
  return a.entries.some(({ actor, seq, hash }) => {
    const other = b.entryOf(actor)
    return other?.seq === seq && other.hash[0] !== hash[0]
  })
}

function isBelow(a: Version, b: Version): boolean {
  return a.compare(b) === "before" || a.compare(b) === "equal"
}

test("[CM3] versions without a fork relate as the sets of their dots do", () => {
  fc.assert(
    fc.property(version, version, (a, b) => {
      fc.pre(!isForked(a, b))
      expect(a.compare(b)).toBe(a.vector.compare(b.vector))
    })
  )
})

test("[CM3] seen from the other side a relation is its mirror image", () => {
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(b.compare(a)).toBe(mirrored[a.compare(b)])
      expect(a.compare(a)).toBe("equal")
    })
  )
})

test("[CM3] before is transitive", () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      fc.pre(!isForked(a, b) && !isForked(b, c) && !isForked(a, c))
      expect(!isBelow(a, b) || !isBelow(b, c) || isBelow(a, c)).toBe(true)
    }),
    { numRuns: 2000 }
  )
})

test("[CM4] two hashes under one dot are a fork, also to a peer that has only eight bytes of them", () => {
  fc.assert(
    fc.property(version, version, (a, b) => {
      const short = Version.read(new ByteReader(b.encode(8)), 8)
      expect(a.compare(b) === "forked").toBe(isForked(a, b))
      expect(a.compare(short)).toBe(a.compare(b))
      expect(short.compare(a)).toBe(mirrored[a.compare(b)])
    })
  )
})

test("[CM5] a version is read as it was written, and only in that form", () => {
  fc.assert(
    fc.property(version, fc.constantFrom(8 as const, 32 as const), (a, hashLength) => {
      const bytes = a.encode(hashLength)
      const read = Version.read(new ByteReader(bytes), hashLength)
      expect(read.encode(hashLength)).toEqual(bytes)
      expect(read.vector.equals(a.vector)).toBe(true)
    })
  )
})

/** Reads entries as if they were a version. */
function reading(...entries: readonly (Uint8Array | undefined)[]): () => Version {
  const writer = new ByteWriter()
  writer.varUint(entries.length)
  for (const bytes of entries) writer.bytes(bytes ?? new Uint8Array())
  return () => Version.read(new ByteReader(writer.finish()), 8)
}

test("[CM5] entries in another order, twice, or without a commit are no version", () => {
  const [first, second] = actors.map(actor =>
    Version.from([entry(actor, 1)])
      .encode(8)
      .subarray(1)
  )
  const none = first?.with(8, 0)
  expect(reading(first, second)).not.toThrow()
  for (const bad of [reading(second, first), reading(first, first), reading(none)])
    expect(bad).toThrow(expect.objectContaining({ code: "codec-invalid" }))
})

test("[CM5] more actors than allowed are refused before they are read", () => {
  const writer = new ByteWriter()
  writer.varUint(1e15)
  expect(() => Version.read(new ByteReader(writer.finish()), 32)).toThrow(
    expect.objectContaining({ code: "codec-limit" })
  )
})

test("[CM6] digests are equal exactly where document and version are, hashes included", () => {
  fc.assert(
    fc.property(version, version, (a, b) => {
      const isSame = a.compare(b) === "equal"
      expect(Buffer.from(a.digest(id)).equals(b.digest(id))).toBe(isSame)
      expect(a.digest(id)).not.toEqual(a.digest("notes/2" as DocumentId))
    })
  )
})

test("[CM7] replacing entries gives what building the version anew gives", () => {
  fc.assert(
    fc.property(version, version, (a, b) => {
      const rebuilt = Version.from([...a.entries, ...b.entries])
      expect(a.with(...b.entries).encode()).toEqual(rebuilt.encode())
      expect(b.entries.reduce((sum, one) => sum.with(one), a).encode()).toEqual(rebuilt.encode())
    })
  )
})
