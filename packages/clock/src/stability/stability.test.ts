import { expect, test } from "vitest"
import { type ActorId, parseActorId } from "../actor/actor-id.ts"
import { codeOf } from "../testing/error-code.ts"
import { VersionVector } from "../version-vector/version-vector.ts"
import { Stability } from "./stability.ts"

const [a, b, c] = ["000000000000000a", "000000000000000b", "000000000000000c"].map(parseActorId) as [
  ActorId,
  ActorId,
  ActorId
]
const vector = (...entries: Array<readonly [ActorId, number]>): VersionVector => VersionVector.from(entries)

/** Two peers that both have all of `a`, and parts of `b`. */
function twoPeers(): Stability {
  const stability = new Stability()
  stability.ack("one", vector([a, 3], [b, 5]))
  stability.ack("two", vector([a, 3], [b, 2], [c, 1]))
  return stability
}

test("[ST1] the cut is what every peer has", () => {
  expect(twoPeers().cut.toJSON()).toEqual({ [a]: 3, [b]: 2 })
  expect([twoPeers().isStable({ actor: b, seq: 2 }), twoPeers().isStable({ actor: b, seq: 3 })]).toEqual([
    true,
    false
  ])
  expect(new Stability().cut.size).toBe(0)
})

test("[ST2] a late acknowledgement takes nothing back", () => {
  const stability = twoPeers()
  const { cut } = stability
  stability.ack("two", vector([a, 1]))
  expect(stability.cut).toBe(cut)
  expect(stability.acknowledged("two")?.get(c)).toBe(1)
})

test("[ST3] forgetting a peer raises the cut, a new one lowers it", () => {
  const stability = twoPeers()
  expect(stability.cut.get(b)).toBe(2)
  stability.forget("two")
  expect([stability.cut.get(b), stability.peers]).toEqual([5, ["one"]])
  stability.ack("three", vector([a, 1]))
  expect(stability.cut.toJSON()).toEqual({ [a]: 1 })
  expect(stability.acknowledged("two")).toBe(undefined)
})

test("[ST4] an actor is retired at the dot all peers have, and not before", () => {
  const stability = twoPeers()
  expect(stability.retirable()).toEqual([a])
  expect([b, c].map(actor => codeOf(() => stability.retire(actor)))).toEqual(
    Array(2).fill("actor-not-stable")
  )
  expect(stability.retire(a)).toEqual({ actor: a, seq: 3 })
  expect([stability.retirable(), stability.retired.toJSON()]).toEqual([[], { [a]: 3 }])
  expect(codeOf(() => new Stability().retire(a))).toBe("actor-not-stable")
})

test("[ST5] a vector without its retired entries is put back whole", () => {
  const stability = twoPeers()
  stability.retire(a)
  const whole = vector([a, 3], [b, 4])
  const compacted = stability.compact(whole)
  expect(compacted.toJSON()).toEqual({ [b]: 4 })
  expect(stability.expand(compacted).equals(whole)).toBe(true)
  expect(new Stability(stability.retired).compact(whole).equals(compacted)).toBe(true)
})

test("[ST5] a retired actor that wrote after all keeps its entry", () => {
  const stability = twoPeers()
  stability.retire(a)
  const risen = vector([a, 4])
  expect(stability.compact(risen).toJSON()).toEqual({ [a]: 4 })
  expect(stability.expand(stability.compact(risen)).equals(risen)).toBe(true)
})

test("[ST5] a vector that lacks a retired dot is not completed", () => {
  const stability = twoPeers()
  stability.retire(a)
  expect(codeOf(() => stability.compact(vector([a, 2], [b, 9])))).toBe("vector-uncovered")
})
