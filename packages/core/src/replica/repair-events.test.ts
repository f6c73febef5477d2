import { afterEach, describe, expect, it } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import type { Meter } from "../ports/meter.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { watchedSession } from "../migration/watched-sink.ts"
import { defineProjection } from "../projection/projection.ts"
import { sinkMetrics } from "../projection/sink-metrics.ts"
import { decide, pendingDecisions } from "../repair/decide.ts"
import { planRepair } from "../repair/plan-repair.ts"
import type { SourceOfTruth } from "../repair/source-of-truth.ts"
import { resumeRepair, startRepair, unfinishedRepairs } from "../repair/start-repair.ts"
import { startRepairScheduler } from "../repair/start-scheduler.ts"
import { memoryStore } from "../store/memory-store.ts"
import { doubled, MigrationDesk } from "../testing/core-migration.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { contractTables } from "../testing/sink-fixture.ts"
import { noteId } from "../testing/sink-workbench.ts"
import { openReplica } from "./open-replica.ts"
import type { ReplicaEvent } from "./replica-events.ts"
import type { Replica } from "./replica.ts"

const opened: Replica[] = []

afterEach(async () => {
  for (const replica of opened.splice(0)) await replica.close()
})

/** Keeps how many records were counted, by outcome, and how many documents were verified, by class. */
class Counts implements Meter {
  readonly repaired: Record<string, number> = {}
  readonly verified: Record<string, number> = {}

  add(metric: { readonly name: string }, amount: number, labels: Readonly<Record<string, string>>): void {
    const { outcome = "", class: found = "" } = labels
    if (metric.name === sinkMetrics.repaired.name)
      this.repaired[outcome] = (this.repaired[outcome] ?? 0) + amount
    if (metric.name === sinkMetrics.verified.name) this.verified[found] = (this.verified[found] ?? 0) + amount
  }

  set(): void {}

  observe(): void {}
}

/** Three notes in a sink; the first is changed by hand there, and all that is told from then on. */
async function watched() {
  const place = new MemorySinkPlace()
  const meter = new Counts()
  const sinks = [memorySink(place, { name: "rows", projection: defineProjection(contractTables) })]
  const ports = { logger: silentLogger, meter }
  const replica = await openReplica({ store: memoryStore(), engine: yjs(), sinks, ports })
  opened.push(replica)
  for (let key = 1; key <= 3; key++) {
    const note = await replica.load(noteId(key))
    await note.change(draft => Object.assign(draft, { title: `Note ${key}`, size: key, tags: [] })).projected
  }
  const damage = new MemorySinkDamage(place)
  damage.setTitle(noteId(1), "By hand")
  const told: ReplicaEvent[] = []
  replica.on(event => {
    if (event.type === "repaired") told.push(event)
  })
  const plan = async (sourceOfTruth: SourceOfTruth = "document") =>
    planRepair(await replica.verify(), { sourceOfTruth })
  return { replica, damage, meter, told, plan }
}

const nothing = { type: "repaired", sink: "rows", mended: 0, adopted: 0, failed: 0 }

describe("what a repair did is told and counted", () => {
  it("[EV5] [ME2] of one that was started, and of one that was killed and resumed", async () => {
    const { replica, damage, meter, told, plan } = await watched()
    await startRepair(replica, await plan()).done
    expect([told, meter.repaired]).toEqual([[{ ...nothing, mended: 1 }], { mended: 1 }])
    damage.removeAll(noteId(2))
    const killed = startRepair(replica, await plan(), { signal: AbortSignal.abort() })
    await expect(killed.done).rejects.toMatchObject({ code: "aborted" })
    const [left] = await unfinishedRepairs(replica)
    await (await resumeRepair(replica, left?.id ?? "")).done
    expect([told.length, meter.repaired]).toEqual([2, { mended: 2 }])
  })

  it("[EV5] [ME2] of what was adopted only, and of what was decided", async () => {
    const { replica, damage, meter, told, plan } = await watched()
    await startRepair(replica, await plan("sink:rows")).done
    expect(told).toEqual([{ ...nothing, adopted: 1 }])
    damage.setTitle(noteId(2), "By hand")
    await startRepair(replica, await plan("manual")).done
    expect([told.length, meter.repaired]).toEqual([1, { adopted: 1, queued: 1 }])
    for (const one of await pendingDecisions(replica)) await decide(replica, one, "document")
    expect(told[1]).toEqual({ ...nothing, mended: 1 })
    expect(meter.repaired).toEqual({ adopted: 1, queued: 1, mended: 1 })
  })

  it("[EV5] [ME2] of one that was ended in the middle, as far as it came", async () => {
    const { replica, damage, meter, told, plan } = await watched()
    damage.removeAll(noteId(2))
    const abort = new AbortController()
    const onProgress = (): void => abort.abort()
    const options = { concurrency: 1, signal: abort.signal, onProgress }
    await expect(startRepair(replica, await plan(), options).done).rejects.toMatchObject({ code: "aborted" })
    expect([told, meter.repaired]).toEqual([[{ ...nothing, mended: 1 }], { mended: 1 }])
  })

  it("[EV5] [ME2] of a scheduler's, and of what was mended on reading", async () => {
    const { replica, damage, meter, told } = await watched()
    const repaired = Promise.withResolvers<void>()
    const scheduler = startRepairScheduler(replica, {
      holdAbove: 1,
      onEvent: ({ type }) => type === "repaired" && repaired.resolve()
    })
    await repaired.promise
    await scheduler.close()
    expect([told, meter.repaired]).toEqual([[{ ...nothing, mended: 1 }], { mended: 1 }])
    damage.removeAll(noteId(3))
    await replica.sink("rows").read([noteId(3)], { mode: "block" })
    expect([told.length, meter.repaired]).toEqual([2, { mended: 2 }])
  })

  it("[EV5] a dry run, and a repair that refuses nothing and has nothing to do, tell nothing", async () => {
    const { replica, damage, meter, told } = await watched()
    damage.copy(noteId(1), noteId("orphan"))
    expect((await replica.repair(undefined, { dryRun: true })).counts).toMatchObject({
      planned: 1,
      refused: 1
    })
    expect([told, meter.repaired]).toEqual([[], {}])
    await replica.repair(undefined, { force: true })
    await replica.repair()
    expect([told.length, meter.repaired]).toEqual([1, { mended: 2 }])
  })
})

it("[RP8] options in the place of a report are refused, and nothing is told", async () => {
  const { replica, told } = await watched()
  const { signal } = new AbortController()
  await expect(replica.repair({ signal } as never)).rejects.toMatchObject({ code: "options-invalid" })
  expect(told).toEqual([])
})

it("[EV5] [ME2] what the verification of a migration finds is told and counted", async () => {
  const desk = new MigrationDesk()
  await desk.fill(5)
  const meter = new Counts()
  const inner = memorySink(desk.added, { name: "new", projection: doubled })
  // What a batch brings is damaged behind the sink's back before it is verified.
  const to = {
    name: "new",
    open: async (context: Parameters<typeof inner.open>[0]) =>
      watchedSession(await inner.open(context), () => desk.added.records.delete("notes/3"))
  }
  const { replica, migration } = await desk.open({ ...desk.options(), to }, { meter })
  opened.push(replica)
  const told: ReplicaEvent[] = []
  replica.on(event => event.type === "inconsistent" && told.push(event))
  await expect(migration.reached("cutover")).rejects.toMatchObject({ code: "migration-failed" })
  expect(told).toMatchObject([{ type: "inconsistent", sink: "new", counts: { missing: 1, consistent: 4 } }])
  expect(meter.verified).toEqual({ missing: 1, consistent: 4 })
})
