import { expect, test } from "vitest"
import { coreError } from "../errors/core-error.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import type { Sink } from "../projection/sink.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import type { Store } from "../store/store.ts"
import { memorySink, MemorySinkPlace } from "../testing/memory-sink.ts"
import { doubled, MigrationDesk, titles } from "../testing/core-migration.ts"
import { noteId } from "../testing/sink-workbench.ts"
import { migrateSink } from "./migrate-sink.ts"
import type { MigrationOptions } from "./migration-settings.ts"
import type { MigrationStatus } from "./migration-status.ts"
import { watchedSession } from "./watched-sink.ts"

const write = async (
  replica: Awaited<ReturnType<MigrationDesk["open"]>>["replica"],
  key: string,
  n: unknown
) => (await replica.load(`notes/${key}`)).change(draft => Object.assign(draft, { n }))

test("[MI2] [MI3] an added sink gets what was there, is verified and serves; its progress ends at all of it", async () => {
  const desk = new MigrationDesk()
  await desk.fill(1200)
  const { replica, migration } = await desk.open(desk.options(true))
  const seen: MigrationStatus[] = []
  migration.on(status => seen.push(status))
  expect(migration.status.serving).toBeUndefined()
  await migration.reached("done")
  expect(Object.keys(desk.rows())).toHaveLength(1200)
  expect(desk.rows()["notes/7"]).toEqual([7, 14])
  expect(migration.status).toMatchObject({ serving: "new", progress: { done: 1200, total: 1200 } })
  const done = seen.map(({ progress }) => progress.done)
  expect(done).toEqual([...done].sort((a, b) => a - b))
  await write(replica, "7", 8).then(commit => commit.projected)
  expect(desk.rows()["notes/7"]).toEqual([8, 16])
  await replica.close()
})

test("[MI3] gone on with, it tells what is in before it writes more", async () => {
  const desk = new MigrationDesk()
  await desk.fill(1200)
  const failing: Sink = {
    name: "new",
    open: async context => {
      const session = await memorySink(desk.added, { name: "new", projection: doubled }).open(context)
      const apply = session.apply.bind(session)
      const full = (): Promise<never> => Promise.reject(coreError("sink-failed", "no room"))
      return Object.assign(session, {
        apply: (...batch: Parameters<typeof apply>) =>
          desk.added.records.size > 0 ? full() : apply(...batch)
      })
    }
  }
  const first = await desk.open({ ...desk.options(true), to: failing })
  await new Promise<void>(resolve =>
    first.migration.on(({ progress }) => {
      if (progress.done > 0) resolve()
    })
  )
  await first.replica.close()
  const done = desk.added.records.size
  const { replica, migration } = await desk.open(desk.options(true))
  const seen: MigrationStatus[] = []
  migration.on(status => seen.push(status))
  await migration.reached("done")
  expect(seen[0]).toMatchObject({ phase: "backfill", progress: { done, total: 1200 } })
  expect(done).toBeLessThan(1200)
  await replica.close()
})

test("[MI2] who waits for all sinks does not wait for one that is being filled", async () => {
  const desk = new MigrationDesk()
  await desk.fill(3)
  const never: MigrationDesk["options"] = () => ({
    to: { name: "new", open: () => Promise.reject(coreError("sink-failed", "away")) }
  })
  const { replica, migration } = await desk.open(never())
  await (await write(replica, "1", 5)).projected
  expect(migration.status.phase).toBe("planned")
  await replica.close()
})

test("[MI4] the former sink serves until cutover, both are fed until finish, and then the new one alone", async () => {
  const desk = new MigrationDesk()
  await desk.fill(20)
  const { replica, migration } = await desk.open()
  await migration.reached("cutover")
  expect(migration.status.serving).toBe("old")
  await migration.cutover()
  expect(migration.status).toMatchObject({ phase: "soak", serving: "new" })
  await (await write(replica, "3", 50)).projected
  await replica.sink("old").drain()
  expect([desk.rows()["notes/3"], desk.rows(desk.former)["notes/3"]]).toEqual([[50, 100], [50]])
  await migration.finish()
  expect(() => replica.sink("old")).toThrow(/no sink "old"/)
  await (await write(replica, "3", 60)).projected
  expect([desk.rows()["notes/3"], desk.rows(desk.former)["notes/3"]]).toEqual([[60, 120], [50]])
  await replica.close()
  const again = await desk.open()
  expect(again.replica.sink("new").status.state).not.toBe("closed")
  expect(again.migration.status.phase).toBe("done")
  await again.replica.close()
})

test("[MI5] after a rollback the former sink serves and the new one is left alone, until it is begun again", async () => {
  const desk = new MigrationDesk()
  await desk.fill(20)
  const first = await desk.open()
  await first.migration.reached("cutover")
  await first.migration.cutover()
  await (await write(first.replica, "1", 30)).projected
  await first.migration.rollback()
  expect(first.migration.status).toMatchObject({ phase: "rolled-back", serving: "old" })
  await (await write(first.replica, "1", 31)).projected
  expect([desk.rows()["notes/1"], desk.rows(desk.former)["notes/1"]]).toEqual([[30, 60], [31]])
  await first.replica.close()
  const { replica, migration } = await desk.open()
  expect(() => replica.sink("new")).toThrow(/no sink "new"/)
  await migration.retry()
  await migration.reached("cutover")
  expect(desk.rows()["notes/1"]).toEqual([31, 62])
  await migration.cutover()
  await migration.finish()
  await expect(migration.rollback()).rejects.toMatchObject({ code: "migration-phase" })
  await replica.close()
})

test("[MI7] a record that is not right stops it, and after a repair it goes on", async () => {
  const desk = new MigrationDesk()
  await desk.fill(30)
  const options = desk.options()
  const inner = memorySink(desk.added, { name: "new", projection: doubled })
  // What a batch brings is damaged behind the sink's back before it is verified.
  const damaging = {
    name: "new",
    open: async (context: Parameters<typeof inner.open>[0]) => {
      const session = await inner.open(context)
      return watchedSession(session, () => desk.added.records.delete("notes/7"))
    }
  }
  const { replica, migration } = await desk.open({ ...options, to: damaging })
  await expect(migration.reached("cutover")).rejects.toMatchObject({
    code: "migration-failed",
    message: expect.stringMatching(/1 of the records .* notes\/7: missing.*repair/) as string
  })
  expect(migration.status).toMatchObject({ phase: "failed", serving: "old" })
  expect(await replica.repair()).toMatchObject({ complete: true })
  await migration.retry()
  await migration.reached("cutover")
  await replica.close()
})

test("[MI7] documents that the new mapping refuses stop it, unless that was accepted", async () => {
  const desk = new MigrationDesk()
  await desk.fill(3)
  const first = await desk.open()
  const commit = await write(first.replica, "bad", "text")
  await commit.projected.catch(() => {})
  await expect(first.migration.reached("cutover")).rejects.toMatchObject({
    message: expect.stringContaining("refuses 1 documents") as string
  })
  await first.replica.close()
  const { replica, migration } = await desk.open({ ...desk.options(), acceptParked: true })
  await migration.retry()
  await migration.reached("cutover")
  await replica.close()
})

test("[MI8] what a phase does not have is refused, and waiting can be given up", async () => {
  const desk = new MigrationDesk()
  await desk.fill(3)
  const { replica, migration } = await desk.open()
  await expect(migration.finish()).rejects.toMatchObject({ code: "migration-phase" })
  await expect(migration.retry()).rejects.toMatchObject({ code: "migration-phase" })
  const signal = AbortSignal.abort()
  await expect(migration.reached("done", { signal })).rejects.toMatchObject({ code: "aborted" })
  await migration.reached("cutover")
  await replica.close()
  await expect(migration.reached("done")).rejects.toThrow(/not at work/)
})

test("[MI8] its status outlives its replica, and says so until the next is open", async () => {
  const desk = new MigrationDesk()
  await desk.fill(3)
  const migration = migrateSink(desk.options())
  const open = (): Promise<Replica> => openReplica({ store: desk.store, engine: yjs(), sinks: [migration] })
  expect(() => migration.status).toThrow(/not at work/)
  const first = await open()
  await migration.reached("cutover")
  const status = migration.status
  expect(status).not.toHaveProperty("closed")
  await first.close()
  expect(migration.status).toEqual({ ...status, closed: true })
  const second = await open()
  expect(migration.status).toMatchObject({ phase: "cutover", serving: "old" })
  expect(migration.status).not.toHaveProperty("closed")
  await second.close()
})

test("[MI9] readers are pointed at the new sink before it serves, at the former one at a rollback, again after a failure", async () => {
  const desk = new MigrationDesk()
  await desk.fill(3)
  const pointed: string[] = []
  let failures = 1
  const publish = (serving: string): Promise<void> => {
    pointed.push(`${serving} while ${migration.status.serving} serves`)
    return failures-- > 0 ? Promise.reject(new Error("away")) : Promise.resolve()
  }
  const { replica, migration } = await desk.open({ ...desk.options(), publish })
  await migration.reached("cutover")
  await migration.cutover()
  await migration.rollback()
  expect(pointed).toEqual(["new while old serves", "new while old serves", "old while old serves"])
  await replica.close()
})

test("[MI10] a new sink that lost everything after it was verified is verified again before it serves", async () => {
  const desk = new MigrationDesk()
  await desk.fill(30)
  const first = await desk.open()
  await first.migration.reached("cutover")
  await first.replica.close()
  // Its file was restored, or its mapping is another one: everything is applied anew.
  desk.added.hash = "another"
  desk.added.records.delete("notes/3")
  const { replica, migration } = await desk.open()
  const phases: string[] = []
  migration.on(({ phase }) => phases.push(phase))
  await migration.cutover()
  expect([...new Set(phases)]).toEqual(["cutover", "catch-up", "verify", "soak"])
  expect(desk.rows()["notes/3"]).toEqual([3, 6])
  await replica.close()
})

test("[MI10] [MI9] readers who were pointed at a new sink that then lost everything are pointed back until it is verified again", async () => {
  const desk = new MigrationDesk()
  await desk.fill(30)
  const called = Promise.withResolvers<void>()
  const unanswered = (): Promise<void> => {
    called.resolve()
    return new Promise(() => {})
  }
  const first = await desk.open({ ...desk.options(), publish: unanswered })
  await first.migration.reached("cutover")
  first.migration.cutover().catch(() => {})
  await called.promise
  await first.replica.close()
  desk.added.hash = "another"
  desk.added.records.delete("notes/3")
  const pointed: string[] = []
  const publish = (serving: string): Promise<void> => Promise.resolve(void pointed.push(serving))
  const { replica, migration } = await desk.open({ ...desk.options(), publish })
  await migration.reached("soak")
  expect(pointed).toEqual(["old", "new"])
  await replica.close()
})
test.each(["between two openings", "while it is open"])(
  "[MI10] one that was replaced by an empty one of its name, %s, is verified again, and does not serve where it is not right",
  async when => {
    const desk = new MigrationDesk()
    await desk.fill(30)
    let isDamaged = false
    const damaging = (): MigrationOptions => {
      const inner = memorySink(desk.added, { name: "new", projection: doubled })
      const open: typeof inner.open = async context =>
        watchedSession(await inner.open(context), () => {
          if (isDamaged) desk.added.records.delete("notes/7")
        })
      return { ...desk.options(), to: { name: "new", open } }
    }
    let { replica, migration } = await desk.open(damaging())
    await migration.reached("cutover")
    isDamaged = true
    if (when === "while it is open") desk.added.become(new MemorySinkPlace())
    else {
      await replica.close()
      desk.added = new MemorySinkPlace()
      ;({ replica, migration } = await desk.open(damaging()))
    }
    const served = migration.reached("cutover").then(() => migration.cutover())
    await expect(served).rejects.toMatchObject({
      code: "migration-failed",
      message: expect.stringContaining("notes/7: missing") as string
    })
    expect(migration.status.serving).toBe("old")
    await replica.close()
  }
)

test("[MI10] one that was put back to how it was when it was verified, between two openings, is verified again", async () => {
  const desk = new MigrationDesk()
  await desk.fill(30)
  const first = await desk.open()
  await first.migration.reached("cutover")
  await first.replica.close()
  desk.added.records.delete("notes/7")
  const { replica, migration } = await desk.open()
  await expect(migration.cutover()).rejects.toMatchObject({
    code: "migration-failed",
    message: expect.stringContaining("notes/7: missing") as string
  })
  await replica.close()
})

test("[MI10] one that was replaced after it was verified, and before that was on record, is verified again", async () => {
  const desk = new MigrationDesk()
  await desk.fill(30)
  const opening = Promise.withResolvers<Replica>()
  const isOpenedAnew = Promise.withResolvers<void>()
  let isReplaced = false
  const inner = memorySink(desk.added, { name: "new", projection: doubled })
  const open: Sink["open"] = async context => {
    const session = await inner.open(context)
    if (isReplaced) isOpenedAnew.resolve()
    const wasReplaced = isReplaced
    const read = session.read.bind(session)
    const reading: typeof read = async ids => {
      if (isReplaced && !wasReplaced) throw coreError("sink-fenced", "it is another one")
      return read(ids)
    }
    return Object.assign(session, { read: reading })
  }
  desk.store = beforeVerified(desk.store, async () => {
    desk.added.records.delete("notes/7")
    isReplaced = true
    const replica = await opening.promise
    await replica
      .sink("new")
      .read([noteId(1)])
      .catch(() => {})
    await isOpenedAnew.promise
  })
  const { replica, migration } = await desk.open({ ...desk.options(), to: { name: "new", open } })
  opening.resolve(replica)
  await migration.reached("cutover")
  // Until it is open again nobody would take it for anything.
  await replica.sink("new").drain()
  await expect(migration.cutover()).rejects.toMatchObject({
    code: "migration-failed",
    message: expect.stringContaining("notes/7: missing") as string
  })
  expect(isReplaced).toBe(true)
  await replica.close()
})

/** A store in which something happens before the record says for the first time that a sink was verified. */
function beforeVerified(store: Store, happen: () => Promise<void>): Store {
  let isOver = false
  return {
    name: store.name,
    open: async () => {
      const session = await store.open()
      const append = session.append.bind(session)
      const appending: typeof append = async batch => {
        const records = (batch.values ?? []).filter(({ space }) => space === "migration")
        const isVerified = records.some(
          ({ value }) => value !== null && new TextDecoder().decode(value).includes('"verified"')
        )
        if (isVerified && !isOver) {
          isOver = true
          await happen()
        }
        await append(batch)
      }
      return Object.assign(session, { append: appending })
    }
  }
}

test("[MI11] a new sink that can never be opened fails the migration, not the replica", async () => {
  const desk = new MigrationDesk()
  await desk.fill(3)
  const to = { name: "new", open: () => Promise.reject(coreError("sink-foreign", "somebody else's tables")) }
  const { replica, migration } = await desk.open({ ...desk.options(), to })
  await expect(migration.reached("cutover")).rejects.toMatchObject({ code: "migration-failed" })
  await (await write(replica, "1", 9)).projected
  expect(desk.rows(desk.former)["notes/1"]).toEqual([9])
  await replica.close()
})

test("[MI11] a record of other sinks is refused, and so are two sinks of one name", async () => {
  const desk = new MigrationDesk()
  const { replica } = await desk.open({ ...desk.options(), name: "one" })
  await replica.close()
  const to = memorySink(new MemorySinkPlace(), { name: "third", projection: titles })
  await expect(desk.open({ ...desk.options(), to, name: "one" })).rejects.toMatchObject({
    code: "options-invalid"
  })
  await expect(desk.open({ from: to, to })).rejects.toMatchObject({ code: "options-invalid" })
})

test("[EV7] each phase that a migration reaches is an event, with the sink that serves, and why it stopped", async () => {
  const desk = new MigrationDesk()
  await desk.fill(3)
  const { replica, migration, events } = await desk.open()
  await migration.reached("cutover")
  await migration.cutover()
  await migration.rollback()
  desk.added.records.delete("notes/1")
  await migration.retry()
  await expect(migration.reached("cutover")).rejects.toMatchObject({ code: "migration-failed" })
  const told = events.flatMap(event =>
    event.type === "migrated" ? [[event.migration, event.phase, event.serving]] : []
  )
  const { name, failure } = migration.status
  const filling = ["backfill", "catch-up", "verify"].map(phase => [name, phase, "old"])
  expect(told).toEqual([
    ...filling,
    [name, "cutover", "old"],
    [name, "soak", "new"],
    [name, "rolled-back", "old"],
    [name, "planned", "old"],
    ...filling,
    [name, "failed", "old"]
  ])
  expect(events.findLast(({ type }) => type === "migrated")).toHaveProperty("failure", failure)
  await replica.close()
})
