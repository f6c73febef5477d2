import fc from "fast-check"
import { expect, test } from "vitest"
import { SinkStanding, type StoredLease } from "./sink-standing.ts"

const age = { generation: 1, projection: 1 }

/** Sessions 0 and 1 are of one store, 2 of another. */
const epochs = ["a", "a", "b"]

const opened = (epoch: string): SinkStanding =>
  new SinkStanding({ place: "here", epoch, age, watermark: undefined, hasRecords: false })

const step = fc.record({
  who: fc.nat(2),
  does: fc.constantFrom("take", "give back", "write"),
  passedMs: fc.nat(800)
})

function isFenced(work: () => unknown): boolean {
  try {
    work()
    return false
  } catch {
    return true
  }
}

test("[SC14] [SC15] whatever is taken and given back, only the one who took it last writes, and nobody takes what another holds", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const sessions = epochs.map(opened)
      const hadIt = new Set<number>()
      let stored: StoredLease | undefined
      let last: number | undefined
      let nowMs = 0
      const found: unknown[] = []
      const wanted: unknown[] = []
      for (const { who, does, passedMs } of steps) {
        nowMs += passedMs
        const isHolder = stored?.holder === `${who}`
        if (does === "take") {
          const isFree = stored === undefined || stored.untilMs <= nowMs || isHolder
          const wish = { holder: `${who}`, ttlMs: 1000, nowMs }
          const hasLost = isFree && hadIt.has(who) && last !== who
          found.push(isFenced(() => sessions[who]?.answer(stored, age, wish)))
          wanted.push(hasLost)
          if (hasLost) sessions[who] = opened(epochs[who] ?? "")
          const answer = sessions[who]?.answer(stored, age, wish)
          const isTakeover = isFree && stored !== undefined && stored.epoch !== answer?.write?.epoch
          found.push([answer?.write !== undefined, answer?.lease.holder === `${who}`, answer?.generation])
          wanted.push([isFree, isFree, isTakeover ? 2 : undefined])
          if (isFree) last = who
          if (isFree) hadIt.add(who)
          stored = answer?.write ?? stored
          if (answer !== undefined) sessions[who]?.held(answer)
        } else if (does === "give back" && isHolder && stored !== undefined)
          stored = { ...stored, untilMs: 0 }
        found.push(sessions.map(each => isFenced(() => each.mustHold(stored))))
        wanted.push(sessions.map((_, index) => last !== undefined && last !== index))
      }
      expect(found).toEqual(wanted)
    })
  )
})

test("[SC21] a session writes on just where the facts are there and this store's watermark is not lower than it left it", () => {
  const positions = fc.record({ left: fc.nat(9), found: fc.option(fc.nat(9), { nil: undefined }) })
  fc.assert(
    fc.property(positions, fc.boolean(), ({ left, found }, isThere) => {
      const session = opened("a")
      session.applied({ epoch: "a", position: left })
      const write = (): void => {
        session.mustBeCurrent(undefined, isThere ? age : undefined)
        session.mustReach(found === undefined ? undefined : { position: found })
      }
      expect(isFenced(write)).toBe(!isThere || (found ?? 0) < left)
      session.raised(2)
      expect(isFenced(() => session.mustReach(undefined))).toBe(false)
    })
  )
})
