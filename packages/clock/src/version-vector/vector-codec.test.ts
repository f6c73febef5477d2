import { describe, expect, test } from "vitest"
import { type ActorId, parseActorId } from "../actor/actor-id.ts"
import { ActorTable } from "../actor/actor-table.ts"
import { codeOf } from "../testing/error-code.ts"
import { VersionVector } from "./version-vector.ts"

const MAX = Number.MAX_SAFE_INTEGER
const [a, b] = ["000000000000000a", "000000000000000b"].map(parseActorId) as [ActorId, ActorId]
const ab = VersionVector.from([
  [a, 1],
  [b, 300]
])
const idOf = (last: number): number[] => [0, 0, 0, 0, 0, 0, 0, last]
const bytesOf = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)
// One entry of actor `a`, above what is known.
const gain = (seq: number): Uint8Array => bytesOf(6, ...idOf(10), seq)

test("[VC1] the bytes are pinned", () => {
  const table = new ActorTable()
  table.intern(b)
  table.intern(a)
  const since = VersionVector.from([[b, 298]])
  expect(ab.encode()).toEqual(bytesOf(8, ...idOf(10), 0, ...idOf(11), 0xab, 2))
  expect(ab.encode({ table })).toEqual(bytesOf(9, 0, 0xab, 2, 0, 0))
  expect(ab.encode({ since })).toEqual(bytesOf(10, ...idOf(10), 0, ...idOf(11), 1))
  expect(ab.encode({ since, table })).toEqual(bytesOf(11, 0, 1, 0, 0))
  expect(VersionVector.empty.encode()).toEqual(bytesOf(0))
})

describe("[VC2] a decoder refuses", () => {
  test.each([
    ["nothing at all", bytesOf(), "bytes-truncated"],
    ["an entry cut off", bytesOf(4, 0, 0), "bytes-truncated"],
    ["a byte too many", bytesOf(0, 0), "bytes-trailing"],
    ["actors out of order", bytesOf(8, ...idOf(11), 0, ...idOf(10), 0), "bytes-non-canonical"],
    ["an actor twice", bytesOf(8, ...idOf(10), 0, ...idOf(10), 0), "bytes-non-canonical"],
    ["a seq in a longer form", bytesOf(4, ...idOf(10), 0x80, 0), "bytes-non-canonical"],
    ["a count in a longer form", bytesOf(0x80, 0), "bytes-non-canonical"],
    ["an unsafe seq", bytesOf(4, ...idOf(10), ...Array<number>(7).fill(0xff), 0x10), "bytes-invalid"],
    ["the seq 2⁵³", bytesOf(4, ...idOf(10), ...Array<number>(7).fill(0xff), 0x0f), "bytes-limit"]
  ])("%s", (_what, bytes, code) => {
    const limits = { maxSeq: MAX }
    expect(codeOf(() => VersionVector.decode(bytes, { limits }))).toBe(code)
  })
})

test("[VC3] what the peer knows costs nothing, whole or in part", () => {
  expect(ab.encode({ since: ab })).toHaveLength(1)
  expect(ab.encode({ since: ab.with(a, 7) })).toHaveLength(1)
  expect(VersionVector.decode(bytesOf(2), { since: ab })).toBe(ab)
})

test("[VC3] a gain on top of what is known must stay in the limits", () => {
  const since = VersionVector.from([[a, MAX - 1]])
  expect(VersionVector.decode(gain(0), { since, limits: { maxSeq: MAX } }).get(a)).toBe(MAX)
  expect(codeOf(() => VersionVector.decode(gain(1), { since, limits: { maxSeq: MAX } }))).toBe("bytes-limit")
})

test("[VC4] with a shared table an entry takes two or three bytes", () => {
  const table = new ActorTable()
  const actors = Array.from({ length: 256 }, (_, i) =>
    parseActorId((i * 7919).toString(16).padStart(16, "0"))
  )
  for (const actor of actors) table.intern(actor)
  const dense = VersionVector.from(actors.map((actor, i) => [actor, 1 + i * 64] as const))
  const bytes = dense.encode({ table })
  expect((bytes.length - 2) / 256).toBeLessThanOrEqual(3)
  expect(VersionVector.decode(bytes, { table }).equals(dense)).toBe(true)
})

test("[VC4] an actor the table lacks is refused on either side", () => {
  const table = new ActorTable()
  table.intern(a)
  expect(codeOf(() => ab.encode({ table }))).toBe("actor-unknown")
  expect(codeOf(() => VersionVector.decode(bytesOf(5, 1, 0), { table }))).toBe("actor-unknown")
})

test("[VC5] limits on entries, bytes and seqs hold", () => {
  const bytes = ab.encode()
  const decode = (limits: object) => codeOf(() => VersionVector.decode(bytes, { limits }))
  expect([decode({ maxEntries: 1 }), decode({ maxBytes: 19 }), decode({ maxSeq: 299 })]).toEqual(
    Array(3).fill("bytes-limit")
  )
  expect(decode({ maxEntries: 2, maxBytes: bytes.length, maxSeq: 300 })).toBe(undefined)
})

test("[VC5] by default a peer cannot bring a seq near the end of the safe integers", () => {
  const bytes = VersionVector.from([[a, 2 ** 40 + 1]]).encode()
  expect(codeOf(() => VersionVector.decode(bytes))).toBe("bytes-limit")
})

test("[VC6] refused bytes intern nothing", () => {
  const home = new ActorTable()
  const bad = [...ab.encode(), 0]
  expect(codeOf(() => VersionVector.decode(Uint8Array.from(bad), { home }))).toBe("bytes-trailing")
  expect(codeOf(() => VersionVector.decode(ab.encode().subarray(0, -1), { home }))).toBe("bytes-truncated")
  expect(home.size).toBe(0)
  expect([VersionVector.decode(ab.encode(), { home }).size, home.size]).toEqual([2, 2])
})

test("[VC7] bytes of another form are refused, not misread", () => {
  const table = new ActorTable()
  table.intern(a)
  table.intern(b)
  const options = [{}, { table }, { since: VersionVector.empty }, { since: VersionVector.empty, table }]
  const codes = options.map(made =>
    options.map(read => codeOf(() => VersionVector.decode(ab.encode(made), read)))
  )
  expect(codes).toEqual(
    options.map(made => options.map(read => (made === read ? undefined : "bytes-invalid")))
  )
})
