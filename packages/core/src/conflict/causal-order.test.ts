import type { ActorId, Dot, HlcStamp } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import { codeThrownBy } from "../testing/engine-case.ts"
import { CausalOrder, type IndexedCommit, isBefore, isConcurrent, type PlacedCommit } from "./causal-order.ts"

const actor = (number: number) => number.toString(16).padStart(16, "0") as ActorId

function commit(dot: Dot, dependencies: readonly Dot[] = []): IndexedCommit {
  return { dot, dependencies, kind: "change", stamp: 1 as HlcStamp, update: new Uint8Array() }
}

/** Steps of three actors: who commits, and whose newest commits it takes in before. */
const steps = fc.array(fc.record({ who: fc.nat(2), sees: fc.subarray([0, 1, 2]) }), { maxLength: 30 })

interface Grown {
  readonly order: CausalOrder
  readonly placed: readonly PlacedCommit[]
  readonly pasts: ReadonlyMap<PlacedCommit, ReadonlySet<PlacedCommit>>
}

function grow(history: readonly { readonly who: number; readonly sees: readonly number[] }[]): Grown {
  const order = new CausalOrder()
  const placed: PlacedCommit[] = []
  const pasts = new Map<PlacedCommit, ReadonlySet<PlacedCommit>>()
  const newest = new Map<number, PlacedCommit>()
  for (const { who, sees } of history) {
    const seen = [...new Set([who, ...sees])].flatMap(other => newest.get(other) ?? [])
    const foreign = seen.filter(one => one.commit.dot.actor !== actor(who))
    const seq = (newest.get(who)?.commit.dot.seq ?? 0) + 1
    const one = order.add(
      commit(
        { actor: actor(who), seq },
        foreign.map(({ commit: { dot } }) => dot)
      )
    )
    pasts.set(one, new Set(seen.flatMap(known => [known, ...(pasts.get(known) ?? [])])))
    placed.push(one)
    newest.set(who, one)
  }
  return { order, placed, pasts }
}

test("[CF9] what is before what, and what beside, is what the sets of their pasts say", () => {
  fc.assert(
    fc.property(steps, history => {
      const { order, placed, pasts } = grow(history)
      for (const one of placed) {
        const beside = placed.filter(
          other => other !== one && !pasts.get(one)?.has(other) && !pasts.get(other)?.has(one)
        )
        expect(new Set(order.concurrentWith(one))).toEqual(new Set(beside))
        for (const other of placed) {
          expect(isBefore(other, one)).toBe(pasts.get(one)?.has(other))
          expect(isConcurrent(one, other)).toBe(beside.includes(other))
        }
      }
      const last = placed.slice(-1)
      const isAlone = last.map(one => [...order.concurrentWith(one)].length === 0)
      expect(last.map(one => order.coversAll(one))).toEqual(isAlone)
    })
  )
})

test("[CF25] more than 2,000 writers are refused", () => {
  const order = new CausalOrder()
  for (let number = 1; number <= 2_000; number++) order.add(commit({ actor: actor(number), seq: 1 }))
  expect(codeThrownBy(() => order.add(commit({ actor: actor(2_001), seq: 1 })))).toBe("codec-limit")
})
