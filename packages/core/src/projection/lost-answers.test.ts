import { describe, expect, it } from "vitest"
import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import { noteId as id, ProjectorWorld } from "../testing/core-projector-world.ts"
import { memorySink, MemorySinkPlace } from "../testing/memory-sink.ts"
import { contractContext } from "../testing/sink-workbench.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import { column } from "./column.ts"
import { defineProjection } from "./projection.ts"
import type { Sink } from "./sink.ts"
import { table } from "./table.ts"

const strict = defineProjection([
  table<{ readonly n: number }>("notes", { columns: { n: column.integer(value => value.n) } })
])

const elsewhere = defineProjection([
  table<{ readonly n: number }>("others", {
    collection: "others",
    columns: { n: column.integer(value => value.n) }
  })
])

/** The same sink; something happens whenever a batch is in. */
function changing(sink: Sink, happen: () => void): Sink {
  return {
    name: sink.name,
    open: async context => {
      const session = await sink.open(context)
      const apply = session.apply.bind(session)
      return Object.assign(session, {
        apply: async (...given: Parameters<typeof apply>) => {
          await apply(...given)
          happen()
        }
      })
    }
  }
}

/** The same sink; what `losesAnswer` is told of is done and then rejected, or not answered in order. */
function answering(sink: Sink, losesAnswer: (call: "apply" | "close") => boolean): Sink {
  const lose = (call: "apply" | "close"): void => {
    if (losesAnswer(call)) throw coreError("sink-failed", "the answer was lost")
  }
  return {
    name: sink.name,
    open: async context => {
      const session = await sink.open(context)
      const [apply, releaseLease] = [session.apply.bind(session), session.releaseLease?.bind(session)]
      return Object.assign(session, {
        apply: async (...given: Parameters<typeof apply>) => {
          await apply(...given)
          lose("apply")
        },
        releaseLease: async (holder: string) => {
          await releaseLease?.(holder)
          lose("close")
        }
      })
    }
  }
}

describe("a projector whose sink was thrown back, or lost an answer", () => {
  it("[PJ41] who waits for a commit is told when its document is in, also where it changed again meanwhile", async () => {
    const world = new ProjectorWorld()
    for (const key of ["a", "b", "a"]) world.source.put(id(key), { n: 1 })
    world.refuse = ids => (ids.includes(id("a")) ? coreError("sink-failed", "not yet") : undefined)
    const projector = await world.open({ batch: { documents: 1 } })
    const told = projector.projected(1, { document: id("a") }).then(() => world.heightOf("a"))
    await world.settle()
    expect([world.heightOf("a"), world.heightOf("b")]).toEqual([undefined, 1])
    world.refuse = () => undefined
    expect(await world.timers.run(told)).toBe(2)
  })

  it("[PJ41] who waits for a commit is told though its document never stops changing", async () => {
    const world = new ProjectorWorld()
    let changes = 100
    const change = (): void => void (changes-- > 0 && world.source.put(id("a"), { n: changes }))
    const projector = await world.open(undefined, changing(memorySink(world.place), change))
    world.source.put(id("a"), { n: 1 })
    await world.timers.run(projector.projected(world.source.end.position, { document: id("a") }))
    expect([world.heightOf("a"), changes > 90]).toEqual([expect.any(Number), true])
    await projector.close()
  })

  it.each([
    { what: "refused", projection: strict, outcome: "projection-refused" },
    { what: "of a collection that the sink has nothing of", projection: elsewhere, outcome: "told" }
  ])(
    "[PJ41] nor does a document that never stops changing keep anybody waiting where it is $what",
    async ({ projection, outcome }) => {
      const world = new ProjectorWorld()
      let changes = 100
      const change = (): void => void (changes-- > 0 && world.source.put(id("a"), { n: "x" }))
      const projector = await world.open(undefined, changing(memorySink(world.place, { projection }), change))
      world.source.put(id("a"), { n: "x" })
      const waiting = projector.projected(world.source.end.position, { document: id("a") })
      const code = waiting.then(
        () => "told",
        (error: unknown) => isSynclineError(error) && error.code
      )
      expect([await world.timers.run(code), changes > 90]).toEqual([outcome, true])
      await projector.close()
    }
  )

  it("[PJ16] a parked document that changed and got in is not parked, though the answer was lost", async () => {
    const world = new ProjectorWorld()
    let lost = 0
    const sink = answering(
      memorySink(world.place, { projection: strict }),
      call => call === "apply" && lost-- > 0
    )
    world.source.put(id("bad"), { n: "x" })
    const projector = await world.open(undefined, sink)
    await projector.drain()
    expect(projector.status.parkedCount).toBe(1)
    world.source.put(id("bad"), { n: 2 })
    lost = 1
    await world.timers.run(projector.drain())
    expect([world.heightOf("bad"), projector.status.parkedCount]).toEqual([2, 0])
    await projector.close()
    expect(await world.source.listValues("projection-parked/memory", undefined, 1)).toEqual([])
  })

  it("[PJ42] an idle sink that was emptied is filled as soon as somebody waits for it", async () => {
    const world = new ProjectorWorld()
    world.source.put(id("a"), { n: 1 })
    const projector = await world.open()
    await projector.drain()
    world.place.become(new MemorySinkPlace())
    await world.timers.run(projector.drain())
    expect([world.heightOf("a"), projector.status.state]).toEqual([1, "idle"])
  })

  it("[PJ35] a sink that opens when nobody waits for it any more is asked for nothing", async () => {
    const world = new ProjectorWorld()
    const sink = memorySink(world.place)
    const late = Promise.withResolvers<void>()
    const slow: Sink = { name: sink.name, open: context => late.promise.then(() => sink.open(context)) }
    const opening = world.open({ lease: {}, batch: { timeoutMs: 50 } }, slow)
    await world.settle()
    world.timers.advance(50)
    await (await opening).close()
    late.resolve()
    await world.settle()
    expect(world.place.lease).toBeUndefined()
  })

  it.each(["the sink", "the store"])(
    "[PJ35] a lease is given back that nobody waits for any more because %s is slow",
    async slow => {
      const world = new ProjectorWorld()
      const late = Promise.withResolvers<void>()
      const list = world.source.listValues.bind(world.source)
      if (slow === "the sink") world.hold(world.source.epoch)
      else world.source.listValues = (...asked) => late.promise.then(() => list(...asked))
      const opening = world.open({ lease: {}, batch: { timeoutMs: 50 } })
      await world.settle()
      world.timers.advance(50)
      await (await opening).close()
      world.letGo()
      late.resolve()
      await world.settle()
      expect(world.place.lease).toMatchObject({ fence: 1, untilMs: 0 })
    }
  )

  it("[PJ35] who lost the lease and could have it again fills the sink anew, idle or not", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open({ lease: { ttlMs: 300 }, backoff: { firstMs: 1, maxMs: 2 } })
    world.source.put(id("a"), { n: 1 })
    await world.timers.run(projector.drain())
    const other = contractContext(new SyntheticSource(world.source.ports, "f".repeat(32)))
    const thief = await memorySink(world.place).open(other)
    await thief.takeLease?.({ holder: "thief", ttlMs: 1, nowMs: world.nowMs + 1_000 })
    await thief.releaseLease?.("thief")
    for (let passed = 0; passed < 300; passed += 10) {
      world.timers.advance(10)
      await world.settle()
    }
    expect(world.place.generation).toBe(3)
    expect(world.place.records.get(id("a"))?.key).toMatchObject({ generation: 3, height: 1 })
    await projector.close()
  })

  it("[PJ35] opened anew after a failure, a sink is had at once, without waiting for one's own lease", async () => {
    const world = new ProjectorWorld()
    let losesAll = false
    const sink = answering(memorySink(world.place), () => losesAll)
    const options = {
      lease: { ttlMs: 1_000_000 },
      batch: { timeoutMs: 50 },
      backoff: { firstMs: 1, maxMs: 2 }
    }
    const projector = await world.open(options, sink)
    await projector.drain()
    world.place.generation++
    losesAll = true
    world.source.put(id("a"), { n: 1 })
    world.timers.advance(1_000)
    await world.settle()
    losesAll = false
    await world.timers.run(projector.drain())
    expect([world.heightOf("a"), projector.status.state]).toEqual([1, "idle"])
  })
})
