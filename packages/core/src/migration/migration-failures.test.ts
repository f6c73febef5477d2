import { expect, test } from "vitest"
import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import type { Sink } from "../projection/sink.ts"
import { openReplica } from "../replica/open-replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { doubled, MigrationDesk } from "../testing/core-migration.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { migrateSink } from "./migrate-sink.ts"
import type { PublishOptions } from "./migration-settings.ts"

/** Pauses are over at once, and noted; what waits for an answer that does not come waits until it is told that the time is over. */
class QuickTimers implements TimerPort {
  readonly pauses: number[] = []
  readonly #deadlines = new Set<() => void>()

  schedule(delayMs: number, task: () => void): () => void {
    if (delayMs > 60_000) return () => {}
    if (delayMs > 30_000) {
      this.#deadlines.add(task)
      return () => this.#deadlines.delete(task)
    }
    this.pauses.push(delayMs)
    const timer = setImmediate(task)
    return () => clearImmediate(timer)
  }

  endDeadlines(): void {
    for (const task of this.#deadlines) task()
  }

  microtask(task: () => void): void {
    queueMicrotask(task)
  }
}

async function desk(): Promise<MigrationDesk> {
  const made = new MigrationDesk()
  await made.fill(3)
  return made
}

const away = (): Promise<never> => Promise.reject(new Error("away"))
const never = (): Promise<never> => new Promise(() => {})

test("[MI12] pauses between attempts grow, and make about a minute before it fails", async () => {
  const world = await desk()
  const timers = new QuickTimers()
  const random = new SeededRandom(1)
  const publish = (serving: string): Promise<void> => (serving === "new" ? away() : Promise.resolve())
  const { replica, migration } = await world.open({ ...world.options(), publish }, { timers, random })
  await migration.reached("cutover")
  timers.pauses.length = 0
  await expect(migration.cutover()).rejects.toMatchObject({ code: "migration-failed" })
  const pauses = timers.pauses.filter(ms => ms >= 100)
  const sumMs = pauses.reduce((sum, ms) => sum + ms, 0)
  expect(sumMs).toBeGreaterThanOrEqual(60_000)
  expect(sumMs).toBeLessThan(75_000)
  expect(Math.max(...pauses)).toBeGreaterThan(5_000)
  await replica.close()
})

test("[MI9] readers are pointed at the former sink however long that fails", async () => {
  const world = await desk()
  let failures = 30
  const publish = (serving: string): Promise<void> =>
    serving === "old" && failures-- > 0 ? away() : Promise.resolve()
  const { replica, migration } = await world.open(
    { ...world.options(), publish },
    { timers: new QuickTimers() }
  )
  await migration.reached("cutover")
  await migration.cutover()
  await migration.rollback()
  expect([failures, migration.status.phase]).toEqual([-1, "rolled-back"])
  await replica.close()
})

test("[MI9] closing does not wait for a publish that never ends, and the next opening publishes again", async () => {
  const world = await desk()
  const called = Promise.withResolvers<void>()
  const publish = (): Promise<void> => {
    called.resolve()
    return new Promise(() => {})
  }
  const first = await world.open({ ...world.options(), publish })
  await first.migration.reached("cutover")
  // Opened anew with no more than was verified, it would be verified again.
  await (await first.replica.load("notes/1")).change(draft => Object.assign(draft, { n: 9 })).projected
  await first.replica.sink("new").drain()
  const asked = first.migration.cutover().catch((error: unknown) => error)
  await called.promise
  await first.replica.close()
  expect(await asked).toMatchObject({ code: "migration-phase" })
  const pointed: string[] = []
  const again = (serving: string): Promise<void> => Promise.resolve(void pointed.push(serving))
  const { replica, migration } = await world.open({ ...world.options(), publish: again })
  await migration.reached("soak")
  expect(pointed).toEqual(["new"])
  await replica.close()
})

test("[MI9] a publish that never ends is given up after a minute, is told so, and is called again", async () => {
  const world = await desk()
  const signals: AbortSignal[] = []
  const timers = new QuickTimers()
  const publish = (serving: string, { signal }: PublishOptions): Promise<void> => {
    if (serving === "new") return Promise.resolve()
    signals.push(signal)
    if (signals.length === 3) return Promise.resolve()
    setImmediate(() => timers.endDeadlines())
    return never()
  }
  const { replica, migration } = await world.open({ ...world.options(), publish }, { timers })
  await migration.reached("cutover")
  await migration.cutover()
  await migration.rollback()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false])
  await replica.close()
})

test("[MI9] a rollback does not wait for the cutover's publish, and tells it so", async () => {
  const world = await desk()
  const called = Promise.withResolvers<AbortSignal>()
  const pointed: string[] = []
  const publish = (serving: string, { signal }: PublishOptions): Promise<void> => {
    pointed.push(serving)
    if (serving === "old") return Promise.resolve()
    called.resolve(signal)
    return never()
  }
  const { replica, migration } = await world.open({ ...world.options(), publish })
  await migration.reached("cutover")
  const asked = migration.cutover().catch((error: unknown) => error)
  const signal = await called.promise
  await migration.rollback()
  expect(await asked).toMatchObject({ code: "migration-phase" })
  expect([signal.aborted, pointed, migration.status.serving]).toEqual([true, ["new", "old"], "old"])
  await replica.close()
})

test("[MI7] [MI9] readers who may have been pointed at the new sink before the cutover failed are pointed back, also by the next opening", async () => {
  const world = await desk()
  let readers = "old"
  let isAway = true
  const publish = (serving: string): Promise<void> => {
    if (serving === "old" && isAway) return away()
    readers = serving
    // It was done, and no answer said so.
    return serving === "new" ? away() : Promise.resolve()
  }
  const open = () => world.open({ ...world.options(), publish }, { timers: new QuickTimers() })
  const first = await open()
  await first.migration.reached("cutover")
  await expect(first.migration.cutover()).rejects.toMatchObject({ code: "migration-failed" })
  expect([readers, first.migration.status.serving]).toEqual(["new", "old"])
  await first.replica.close()
  isAway = false
  const { replica, migration } = await open()
  expect(migration.status).toMatchObject({ phase: "failed", failure: "away" })
  await migration.retry()
  expect(readers).toBe("old")
  await migration.reached("cutover")
  await replica.close()
})

test("[MI7] a new sink that was stopped by an error goes on with `retry`, once that is mended", async () => {
  const world = await desk()
  const inner = memorySink(world.added, { name: "new", projection: doubled })
  let isNewer = true
  const to: Sink = {
    name: "new",
    open: async context => {
      const session = await inner.open(context)
      const apply = session.apply.bind(session)
      return Object.assign(session, {
        apply: async (...batch: Parameters<typeof apply>) => {
          if (isNewer) throw coreError("store-newer", "somebody changed its tables")
          return apply(...batch)
        }
      })
    }
  }
  const { replica, migration } = await world.open({ ...world.options(), to })
  await expect(migration.reached("cutover")).rejects.toMatchObject({ code: "migration-failed" })
  isNewer = false
  await migration.retry()
  await migration.reached("cutover")
  expect(Object.keys(world.rows())).toHaveLength(3)
  await replica.close()
})

test("[MI2] a new sink with a deadline is waited for as any other while it cannot be reached", async () => {
  const world = await desk()
  const inner = memorySink(world.added, { name: "new", projection: doubled })
  let failures = 40
  const sink: Sink = {
    name: "new",
    open: context => (failures-- > 0 ? Promise.reject(coreError("sink-failed", "away")) : inner.open(context))
  }
  const to = { sink, strategy: { kind: "write-through", deadlineMs: 1 } } as const
  const { replica, migration } = await world.open({ ...world.options(), to }, { timers: new QuickTimers() })
  expect((await migration.reached("cutover")).phase).toBe("cutover")
  await replica.close()
})

test("[MI11] one migration is opened by one replica, also where two open it at once", async () => {
  const world = await desk()
  const migration = migrateSink(world.options())
  const opened = await Promise.allSettled(
    [world.store, memoryStore()].map(store =>
      openReplica({ store, engine: yjs(), sinks: [migration], ports: { logger: silentLogger } })
    )
  )
  expect(opened.map(({ status }) => status)).toEqual(["fulfilled", "rejected"])
  for (const each of opened) if (each.status === "fulfilled") await each.value.close()
})

test("[MI11] options of another kind are refused before anything is opened", async () => {
  const options = (await desk()).options()
  for (const wrong of [
    { to: undefined },
    { to: { sink: "rows.db" } },
    { from: null },
    { cutover: "at once" },
    { publish: "notes" },
    { name: "" },
    { name: 5 }
  ])
    expect(() => migrateSink({ ...options, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: "options-invalid" }) as Error
    )
})
