import { isSynclineError } from "@syncline/clock"
import { applyPatch } from "@syncline/diff/json"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Version } from "../commit/version.ts"
import type { Document } from "../replica/document.ts"
import { assertEqual, assertThat } from "../testing/contract-assert.ts"
import { noteId, pull, type TestCore } from "../testing/core-fixture.ts"
import { copyStep, CoreFleet, editStep, type FleetStep, foldStep, honestStep } from "../testing/core-fleet.ts"
import { documentOf, type SeenState, seeNow } from "../testing/core-past.ts"
import { runsOf } from "../testing/core-runs.ts"
import type { CommitChanges, HistoryEntry, HistoryPage } from "./history-page.ts"

/** Typing at random would cut characters that edits made. */
const otherStep = honestStep.filter(step => step.do !== "type" && step.do !== "erase")
const size = fc.integer({ min: 2, max: 3 })
const nat = fc.nat()

/** Lives through steps and keeps what the replica that took each step showed afterwards, often not durable yet. */
async function live(fleet: CoreFleet, steps: readonly FleetStep[]): Promise<readonly SeenState[]> {
  const seen: SeenState[] = []
  for (const one of steps) {
    await fleet.run([one])
    seen.push(await seeNow(fleet.replicas[one.who % fleet.replicas.length] as TestCore))
  }
  return seen
}

/** `diffJson` does not write patches through keys that implementations refuse. */
function hasUnsafeKeys(...values: readonly unknown[]): boolean {
  return JSON.stringify(values).includes("__proto__")
}

/** The same where forks may have put aside what a version names. */
async function recallOrRefused(
  replica: TestCore,
  seen: SeenState
): Promise<Omit<SeenState, "version"> | undefined> {
  try {
    return await recall(replica, seen)
  } catch (error) {
    if (isSynclineError(error, "version-unknown") || isSynclineError(error, "version-incomplete"))
      return undefined
    throw error
  }
}

/** All commits, page by page; fails unless each is there once and before all it builds on. */
async function listAll(document: Document, limit: number): Promise<string[]> {
  const list: string[] = []
  let before: Version | undefined = document.version
  while (before !== undefined) {
    const page: HistoryPage = await document.history({ limit, before })
    for (const { dot, dependencies } of page.entries) {
      list.push(`${dot.actor}:${dot.seq}`)
      for (const { actor, seq } of [...dependencies, { actor: dot.actor, seq: dot.seq - 1 }])
        assertThat(!list.includes(`${actor}:${seq}`), "a commit is listed before what it builds on")
    }
    assertThat(list.length <= document.version.height, "no commit is listed twice")
    before = page.older
  }
  assertEqual(list.length, document.version.height, "commits listed")
  return list
}

function assertSame(past: Omit<SeenState, "version"> | undefined, { value, deleted }: SeenState): void {
  assertEqual([past?.value, past?.deleted], [value, deleted], "a remembered state")
}

/** What a commit changed, or nothing where no patch may say so. */
async function changesOf(entry: HistoryEntry): Promise<CommitChanges | undefined> {
  try {
    return await entry.changes()
  } catch (error) {
    if (isSynclineError(error, "json-diff-key-unsafe")) return undefined
    throw error
  }
}

/** What a replica says it held, or nothing where that is folded there. */
async function recall(
  replica: TestCore,
  { version }: SeenState
): Promise<Omit<SeenState, "version"> | undefined> {
  const document = await documentOf(replica)
  try {
    const { value, deleted } = await document.at(version)
    return { value, deleted }
  } catch (error) {
    const { base } = await document.history({ limit: 1 })
    if (isSynclineError(error, "version-before-base") && !version.vector.dominates(base.vector))
      return undefined
    throw error
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: editStep },
  { weight: 4, arbitrary: otherStep },
  { weight: 1, arbitrary: foldStep }
)
const lives = fc.tuple(size, fc.array(step, { minLength: 5, maxLength: 40 }), nat, nat)

async function withLife(
  [count, steps, a, b]: readonly [number, readonly FleetStep[], number, number],
  check: (replica: TestCore, seen: readonly SeenState[], x: SeenState, y: SeenState) => Promise<void>
): Promise<void> {
  const fleet = await CoreFleet.open(count)
  const seen = await live(fleet, steps)
  await fleet.converge()
  const at = (index: number) => seen[index % seen.length] as SeenState
  await check(fleet.replicas[a % count] as TestCore, seen, at(a), at(b))
  await fleet.close()
}

test("[HI1] a document is at a version what it was then, whatever was folded, reopened and received since", async () => {
  let recalled = 0
  await fc.assert(
    fc.asyncProperty(lives, life =>
      withLife(life, async (replica, seen) => {
        for (const each of [...seen, ...seen.toReversed()]) {
          const past = await recall(replica, each)
          if (past !== undefined) assertSame(past, each)
          if (past !== undefined) recalled++
        }
      })
    ),
    runsOf(60)
  )
  expect(recalled).toBeGreaterThan(2 * runsOf(60).numRuns)
})

test("[HI2] so it is while its commits are not durable yet", async () => {
  await fc.assert(
    fc.asyncProperty(size, fc.array(step, { minLength: 5, maxLength: 25 }), async (count, steps) => {
      const fleet = await CoreFleet.open(count)
      for (const one of steps) {
        const [seen] = await live(fleet, [one])
        const replica = fleet.replicas[one.who % count] as TestCore
        if (seen !== undefined) assertSame(await recall(replica, seen), seen)
      }
      await fleet.close()
    }),
    runsOf(40)
  )
})

test("[HI7] where names were used by two, a version is what it was or is refused, never taken for another", async () => {
  let recalled = 0
  const steps = fc.array(fc.oneof({ weight: 6, arbitrary: step }, { weight: 1, arbitrary: copyStep }), {
    minLength: 5,
    maxLength: 40
  })
  await fc.assert(
    fc.asyncProperty(size, steps, nat, async (count, each, a) => {
      const fleet = await CoreFleet.open(count)
      const seen = await live(fleet, each)
      for (const replica of fleet.replicas) await pull(replica, fleet.replicas[a % count] as TestCore)
      for (const state of seen)
        for (const replica of fleet.replicas) {
          const past = await recallOrRefused(replica, state)
          if (past !== undefined) assertSame(past, state)
          if (past !== undefined) recalled++
        }
      await fleet.close()
    }),
    runsOf(40)
  )
  expect(recalled).toBeGreaterThan(2 * runsOf(40).numRuns)
})

test("[HI4] a diff turns the value at one version into the value at the other", async () => {
  await fc.assert(
    fc.asyncProperty(lives, life =>
      withLife(life, async (replica, _, x, y) => {
        const document = await documentOf(replica)
        const [before, after] = [await recall(replica, x), await recall(replica, y)]
        if (before === undefined || after === undefined || hasUnsafeKeys(before, after)) return
        const patch = await document.diff(x.version, y.version)
        expect(applyPatch(x.value, patch)).toEqual(y.value)
      })
    ),
    runsOf(60)
  )
})

test("[HI9] what a commit changed is what its author saw before and after", async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.array(fc.oneof(editStep, otherStep), { maxLength: 30 }),
      async (count, steps) => {
        const fleet = await CoreFleet.open(count)
        const pristine = await seeNow(fleet.replicas[0] as TestCore)
        const seen = await live(fleet, steps)
        await fleet.converge()
        const [replica] = fleet.replicas as [TestCore]
        const byVersion = new Map([pristine, ...seen].map(each => [each.version.digest(noteId).join(), each]))
        for (const entry of (await (await documentOf(replica)).history({ limit: 100 })).entries) {
          const changes = await changesOf(entry)
          if (changes === undefined) continue
          const { before, after, patch } = changes
          const [was, is] = [before, after].map(
            version => byVersion.get(version.digest(noteId).join())?.value
          )
          assertThat(was !== undefined && is !== undefined, "both versions were seen")
          assertEqual(applyPatch(was, patch), is, "what it changed")
        }
        await fleet.close()
      }
    ),
    runsOf(40)
  )
})

test("[HI5] reverting gives the value and the deletion of the version, for everybody", async () => {
  await fc.assert(
    fc.asyncProperty(size, fc.array(step, { minLength: 5, maxLength: 40 }), nat, async (count, steps, a) => {
      const fleet = await CoreFleet.open(count)
      const seen = await live(fleet, steps)
      const replica = fleet.replicas[a % count] as TestCore
      const target = seen[a % seen.length] as SeenState
      await fleet.converge()
      if ((await recall(replica, target)) !== undefined) {
        const document = await documentOf(replica)
        await (await document.revertTo(target.version)).durable
        await fleet.converge()
        for (const each of fleet.replicas) assertSame(await seeNow(each), target)
      }
      await fleet.close()
    }),
    runsOf(60)
  )
})

test("[HI3] pages hold every commit that is not folded once, after all it builds on, alike on all replicas", async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.array(honestStep, { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      async (count, steps, limit) => {
        const fleet = await CoreFleet.open(count)
        await fleet.run(steps)
        await fleet.converge()
        const lists: string[][] = []
        for (const replica of fleet.replicas) lists.push(await listAll(await documentOf(replica), limit))
        for (const list of lists) expect(list).toEqual(lists[0])
        await fleet.close()
      }
    ),
    runsOf(40)
  )
})
