import { describe, expect, test } from "vitest"
import { type ActorId, parseActorId } from "../actor/actor-id.ts"
import { ActorTable } from "../actor/actor-table.ts"
import { codeOf } from "../testing/error-code.ts"
import { VersionVector } from "./version-vector.ts"

const MAX = Number.MAX_SAFE_INTEGER
const [a, b, c] = ["000000000000000a", "000000000000000b", "000000000000000c"].map(parseActorId) as [
  ActorId,
  ActorId,
  ActorId
]
const actorNumber = (n: number): ActorId => parseActorId(n.toString(16).padStart(16, "0"))
const from = (...entries: Array<readonly [ActorId, number]>) => codeOf(() => VersionVector.from(entries))
const vector = (seqs: Record<string, number>): VersionVector =>
  VersionVector.fromJSON(
    Object.fromEntries(Object.entries(seqs).map(([id, seq]) => [id.padStart(16, "0"), seq]))
  )

test("[VV1] an actor may occur once, with a seq from 1", () => {
  expect(from([a, 1], [b, 1], [a, 1])).toBe("vector-invalid")
  expect([0, -1, 1.5, Number.NaN, MAX + 1].map(seq => from([a, seq]))).toEqual(Array(5).fill("dot-invalid"))
  expect(codeOf(() => VersionVector.from([["forged" as ActorId, 1]]))).toBe("actor-invalid")
})

test("[VV2] dots up to the entry are in, all others are not", () => {
  const two = vector({ a: 2 })
  expect([-1, 0, 1, 2, 3, Number.NaN].map(seq => two.has({ actor: a, seq }))).toEqual([
    false,
    false,
    true,
    true,
    false,
    false
  ])
  expect(two.has({ actor: b, seq: 1 })).toBe(false)
  expect([two.next(a), two.next(b)]).toEqual([
    { actor: a, seq: 3 },
    { actor: b, seq: 1 }
  ])
})

test("[VV3] equal is never before", () => {
  const twins = [vector({ a: 1, b: 2 }), vector({ b: 2, a: 1 })] as const
  expect(twins[0].compare(twins[1])).toBe("equal")
  expect(VersionVector.empty.compare(vector({}))).toBe("equal")
})

test("[VV3] concurrent of the same height is not equal", () => {
  expect(vector({ a: 1, b: 2 }).compare(vector({ a: 2, b: 1 }))).toBe("concurrent")
  expect(vector({ a: 1 }).compare(vector({ b: 1 }))).toBe("concurrent")
  expect(vector({ a: 1 }).equals(vector({ b: 1 }))).toBe(false)
})

test("[VV4] actors are compared by identity, whatever order they were met in", () => {
  const late = VersionVector.empty.with(c, 1).with(a, 1)
  const early = VersionVector.empty.with(a, 1).with(c, 1).with(b, 1)
  expect(late.compare(early)).toBe("before")
  expect(late.with(c, 2).compare(early)).toBe("concurrent")
})

describe("[VV5] merge ends and keeps every entry when one side runs out first", () => {
  test.each([
    [{ a: 1 }, { b: 1, c: 1 }, { a: 1, b: 1, c: 1 }],
    [{ b: 1, c: 1 }, { a: 1 }, { a: 1, b: 1, c: 1 }],
    [{ a: 5, b: 1, c: 1 }, { b: 4 }, { a: 5, b: 4, c: 1 }],
    [{ b: 4 }, { a: 5, b: 1, c: 1 }, { a: 5, b: 4, c: 1 }],
    [{}, { a: 1, c: 1 }, { a: 1, c: 1 }]
  ])("%j with %j", (left, right, merged) => {
    expect(vector(left).merge(vector(right)).toJSON()).toEqual(vector(merged).toJSON())
  })
})

test("[VV9] comparing and merging prune nothing, at any size", () => {
  const many = VersionVector.from(Array.from({ length: 3000 }, (_, i) => [actorNumber(i), i + 1] as const))
  const one = VersionVector.from([[actorNumber(2999), 5000]])
  expect(many.merge(one).size).toBe(3000)
  expect(one.merge(many).get(actorNumber(0))).toBe(1)
  expect([many.compare(one), many.size, one.size]).toEqual(["concurrent", 3000, 1])
})

test("[VV10] an operation that changes nothing returns its vector", () => {
  const big = vector({ a: 2, b: 2 })
  const small = vector({ a: 1 })
  expect(big.with(a, 1)).toBe(big)
  expect(big.merge(small)).toBe(big)
  expect(small.merge(big)).toBe(big)
  expect(small.meet(big)).toBe(small)
  expect(big.with(a, 2)).toBe(big)
})

test("[VV10] with leaves the vector it was called on alone", () => {
  const before = vector({ a: 1 })
  const after = before.with({ actor: a, seq: 4 }).with(b, 1)
  expect([before.get(a), before.get(b), after.get(a), after.get(b)]).toEqual([1, 0, 4, 1])
  expect(codeOf(() => before.with(a, 0))).toBe("dot-invalid")
})

test("[VV11] vectors on other tables compare without growing them", () => {
  const mine = new ActorTable()
  const left = VersionVector.from([[a, 1]], mine)
  const right = VersionVector.from([[b, 1]], new ActorTable())
  expect([left.compare(right), left.equals(right), left.dominates(right)]).toEqual([
    "concurrent",
    false,
    false
  ])
  expect([left.meet(right).size, left.diff(right), mine.size]).toEqual([0, [{ actor: a, from: 1, to: 1 }], 1])
  expect([left.merge(right).size, mine.size]).toEqual([2, 2])
})

test("[VV12] seqs beyond 16 and 32 bits stay apart", () => {
  const seqs = [2 ** 15, 2 ** 16, 2 ** 31, 2 ** 32, 2 ** 52]
  for (const seq of seqs) {
    expect(vector({ a: seq }).compare(vector({ a: seq + 1 }))).toBe("before")
    expect(vector({ a: seq }).next(a).seq).toBe(seq + 1)
  }
})

test("[VV13] nothing leaves the safe integers silently", () => {
  expect(codeOf(() => vector({ a: MAX }).next(a))).toBe("vector-overflow")
  expect(codeOf(() => vector({ a: MAX, b: 1 }))).toBe("vector-overflow")
  expect(codeOf(() => vector({ a: MAX }).with(b, 1))).toBe("vector-overflow")
  expect(codeOf(() => vector({ a: MAX }).merge(vector({ b: 1 })))).toBe("vector-overflow")
  expect(vector({ a: MAX - 1, b: 1 }).height).toBe(MAX)
})

test("[VV14] the JSON text has ascending keys", () => {
  const text = '{"000000000000000a":1,"000000000000000b":2,"1000000000000000":3}'
  const made = VersionVector.empty.with(parseActorId("1000000000000000"), 3).with(b, 2).with(a, 1)
  expect(JSON.stringify(made)).toBe(text)
  expect(VersionVector.fromJSON(JSON.parse(text)).equals(made)).toBe(true)
})

test.each([
  [null, "vector-invalid"],
  [[], "vector-invalid"],
  ["x", "vector-invalid"],
  [{ A: 1 }, "actor-invalid"],
  [{ [a]: "1" }, "dot-invalid"],
  [{ [a]: 0 }, "dot-invalid"]
])("[VV14] %j is not the JSON of a vector", (json, code) => {
  expect(codeOf(() => VersionVector.fromJSON(json))).toBe(code)
})
