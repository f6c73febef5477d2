import fc from "fast-check"
import { expect, test } from "vitest"
import { type MigrationEvent, nextMigrationState } from "./migration-machine.ts"
import type { MigrationPhase, MigrationState } from "./migration-state.ts"

const simple = fc
  .constantFrom(
    "opened",
    "filled",
    "followed",
    "unverified",
    "switched",
    "settled",
    "cutover",
    "finish",
    "rollback",
    "retry"
  )
  .map((type): MigrationEvent => ({ type }))
const event: fc.Arbitrary<MigrationEvent> = fc.oneof(
  { weight: 10, arbitrary: simple },
  { weight: 1, arbitrary: fc.constant({ type: "counted", target: 9, documents: 5 } as const) },
  { weight: 2, arbitrary: fc.constant({ type: "verified", as: "1.1", at: 9 } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("reopened" as const),
      phase: fc.constantFrom("verify" as const, "cutover" as const),
      at: fc.constantFrom(9, 10)
    })
  },
  { weight: 1, arbitrary: fc.constant({ type: "failed", reason: "so" } as const) }
)

const way: readonly MigrationPhase[] = [
  "planned",
  "backfill",
  "catch-up",
  "verify",
  "cutover",
  "soak",
  "done"
]
const planned: MigrationState = { phase: "planned", to: "new", target: 0, documents: 0 }

function mayFollow(from: MigrationPhase, to: MigrationPhase, replaces: boolean): boolean {
  if (to === "rolled-back") return from !== "done"
  if (to === "failed") return ["planned", "backfill", "catch-up", "verify", "cutover"].includes(from)
  if (to === "planned") return from === "failed" || from === "rolled-back"
  if (to === "catch-up") return ["backfill", "verify", "cutover"].includes(from)
  if (to === "done" && from === "cutover") return !replaces
  return way.indexOf(to) === way.indexOf(from) + 1
}

test("[MI1] [MI8] whatever happens, phases follow each other as documented, and what is not allowed changes nothing", () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 40 }),
      fc.boolean(),
      fc.boolean(),
      (events, replaces, automatic) => {
        let state = planned
        for (const each of events) {
          const [next, effects] = nextMigrationState(state, each, { replaces, automatic })
          expect(next.phase === state.phase || mayFollow(state.phase, next.phase, replaces)).toBe(true)
          expect(next !== state || each.type === "opened" || effects.length === 0).toBe(true)
          expect(next.failure === undefined).toBe(next.phase !== "failed")
          // Nobody serves that was not found right.
          const serves = next.phase === "soak" || next.phase === "done"
          expect(serves && next.verified === undefined).toBe(false)
          expect(next.verified !== undefined && !serves && next.phase !== "cutover").toBe(false)
          expect(next.verifiedAt).toBe(next.verified === undefined ? undefined : 9)
          state = next
        }
      }
    )
  )
})

/** What putting it in the other's place leads to where it is not what was verified. */
const unverified = { type: "unverified" } as const

/** What each effect leads to where nothing goes wrong. */
const outcome = {
  count: { type: "counted", target: 9, documents: 5 },
  fill: { type: "filled" },
  follow: { type: "followed" },
  verify: { type: "verified", as: "1.1", at: 9 },
  switch: { type: "switched" },
  settle: { type: "settled" },
  feed: undefined
} as const

test("[MI1] [MI6] from wherever it was left it comes to rest, after an opening and without anything going wrong", () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 40 }),
      fc.boolean(),
      fc.boolean(),
      (events, replaces, automatic) => {
        const plan = { replaces, automatic }
        let state = planned
        for (const each of events) [state] = nextMigrationState(state, each, plan)
        const asked = state.asked === true
        const left = state.phase
        const queue: MigrationEvent[] = [{ type: "opened" }]
        for (let taken = queue.shift(), steps = 0; taken !== undefined; taken = queue.shift(), steps++) {
          expect(steps).toBeLessThan(12)
          const [next, effects] = nextMigrationState(state, taken, plan)
          state = next
          for (const effect of effects) {
            const isLost = effect === "switch" && state.verified === undefined
            queue.push(...[isLost ? unverified : (outcome[effect] ?? [])].flat())
          }
        }
        expect(state.unsettled).toBeUndefined()
        const restful: Partial<Record<MigrationPhase, MigrationPhase>> = {
          "rolled-back": left,
          failed: left,
          done: left,
          soak: left
        }
        const serving = replaces ? "soak" : "done"
        expect(state.phase).toBe(restful[left] ?? (automatic || asked ? serving : "cutover"))
      }
    )
  )
})

test("[MI10] opened anew, a sink counts as what was verified only after that was on record, and where it has more than that", () => {
  const verified: MigrationState = { ...planned, phase: "cutover", verified: "1.1", verifiedAt: 9 }
  const { verified: _as, verifiedAt: _at, ...lost } = verified
  const plan = { replaces: true, automatic: false }
  const reopened = (phase: MigrationPhase, at: number): MigrationState =>
    nextMigrationState(verified, { type: "reopened", phase, at }, plan)[0]
  expect([8, 9, 10].map(at => reopened("cutover", at))).toEqual([lost, lost, verified])
  expect([8, 9, 10].map(at => reopened("verify", at))).toEqual([lost, lost, lost])
})
