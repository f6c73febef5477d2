import fc from "fast-check"
import { expect, it } from "vitest"
import { noFaults } from "../testing/faulty-network.ts"
import { PresenceFleet, room } from "../testing/core-presence-fleet.ts"

const size = 4
const lines = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 0],
  [0, 2]
] as const

const who = fc.nat(size - 1)
const step = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), who, state: fc.nat(9) }),
  fc.record({ kind: fc.constant("clear" as const), who }),
  fc.record({ kind: fc.constant("cut" as const), line: fc.nat(lines.length - 1) }),
  fc.record({ kind: fc.constant("heal" as const) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(10, 60, 500, 5_000, 40_000) })
)

it("[PR11] whatever links were cut, once they are healed everybody sees what everybody else shows", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.subarray([...lines], { minLength: 3 }),
      fc.array(step, { maxLength: 15 }),
      async (seed, chosen, steps) => {
        const fleet = new PresenceFleet(seed, size, { ...noFaults, maxDelayMs: 60, cut: 0.01 })
        const limits = { limits: { pingIntervalMs: 2_000, pingTimeoutMs: 1_000 } }
        for (const [from, to] of chosen) fleet.link(from, to, limits, limits)
        for (const one of steps) {
          if (one.kind === "set") fleet.at(one.who).set(room, `${one.who}: ${one.state}`)
          else if (one.kind === "clear") fleet.at(one.who).clear(room)
          else if (one.kind === "cut") fleet.network.partition((lines[one.line] ?? []).join("-"))
          else if (one.kind === "heal") fleet.network.heal()
          else await fleet.time.advance(one.ms)
        }
        fleet.network.heal()
        fleet.network.faults = noFaults
        await fleet.time.advance(60_000)
        const shown = fleet.everybody.map(presence => presence.own(room))
        const reach = componentsOf(chosen)
        for (const [index, seen] of fleet.seen().entries()) {
          const others = shown.filter(
            (state, i) => state !== undefined && i !== index && reach[i] === reach[index]
          )
          expect(seen.map(String).sort()).toEqual(others.map(String).sort())
        }
      }
    )
  )
})

/** For each replica the lowest one that it is linked to, over however many links. */
function componentsOf(chosen: readonly (readonly [number, number])[]): readonly number[] {
  const lowest = Array.from({ length: size }, (_, i) => i)
  for (let pass = 0; pass < size; pass++)
    for (const [a, b] of chosen) {
      const both = Math.min(lowest[a] ?? 0, lowest[b] ?? 0)
      lowest[a] = both
      lowest[b] = both
    }
  return lowest
}
