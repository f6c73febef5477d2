import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type SealedRecord, Sealer } from "./seal.ts"
import type { TableLayout } from "./table-layout.ts"

const columns = (["text", "integer", "bytes", "real"] as const).map(kind => ({
  name: kind,
  kind,
  indexed: false
}))
const tables: readonly TableLayout[] = ["a", "ab"].map(name => ({ name, child: true, columns }))

const row = fc.record({
  table: fc.constantFrom(...tables),
  ordinal: fc.nat(3),
  values: fc.tuple(
    fc.option(fc.string({ unit: "grapheme", maxLength: 9 })),
    fc.option(fc.integer({ min: -12, max: 12 })),
    fc.option(fc.uint8Array({ maxLength: 3 })),
    fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0))
  )
})
const record: fc.Arbitrary<SealedRecord> = fc.record({
  id: fc.constantFrom("n/1", "n/11", "n/1:3", "n/é"),
  key: fc.record({ generation: fc.nat(12), projection: fc.nat(12), height: fc.nat(12) }),
  digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  deleted: fc.boolean(),
  rows: fc.array(row, { maxLength: 4 })
})
const sealer = new Sealer(new Uint8Array(32).fill(1))

describe("Sealer", () => {
  it("[PJ6] different records have different seals, equal ones the same", () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        expect(sealer.seal(a) === sealer.seal(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
        expect(sealer.seal(structuredClone(a))).toBe(sealer.seal(a))
      })
    )
  })

  it("[PJ6] every part of the bookkeeping is sealed", () => {
    const base = {
      id: "n/1",
      key: { generation: 1, projection: 1, height: 1 },
      digest: new Uint8Array(32),
      deleted: false,
      rows: []
    }
    const changed: readonly Partial<SealedRecord>[] = [
      {},
      { id: "n/2" },
      { key: { ...base.key, generation: 2 } },
      { key: { ...base.key, projection: 2 } },
      { key: { ...base.key, height: 2 } },
      { digest: new Uint8Array(32).fill(1) },
      { deleted: true }
    ]
    expect(new Set(changed.map(change => sealer.seal({ ...base, ...change }))).size).toBe(changed.length)
  })

  it("[PJ6] one changed cell changes the seal and the token", () => {
    const value = fc.tuple(record, row, row).filter(([, a, b]) => JSON.stringify(a) !== JSON.stringify(b))
    fc.assert(
      fc.property(value, ([base, a, b]) => {
        const [one, two] = [a, b].map(each => ({ ...base, rows: [...base.rows, each] }))
        expect(one && sealer.seal(one)).not.toBe(two && sealer.seal(two))
        expect(sealer.token("x", one?.rows ?? [])).not.toBe(sealer.token("x", two?.rows ?? []))
      })
    )
  })

  it("[PJ6] a seal depends on the key, the text and its length, whatever was sealed before", () => {
    const other = new Sealer(new Uint8Array(32).fill(2))
    const long = sealer.sealText("x".repeat(100_000))
    expect(sealer.sealText("a")).toBe(new Sealer(new Uint8Array(32).fill(1)).sealText("a"))
    expect(sealer.sealText("a")).not.toBe(other.sealText("a"))
    expect(sealer.sealText("a\u0000")).not.toBe(sealer.sealText("a"))
    expect(sealer.sealText("x".repeat(100_000))).toBe(long)
  })

  it("[PJ43] a leaf is keyed, and another for each document, digest, generation and projection version", () => {
    const [zeros, ones] = [new Uint8Array(32), new Uint8Array(32).fill(1)]
    const base = { generation: 1, projection: 2 }
    const other = new Sealer(ones.with(0, 7))
    const leaves = [
      sealer.leaf(zeros, zeros, base),
      other.leaf(zeros, zeros, base),
      sealer.leaf(ones, zeros, base),
      sealer.leaf(zeros, ones, base),
      sealer.leaf(zeros, zeros, { ...base, generation: 2 }),
      sealer.leaf(zeros, zeros, { ...base, projection: 1 })
    ]
    expect(new Set(leaves).size).toBe(leaves.length)
    expect(leaves[0]).toBe(sealer.sealText(`leaf:1,2;${"0".repeat(128)}`))
  })

  it("[PJ6] the sealed text of a record is pinned", () => {
    const [table] = tables
    const values = ["é|", -5, new Uint8Array([0, 255]), 0.1]
    const rows = table === undefined ? [] : [{ table, ordinal: 2, values }]
    const key = { generation: 1, projection: 2, height: 3 }
    const digest = new Uint8Array([10])
    const text = "1,2,3,0,1;0An/1:3é|-500FF|t3d2b4|0.1,|2|a)"
    expect(sealer.seal({ id: "n/1", key, digest, deleted: false, rows })).toBe(sealer.sealText(text))
  })
})
