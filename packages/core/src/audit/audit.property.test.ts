import fc from "fast-check"
import { expect, test } from "vitest"
import type { AuditEntry } from "./audit-entry.ts"
import { auditTrail } from "./audit-feature.ts"
import { assertEqual, assertThat } from "../testing/contract-assert.ts"
import { emptyValue, listTrail, replayTrail } from "../testing/core-audit.ts"
import type { TestCore } from "../testing/core-fixture.ts"
import { copyStep, CoreFleet, editStep, type FleetStep, foldStep, honestStep } from "../testing/core-fleet.ts"
import { seeNow } from "../testing/core-past.ts"
import { runsOf } from "../testing/core-runs.ts"

/** Typing at random would cut characters that edits made. */
const otherStep = honestStep.filter(step => step.do !== "type" && step.do !== "erase")
const size = fc.integer({ min: 2, max: 3 })
const step = fc.oneof(
  { weight: 4, arbitrary: editStep },
  { weight: 4, arbitrary: otherStep },
  { weight: 2, arbitrary: foldStep }
)
const audit = auditTrail({ maxPatchBytes: 1e9 })

/** Lists a trail after each step; what was listed before must be its beginning. Gives the trails there are at last. */
async function live(count: number, steps: readonly FleetStep[]): Promise<readonly (readonly AuditEntry[])[]> {
  const fleet = await CoreFleet.open(count, undefined, { audit })
  const trails: (readonly AuditEntry[])[] = fleet.replicas.map(() => [])
  for (const one of steps) {
    await fleet.run([one])
    // What was copied goes on with the trail of the copy.
    if (one.do === "copy") trails[one.onto % count] = trails[one.who % count] ?? []
    const at = one.who % count
    trails[at] = await grownTrail(fleet.replicas[at] as TestCore, trails[at] ?? [])
  }
  await fleet.close()
  return trails
}

async function grownTrail(replica: TestCore, before: readonly AuditEntry[]): Promise<readonly AuditEntry[]> {
  const entries = await listTrail(replica)
  assertEqual(entries.slice(0, before.length), before, "what was listed before")
  assertEqual(
    entries.map(({ index }) => index),
    entries.map((_, i) => i + 1),
    "indexes"
  )
  const value = replayTrail(entries, emptyValue(replica))
  const now = (await seeNow(replica)).value
  // Keys called `__proto__`, which engines write and patches do not.
  if (value === undefined)
    assertThat(
      entries.every(one => one.patch !== undefined || one.omitted === "key"),
      "a patch"
    )
  else assertEqual(value, now, "what the entries amount to")
  return entries
}

test("[AU1] [AU2] the entries of a trail amount to the value, and stay what they were, whatever is folded, reopened and received", async () => {
  let gaps = 0
  let concurrent = 0
  await fc.assert(
    fc.asyncProperty(size, fc.array(step, { minLength: 5, maxLength: 40 }), async (count, steps) => {
      for (const entry of (await live(count, steps)).flat())
        if (entry.type === "gap") gaps++
        else if (entry.concurrent) concurrent++
    }),
    runsOf(60)
  )
  const { numRuns } = runsOf(60)
  // Three histories in twenty have a gap.
  expect(gaps).toBeGreaterThanOrEqual(Math.floor(numRuns / 60))
  expect(concurrent).toBeGreaterThan(numRuns / 6)
})

/** Two go on under one name, and hear of each other. */
const fork: fc.Arbitrary<readonly FleetStep[]> = fc
  .tuple(fc.array(editStep, { minLength: 2, maxLength: 6 }), fc.array(foldStep, { maxLength: 1 }))
  .map(([edits, folds]) => [
    { do: "put", who: 0, where: 1 },
    { do: "copy", who: 0, onto: 1 },
    ...edits.map((edit, i) => ({ ...edit, who: i % 2 })),
    ...folds,
    { do: "pull", who: 0, from: 1 },
    { do: "pull", who: 1, from: 0 }
  ])

test("[AU7] so it is where names were used by two and commits are put aside", async () => {
  let withdrawn = 0
  const some = fc.array(fc.oneof({ weight: 6, arbitrary: step }, { weight: 1, arbitrary: copyStep }), {
    maxLength: 15
  })
  await fc.assert(
    fc.asyncProperty(size, some, fork, some, async (count, before, forked, after) => {
      for (const entry of (await live(count, [...before, ...forked, ...after])).flat())
        if (entry.type === "gap" && entry.withdrawn.length > 0) withdrawn++
    }),
    runsOf(60)
  )
  expect(withdrawn).toBeGreaterThan(runsOf(60).numRuns / 10)
})
