import { describe, expect, test } from "vitest"
import { type ActorId, parseActorId } from "../actor/actor-id.ts"
import { ByteReader } from "../bytes/byte-reader.ts"
import { ByteWriter } from "../bytes/byte-writer.ts"
import { codeOf } from "../testing/error-code.ts"
import { VersionVector } from "../version-vector/version-vector.ts"
import { DottedVersionVectorSet } from "./dotted-version-vector-set.ts"

type Set = DottedVersionVectorSet<number>
const [a, b, c] = ["000000000000000a", "000000000000000b", "000000000000000c"].map(parseActorId) as [
  ActorId,
  ActorId,
  ActorId
]
const none: Set = DottedVersionVectorSet.empty()
const ascending = (x: number, y: number): number => x - y
const seen = (...entries: Array<readonly [ActorId, number]>): VersionVector => VersionVector.from(entries)

/** Everything observable: seqs and surviving values by actor. */
function shown(set: Set): unknown[] {
  const { context } = set
  return set.actors().map(actor => [
    actor.slice(-1),
    context.get(actor),
    ...set
      .dotted()
      .filter(([dot]) => dot.actor === actor)
      .map(([, value]) => value)
  ])
}

// The situations DVVSet's own suite checks, told as writes of named actors to one register.
describe("[DV1] a write replaces what its writer had read, and only that", () => {
  const first = none.event(a, 1)
  const second = first.event(a, 2, first.context)
  test.each([
    ["a first write", first, [["a", 1, 1]]],
    ["an overwrite by the same actor", second, [["a", 2, 2]]],
    ["a blind write by the same actor", first.event(a, 2), [["a", 2, 2, 1]]],
    [
      "a blind write by another actor",
      first.event(b, 2),
      [
        ["a", 1, 1],
        ["b", 1, 2]
      ]
    ],
    [
      "an overwrite by another actor",
      second.event(b, 3, second.context),
      [
        ["a", 2],
        ["b", 1, 3]
      ]
    ],
    [
      "a stale write by another actor",
      second.event(b, 3, first.context),
      [
        ["a", 2, 2],
        ["b", 1, 3]
      ]
    ],
    ["a stale write by the same actor", second.event(a, 3, first.context), [["a", 3, 3, 2]]],
    [
      "two blind writes, one of them then replaced",
      first.event(a, 2).event(a, 3, first.context),
      [["a", 3, 3, 2]]
    ],
    [
      "a write that read another replica",
      first.event(b, 2, seen([c, 4])),
      [
        ["a", 1, 1],
        ["b", 1, 2],
        ["c", 4]
      ]
    ]
  ])("%s", (_what, set, expected) => {
    expect(shown(set)).toEqual(expected)
  })
})

describe("[DV2] sync keeps what neither side has seen overwritten", () => {
  const one = none.event(a, 1)
  const two = one.event(a, 2, one.context)
  const blind = none.event(a, 1).event(a, 2)
  test.each([
    [
      "independent writes",
      one,
      none.event(b, 2),
      [
        ["a", 1, 1],
        ["b", 1, 2]
      ]
    ],
    ["an older state", one, two, [["a", 2, 2]]],
    [
      "two successors of one state",
      two.event(b, 3, two.context),
      two.event(c, 3, two.context),
      [
        ["a", 2],
        ["b", 1, 3],
        ["c", 1, 3]
      ]
    ],
    [
      "a side that only knows one of two siblings was overwritten",
      DottedVersionVectorSet.seen<number>(seen([a, 1])),
      blind,
      [["a", 2, 2]]
    ],
    [
      "a side that has seen something unrelated",
      DottedVersionVectorSet.seen<number>(seen([c, 1])),
      one,
      [
        ["a", 1, 1],
        ["c", 1]
      ]
    ],
    ["nothing", none, blind, [["a", 2, 2, 1]]]
  ])("%s", (_what, left, right, expected) => {
    expect(shown(left.sync(right))).toEqual(expected)
    expect(shown(right.sync(left))).toEqual(expected)
  })
})

test("[DV4] comparison goes by history, through merges and stale siblings", () => {
  const base = none.event(a, 1)
  const left = base.event(a, 2, base.context)
  const right = base.event(b, 2, base.context)
  const onLeft = base.event(c, 3, left.context)
  const joined = right.event(c, 4, onLeft.context)
  expect([base, left, onLeft].map(set => set.compare(joined))).toEqual(["before", "before", "before"])
  expect([left.compare(right), right.compare(onLeft), onLeft.compare(left)]).toEqual([
    "concurrent",
    "concurrent",
    "after"
  ])
  expect(base.compare(none.event(a, 9))).toBe("equal")
})

test("[DV4] sizes, actors, values and dots", () => {
  const set = none.event(b, 5).event(a, 1).event(a, 2)
  expect([set.size, set.values, set.actors()]).toEqual([3, [2, 1, 5], [a, b]])
  expect(set.dotted()).toEqual([
    [{ actor: a, seq: 2 }, 2],
    [{ actor: a, seq: 1 }, 1],
    [{ actor: b, seq: 1 }, 5]
  ])
  expect(set.event(c, 7, set.context).size).toBe(1)
  expect([none.size, none.values, none.context.size]).toEqual([0, [], 0])
})

test("[DV4] equals looks at history and values, dot for dot", () => {
  const [one, two] = [none.event(a, 1), none.event(a, 2)]
  expect([one.equals(none.event(a, 1)), one.equals(two), one.equals(one.event(b, 1))]).toEqual([
    true,
    false,
    false
  ])
  expect(one.equals(DottedVersionVectorSet.seen(one.context))).toBe(false)
  expect(one.equals(two, () => true)).toBe(true)
})

test("[DV5] last and lww pick among each actor's newest, the first among equals", () => {
  const set = none.event(a, 2).event(a, 5).event(c, 3).event(b, 0)
  expect(set.last(ascending)).toBe(5)
  expect(shown(set.lww(ascending))).toEqual([
    ["a", 2, 5],
    ["b", 1],
    ["c", 1]
  ])
  expect(shown(set.lww(() => 0))).toEqual([
    ["a", 2, 5],
    ["b", 1],
    ["c", 1]
  ])
  expect([none.last(ascending), none.lww(ascending).size]).toEqual([undefined, 0])
})

test("[DV6] reconcile replaces all values by one, as an event", () => {
  const set = none.event(a, 5).event(a, 2).event(b, 3)
  const sum = set.reconcile(c, values => values.reduce((total, value) => total + value, 0))
  expect(shown(sum)).toEqual([
    ["a", 2],
    ["b", 1],
    ["c", 1, 10]
  ])
  expect(sum.compare(set)).toBe("after")
})

test("[DV6] map keeps history and dots", () => {
  const set = none.event(a, 5).event(a, 2)
  expect(set.map(value => `${value}`).dotted()).toEqual([
    [{ actor: a, seq: 2 }, "2"],
    [{ actor: a, seq: 1 }, "5"]
  ])
})

const read = (bytes: number[], limits = {}): Set =>
  DottedVersionVectorSet.readFrom(new ByteReader(Uint8Array.from(bytes)), reader => reader.varUint(), limits)
const id = (last: number): number[] => [0, 0, 0, 0, 0, 0, 0, last]

test("[DV7] the bytes are pinned", () => {
  const set = none
    .event(a, 1)
    .event(a, 2)
    .event(b, 300, seen([b, 4]))
  const writer = new ByteWriter()
  set.writeTo(writer, (into, value) => into.varUint(value))
  const bytes = [2, ...id(10), 1, 2, 2, 1, ...id(11), 4, 1, 0xac, 2]
  expect([...writer.finish()]).toEqual(bytes)
  expect(read(bytes).equals(set)).toBe(true)
})

test.each([
  ["more values than events", [1, ...id(10), 0, 2, 7, 7], {}, "bytes-invalid"],
  ["actors out of order", [2, ...id(11), 0, 0, ...id(10), 0, 0], {}, "bytes-non-canonical"],
  ["an actor twice", [2, ...id(10), 0, 0, ...id(10), 0, 0], {}, "bytes-non-canonical"],
  ["too many actors", [2, ...id(10), 0, 0, ...id(11), 0, 0], { maxEntries: 1 }, "bytes-limit"],
  ["too many values in all", [2, ...id(10), 0, 1, 7, ...id(11), 0, 1, 7], { maxValues: 1 }, "bytes-limit"],
  ["too high a seq", [1, ...id(10), 9, 0], { maxSeq: 9 }, "bytes-limit"],
  ["an end too early", [1, ...id(10), 0], {}, "bytes-truncated"]
])("[DV7] a decoder refuses %s", (_what, bytes, limits, code) => {
  expect(codeOf(() => read(bytes, limits))).toBe(code)
})
