import { expect, test } from "vitest"
import { verify } from "../consistency/verify.ts"
import { coreError } from "../errors/core-error.ts"
import type { Projector } from "../projection/projector.ts"
import type { Sink, SinkSession } from "../projection/sink.ts"
import type { Replica } from "../replica/replica.ts"
import { hecticSource } from "../testing/hectic-source.ts"
import { doubled, MigrationDesk } from "../testing/core-migration.ts"
import { memorySink, MemorySinkPlace } from "../testing/memory-sink.ts"
import { noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import type { SyntheticSource } from "../testing/synthetic-source.ts"
import { NewSink } from "./new-sink.ts"
import { watchedSession } from "./watched-sink.ts"

const { signal } = new AbortController()

/** A sink with three notes, whose session can be changed; `waited` is fulfilled when the migration waits for the sink. */
async function bench(change: (session: SinkSession, place: MemorySinkPlace) => SinkSession = each => each) {
  const place = new MemorySinkPlace()
  const inner = memorySink(place)
  const sink: Sink = {
    name: inner.name,
    open: async context => change(await inner.open(context), place)
  }
  const workbench = new SinkWorkbench({ sink: () => sink })
  for (let key = 0; key < 3; key++) workbench.put(key)
  const projector = await workbench.project()
  return { place, workbench, projector, waited: whenDrained(projector) }
}

function newSink(source: SyntheticSource, projector: Projector): NewSink {
  return new NewSink({ source, verify: (_, options) => verify(source, [projector], options) }, projector)
}

/** Fulfilled once somebody waits for the sink from now on. */
function whenDrained(projector: Projector): Promise<void> {
  const asked = Promise.withResolvers<void>()
  const drain = projector.drain.bind(projector)
  const watched: Projector["drain"] = given => {
    asked.resolve()
    return drain(given)
  }
  Object.assign(projector, { drain: watched })
  return asked.promise
}

test("[MI7] what was on its way when the verification began is verified, too", async () => {
  let isDamaged = false
  const { workbench, projector, waited } = await bench((session, place) =>
    watchedSession(session, () => {
      if (isDamaged) place.records.delete(noteId(1))
    })
  )
  projector.pause()
  workbench.put(1)
  const problem = newSink(workbench.source, projector).problem(false, signal)
  // Everything was looked at once, and the rest is waited for.
  await waited
  isDamaged = true
  projector.resume()
  expect(await problem).toMatch(/1 of the records .* notes\/1: missing/)
  await projector.close()
})

test("[MI7] beside a document that never rests everything else is found right, and it, too", async () => {
  const { workbench, projector } = await bench()
  let writes = 0
  const hectic = hecticSource(workbench.source, () => void workbench.put(1, `title ${++writes}`))
  expect(await newSink(hectic, projector).problem(false, signal)).toBeUndefined()
  expect(writes).toBeGreaterThan(2)
  await projector.close()
})

test("[MI7] beside one that never rests, what is wrong with another is found", async () => {
  const { place, workbench, projector } = await bench()
  place.records.delete(noteId(2))
  const hectic = hecticSource(workbench.source, () => void workbench.put(1))
  expect(await newSink(hectic, projector).problem(false, signal)).toMatch(/notes\/2: missing/)
  await projector.close()
})

test("[MI7] a sink that is behind each time is not taken for right", async () => {
  const { workbench, projector } = await bench()
  const drain = projector.drain.bind(projector)
  // Whenever it has caught up it is stopped, and a document changes.
  const behind: Projector["drain"] = async given => {
    projector.resume()
    await drain(given)
    projector.pause()
    workbench.put(1)
  }
  Object.assign(projector, { drain: behind })
  projector.pause()
  workbench.put(1)
  await expect(newSink(workbench.source, projector).problem(false, signal)).rejects.toMatchObject({
    code: "verification-unsure",
    message: expect.stringContaining("notes/1") as string
  })
  await projector.close()
})

test.each([
  ["an empty one", () => new MemorySinkPlace()],
  ["one that is as far", (place: MemorySinkPlace) => place.clone()]
])(
  "[MI10] replaced by %s while what was on its way is waited for, it is verified again, and from the start",
  async (_, another) => {
    const desk = new MigrationDesk()
    await desk.fill(10)
    const inner = memorySink(desk.added, { name: "new", projection: doubled })
    let isReplaced = false
    const opening = Promise.withResolvers<Replica>()
    const waited = Promise.withResolvers<void>()
    // As soon as it has caught up it is stopped, and one document changes: that is on its way while everything is looked at.
    const delay = async (): Promise<void> => {
      const replica = await opening.promise
      const projector = replica.sink("new")
      const drain = projector.drain.bind(projector)
      let drains = 0
      const stopping: typeof drain = async given => {
        if (++drains === 2) waited.resolve()
        await drain(given)
        if (drains > 1) return
        projector.pause()
        await (await replica.load("notes/3")).change(draft => Object.assign(draft, { n: 9 })).durable
      }
      Object.assign(projector, { drain: stopping })
    }
    let delayed: Promise<void> | undefined
    const open: Sink["open"] = async context => {
      const session = await inner.open(context)
      const wasReplaced = isReplaced
      const apply = session.apply.bind(session)
      const applying: typeof apply = async (...given) => {
        if (isReplaced && !wasReplaced) throw coreError("sink-fenced", "it is another one")
        await (delayed ??= delay())
        await apply(...given)
        if (isReplaced) desk.added.records.delete("notes/7")
      }
      return Object.assign(session, { apply: applying })
    }
    const { replica, migration } = await desk.open({ ...desk.options(), to: { name: "new", open } })
    opening.resolve(replica)
    await waited.promise
    desk.added.become(another(desk.added))
    isReplaced = true
    replica.sink("new").resume()
    await expect(migration.reached("cutover")).rejects.toMatchObject({
      code: "migration-failed",
      message: expect.stringContaining("notes/7: missing") as string
    })
    await replica.close()
  }
)

test("[VF26] a replica closes beside a migration that verifies a sink which gives no answer", async () => {
  const desk = new MigrationDesk()
  await desk.fill(3)
  const inner = memorySink(desk.added, { name: "new", projection: doubled })
  const asked = Promise.withResolvers<void>()
  const to: Sink = {
    name: "new",
    open: async context => {
      const session = await inner.open(context)
      const fingerprint = (): Promise<never> => {
        asked.resolve()
        return new Promise(() => {})
      }
      return Object.assign(session, { fingerprint })
    }
  }
  const { replica, migration } = await desk.open({ ...desk.options(), to })
  await asked.promise
  expect(migration.status.phase).toBe("verify")
  await expect(replica.close()).resolves.toBeUndefined()
})
