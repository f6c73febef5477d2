import { describe, expect, test } from "vitest"
import { type ActorId, parseActorId } from "../actor/actor-id.ts"
import type { CausalOrder } from "./causal-order.ts"
import { VersionVector } from "./version-vector.ts"

// What the test suites of Riak's vclock and Akka's VectorClock pin down, as our own cases. A history is a text: each
// letter is an event of that actor, on top of all before it.
const actorOf = (letter: string): ActorId =>
  parseActorId(`${letter.charCodeAt(0).toString(16)}00000000000000`)

function grow(vector: VersionVector, history: string): VersionVector {
  return Array.from(history).reduce((grown, letter) => grown.with(grown.next(actorOf(letter))), vector)
}

const after = (history: string): VersionVector => grow(VersionVector.empty, history)
const seqs = (vector: VersionVector, letters: string): number[] =>
  Array.from(letters, letter => vector.get(actorOf(letter)))

describe("[VV4] histories compare as the field's implementations agree", () => {
  const table: ReadonlyArray<readonly [string, string, CausalOrder, string]> = [
    ["", "", "equal", "nothing has happened on either side"],
    ["p", "", "after", "a first event follows nothing"],
    ["", "q", "before", "nothing precedes a first event"],
    ["pqp", "pqp", "equal", "the same events in the same order"],
    ["pqp", "ppq", "equal", "the same events in another order"],
    ["pqp", "pqpr", "before", "one event of a new actor on top"],
    ["p", "q", "concurrent", "two first events"],
    ["pqp", "ppr", "concurrent", "two branches with different actors"],
    ["qq", "pqqr", "before", "more actors on both ends of the order"],
    ["pqqr", "qq", "after", "the same the other way round"],
    ["pq", "pp", "concurrent", "each ahead for one actor"],
    ["pqqr", "pqqqq", "concurrent", "a common past, then different actors"],
    ["prr", "prq", "concurrent", "the actor in the middle is on one side only"],
    ["pqpq", "pqp", "after", "one more event of a known actor"]
  ]
  test.each(table)("%j to %j is %s: %s", (left, right, order) => {
    expect(after(left).compare(after(right))).toBe(order)
  })
})

describe("[VV4] dominates is the order, and true of equals", () => {
  test.each([
    ["p", "", true],
    ["", "p", false],
    ["p", "q", false],
    ["pqpq", "pqp", true],
    ["pqpq", "pqpq", true],
    ["pqp", "pqpq", false]
  ])("%j dominates %j: %s", (left, right, expected) => {
    expect(after(left).dominates(after(right))).toBe(expected)
  })
})

describe("[VV5] merges know every event of both and nothing else", () => {
  test.each([
    ["", "", [0, 0, 0, 0]],
    ["pqqqq", "pqqr", [1, 4, 1, 0]],
    ["ss", "pqqr", [1, 2, 1, 2]],
    ["p", "qr", [1, 1, 1, 0]],
    ["qr", "p", [1, 1, 1, 0]],
    ["pq", "pr", [1, 1, 1, 0]],
    ["pqqssss", "rrrsss", [1, 2, 3, 4]]
  ])("%j with %j", (left, right, expected) => {
    const [a, b] = [after(left), after(right)]
    expect(seqs(a.merge(b), "pqrs")).toEqual(expected)
    expect(b.merge(a).compare(a.merge(b))).toBe("equal")
    expect([a.merge(b).dominates(a), a.merge(b).dominates(b)]).toEqual([true, true])
  })
})

test("[VV4] an event on top of a merge follows both branches, and neither follows it", () => {
  const [left, right] = [after("pp"), after("q")]
  const joined = grow(left.merge(right), "r")
  expect([joined.compare(left), joined.compare(right)]).toEqual(["after", "after"])
  expect([left.dominates(joined), right.dominates(joined), right.dominates(left)]).toEqual([
    false,
    false,
    false
  ])
})

test("[VV2] entries count the events of each actor, and strangers have none", () => {
  const vector = after("pqrp")
  expect(seqs(vector, "pqrs")).toEqual([2, 1, 1, 0])
  expect(vector.actors()).toEqual(Array.from("pqr", actorOf))
  expect(vector.has({ actor: actorOf("p"), seq: 2 })).toBe(true)
  expect(vector.has({ actor: actorOf("s"), seq: 1 })).toBe(false)
})

// Riak prunes small, young, big and old clocks by rules of their own; what its tests protect by them we protect by
// never doing it: two replicas that prune at different moments report order where there is none, or differ for ever.
test("[VV9] a vector of many old actors is compared whole before anything else can happen to it", () => {
  const letters = Array.from({ length: 60 }, (_, i) => String.fromCharCode(0x40 + i)).join("")
  const long = after(letters)
  expect(long.compare(grow(long, "@"))).toBe("before")
  expect(grow(long, "@").compare(grow(long, "A"))).toBe("concurrent")
  expect(long.merge(after("@")).size).toBe(60)
})
