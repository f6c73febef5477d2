import fc from "fast-check"
import { expect, test } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { openReplica } from "../replica/open-replica.ts"
import { memoryStore, type MemoryStore } from "../store/memory-store.ts"
import { MigrationDesk } from "../testing/core-migration.ts"
import { keepStore } from "../testing/kept-batches.ts"
import type { MemorySinkPlace } from "../testing/memory-sink.ts"

/** What three disks hold at one moment. */
interface Moment {
  readonly store: MemoryStore
  readonly former: MemorySinkPlace
  readonly added: MemorySinkPlace
}

/** A whole migration while somebody writes; what a crash at any append would leave. */
async function live(ends: "finish" | "rollback", adds: boolean): Promise<readonly Moment[]> {
  const desk = new MigrationDesk()
  const disk = memoryStore()
  const moments: Moment[] = []
  desk.store = disk
  await desk.fill(30)
  // Disks are kept after each append, and the sinks are copied in the same breath.
  const kept = keepStore(disk)
  const copy = (): void => {
    const store = kept.disks.at(-1)
    if (store === undefined || moments.at(-1)?.store === store) return
    moments.push({ store, former: desk.former.clone(), added: desk.added.clone() })
  }
  desk.store = kept.store
  const { replica, migration } = await desk.open(desk.options(adds))
  migration.on(copy)
  const write = async (n: number): Promise<void> => {
    ;(await replica.load(`notes/${n}`)).change(draft => Object.assign(draft, { n: -n }))
    await replica.flush()
    copy()
  }
  await write(1)
  await migration.reached(adds ? "done" : "cutover")
  await write(2)
  if (!adds) await migration.cutover()
  await write(3)
  if (!adds) await (ends === "finish" ? migration.finish() : migration.rollback())
  copy()
  await replica.close()
  copy()
  return moments
}

test("[MI6] whatever append a crash comes after, the migration goes on and both sinks end right", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("finish" as const, "rollback" as const),
      fc.boolean(),
      async (ends, adds) => {
        const moments = await live(ends, adds)
        expect(moments.length).toBeGreaterThan(5)
        for (const moment of moments) await expectRight(moment, adds)
      }
    ),
    { numRuns: 4 }
  )
})

async function expectRight(moment: Moment, adds: boolean): Promise<void> {
  const desk = Object.assign(new MigrationDesk(), moment)
  const { replica, migration } = await desk.open(desk.options(adds))
  if (migration.status.phase === "rolled-back") await migration.rollback()
  else {
    await migration.reached(adds ? "done" : "cutover")
    if (!adds) await migration.cutover()
    await migration.finish()
  }
  const { serving } = migration.status
  const report = await replica.verify()
  await replica.close()
  expect(report.clean).toBe(true)
  expect(report.sinks).toMatchObject([{ sink: serving, pending: 0 }])
}

test("[MI6] a store that cannot write for a while holds a migration up, and loses nothing", async () => {
  const desk = new MigrationDesk()
  const disk = memoryStore()
  desk.store = disk
  await desk.fill(5)
  let refused = 0
  const kept = keepStore(disk, batch => {
    const isRecord = batch.values?.some(({ space }) => space === "migration") === true
    if (isRecord && refused++ % 2 === 1) throw new Error("disk full")
  })
  desk.store = kept.store
  const { replica, migration } = await desk.open()
  await migration.reached("cutover")
  expect(refused).toBeGreaterThan(6)
  await replica.close()
  const again = await openReplica({ store: disk, engine: yjs(), ports: { logger: silentLogger } })
  await again.close()
})
