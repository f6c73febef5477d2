import { describe, expect, it } from "vitest"
import { coreError } from "../errors/core-error.ts"
import { noteId, ProjectorWorld } from "../testing/core-projector-world.ts"
import { ManualTimers } from "../testing/manual-timers.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import { column } from "./column.ts"
import { defineProjection } from "./projection.ts"
import { ReconcileTimer } from "./reconcile-timer.ts"
import { table } from "./table.ts"

const id = noteId

describe("openProjector", () => {
  it("[PJ11] brings everything durable into the sink, and what follows", async () => {
    const world = new ProjectorWorld()
    world.source.put(id("a"), { n: 1 })
    const projector = await world.open()
    await projector.drain()
    world.source.put(id("b"), { n: 2 })
    await world.timers.run(projector.drain())
    expect([world.heightOf("a"), world.heightOf("b")]).toEqual([1, 1])
    expect(projector.status).toMatchObject({ state: "idle", lagRecords: 0, watermark: { position: 2 } })
  })

  it("[PJ11] a deleted document becomes a tombstone", async () => {
    const world = new ProjectorWorld()
    world.source.put(id("a"), { n: 1 })
    world.source.put(id("a"), undefined)
    await (await world.open()).drain()
    expect(world.place.records.get(id("a"))).toMatchObject({ deleted: true, rows: [], key: { height: 2 } })
  })

  it("[PJ12] a hundred changes of one document are one write", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open({ strategy: { kind: "write-behind", lingerMs: 20 } })
    await projector.drain()
    for (let n = 0; n < 100; n++) world.source.put(id("a"), { n })
    world.timers.advance(20)
    await projector.drain()
    expect(world.batches).toEqual([[id("a")]])
  })

  it("[PJ44] documents are read ahead, up to eight at a time, and written in the order of the log", async () => {
    const world = new ProjectorWorld()
    const capture = world.source.capture.bind(world.source)
    let [underWay, most] = [0, 0]
    world.source.capture = async of => {
      most = Math.max(most, ++underWay)
      // Later ones are answered sooner.
      for (let turns = 20 - underWay; turns > 0; turns--) await Promise.resolve()
      underWay--
      return capture(of)
    }
    world.putMany(30)
    await (await world.open({ batch: { documents: 100 } })).drain()
    expect(most).toBe(8)
    expect(world.batches.flat()).toEqual(Array.from({ length: 30 }, (_, n) => id(`d${n}`)))
  })

  it("[PJ12] what comes during a batch lingers too, unless somebody waits for it", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open({ strategy: { kind: "write-behind", lingerMs: 20 } })
    await world.settle()
    world.source.put(id("a"), { n: 1 })
    world.hold(world.source.epoch)
    world.timers.advance(20)
    await world.settle()
    for (let n = 0; n < 3; n++) world.source.put(id("b"), { n })
    world.letGo()
    await world.settle()
    expect(world.batches).toEqual([[id("a")]])
    world.source.put(id("b"), { n: 3 })
    await projector.drain()
    expect(world.batches).toEqual([[id("a")], [id("b")]])
    expect(world.timers.pending).toBe(0)
  })

  it("[PJ12] batches are bounded by documents and by bytes", async () => {
    const world = new ProjectorWorld()
    for (let n = 0; n < 17; n++) world.source.put(id(`d${n}`), { text: "x".repeat(100) })
    const largest = async (bytes: number): Promise<number> => {
      const projector = await world.open({ batch: { documents: 3, bytes } }, memorySink())
      await projector.drain()
      return Math.max(...world.batches.splice(0).map(each => each.length))
    }
    expect([await largest(500), await largest(5000)]).toEqual([2, 3])
  })

  it("[PJ13] a failing sink is tried again with growing pauses and keeps nobody from committing", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open()
    await projector.drain()
    world.failures = 3
    world.source.put(id("a"), { n: 1 })
    const drained = projector.drain()
    world.source.put(id("a"), { n: 2 })
    await world.timers.run(drained)
    expect(world.heightOf("a")).toBe(2)
    expect(projector.status).toMatchObject({ state: "idle", attempts: 0 })
    expect(projector.status.lastError).toBeUndefined()
  })

  it("[PJ13] a sink that cannot be reached at first is opened later", async () => {
    const world = new ProjectorWorld()
    world.failures = 2
    world.source.put(id("a"), { n: 1 })
    const projector = await world.open()
    expect(projector.status).toMatchObject({ state: "backoff", lastError: { message: "the disk is full" } })
    await world.timers.run(projector.drain())
    expect(world.heightOf("a")).toBe(1)
  })

  it.each(["sink-unauthorized", "sink-fenced"] as const)(
    "[PJ13] a sink that says %s at first keeps nobody from opening, and is tried again",
    async code => {
      const world = new ProjectorWorld()
      world.failure = coreError(code, "not now")
      world.failures = 1
      world.source.put(id("a"), { n: 1 })
      const projector = await world.open()
      expect(projector.status.lastError).toMatchObject({ code })
      await world.timers.run(projector.drain())
      expect(world.heightOf("a")).toBe(1)
    }
  )

  it("[PJ13] a sink that is another's is an error at once", async () => {
    const world = new ProjectorWorld()
    world.failure = coreError("sink-foreign", "not ours")
    world.failures = 1
    await expect(world.open()).rejects.toMatchObject({ code: "sink-foreign" })
  })

  it("[PJ14] write-through: projected is fulfilled with the commit's state in the sink, without a timer", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open({ strategy: { kind: "write-through" } })
    const { position } = world.source.put(id("a"), { n: 1 })
    await projector.projected(position, { document: id("a") })
    expect(world.heightOf("a")).toBe(1)
  })

  it("[PJ14] write-through: after the deadline it is pending, and projected later all the same", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open({ strategy: { kind: "write-through", deadlineMs: 50 } })
    await projector.drain()
    world.failures = 1
    const { position } = world.source.put(id("a"), { n: 1 })
    const projected = projector.projected(position)
    await expect(world.timers.run(projected)).rejects.toMatchObject({ code: "projection-pending" })
    await world.timers.run(projector.drain())
    expect(world.heightOf("a")).toBe(1)
  })

  it("[PJ15] paused it writes nothing, resumed it catches up", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open()
    projector.pause()
    world.source.put(id("a"), { n: 1 })
    world.timers.advance(1000)
    expect(projector.status).toMatchObject({ lagRecords: 1 })
    expect(await projector.lagDocuments()).toBe(1)
    projector.resume()
    await projector.drain()
    expect(world.heightOf("a")).toBe(1)
  })

  it("[PJ15] waiting can be given up, and closing rejects who still waits", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open()
    projector.pause()
    world.source.put(id("a"), { n: 1 })
    await expect(projector.drain(AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" })
    const drained = projector.drain()
    await projector.close()
    await expect(drained).rejects.toMatchObject({ code: "replica-closed" })
    await expect(projector.drain()).rejects.toMatchObject({ code: "replica-closed" })
  })
})

const strict = defineProjection([
  table<{ readonly n: number }>("notes", { columns: { n: column.integer(value => value.n) } })
])

describe("parked documents", () => {
  it("[PJ16] a refused document is parked with table and column, others flow", async () => {
    const world = new ProjectorWorld()
    world.source.put(id("bad"), { n: "x" })
    world.source.put(id("good"), { n: 1 })
    const projector = await world.open(undefined, memorySink(world.place, { projection: strict }))
    await projector.drain()
    expect(world.heightOf("good")).toBe(1)
    expect(projector.status.parked).toMatchObject([{ id: id("bad"), path: "notes.n", position: 1 }])
  })

  it("[PJ16] who waits for a parked document hears of it", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open(undefined, memorySink(world.place, { projection: strict }))
    const { position } = world.source.put(id("bad"), { n: "x" })
    const projected = world.timers.run(projector.projected(position, { document: id("bad") }))
    await expect(projected).rejects.toMatchObject({ code: "projection-refused" })
  })

  it("[PJ16] parking outlives the projector and ends when the document changes", async () => {
    const world = new ProjectorWorld()
    const sink = memorySink(world.place, { projection: strict })
    world.source.put(id("bad"), { n: "x" })
    const first = await world.open(undefined, sink)
    await first.drain()
    await first.close()
    const second = await world.open(undefined, sink)
    expect(second.status.parked).toHaveLength(1)
    world.source.put(id("bad"), { n: 2 })
    await world.timers.run(second.drain())
    expect(second.status.parked).toEqual([])
    expect(world.heightOf("bad")).toBe(2)
  })

  it("[PJ16] a mapping that refuses everything stops the sink instead of filling memory", async () => {
    const world = new ProjectorWorld()
    for (let n = 0; n < 1001; n++) world.source.put(id(`d${n}`), { n: "x" })
    const projector = await world.open(undefined, memorySink(world.place, { projection: strict }))
    await expect(projector.drain()).rejects.toMatchObject({ code: "projection-invalid" })
    expect(projector.status.state).toBe("failed")
    await expect(projector.projected(1001)).rejects.toMatchObject({ code: "projection-invalid" })
  })
})

describe("generations", () => {
  async function projectAll(world: ProjectorWorld, source = world.source): Promise<void> {
    const projector = await world.open(undefined, memorySink(world.place), source)
    await projector.drain()
    await projector.close()
  }

  it("[PJ17] a restored store raises the generation, and its lower heights win", async () => {
    const world = new ProjectorWorld()
    world.source.put(id("a"), { n: 1 })
    const backup = world.source.fork()
    for (let n = 2; n < 6; n++) world.source.put(id("a"), { n })
    await projectAll(world)
    await projectAll(world, backup)
    expect(world.place.records.get(id("a"))?.key).toMatchObject({ generation: 2, height: 1 })
  })

  it("[PJ17] also when it has grown past the sink again", async () => {
    const world = new ProjectorWorld()
    world.source.put(id("a"), { n: 1 })
    const backup = world.source.fork()
    for (let n = 2; n < 4; n++) world.source.put(id("a"), { n })
    await projectAll(world)
    for (let n = 0; n < 9; n++) backup.put(id("b"), { n })
    await projectAll(world, backup)
    expect(world.place.records.get(id("a"))?.key).toMatchObject({ generation: 2, height: 1 })
  })

  it("[PJ17] a store in another's place raises it once, not at every opening", async () => {
    const world = new ProjectorWorld()
    world.source.put(id("a"), { n: 1 })
    await projectAll(world)
    const other = new SyntheticSource(world.source.ports, "f".repeat(32))
    other.put(id("a"), { n: 2 })
    await projectAll(world, other)
    await projectAll(world, other)
    expect(world.place.generation).toBe(2)
  })

  it.each([["write-behind", false] as const, ["reconcile", true] as const])(
    "[PJ47] where the log has forgotten what was at the watermark, the sink goes on, and is verified once (%s: mended %s)",
    async (kind, mends) => {
      const world = new ProjectorWorld()
      world.source.put(id("a"), { n: 1 })
      await projectAll(world)
      world.source.put(id("b"), { n: 1 })
      world.source.logHashAt = () => Promise.resolve(undefined)
      const runs: boolean[] = []
      const reconcile = (_: AbortSignal, each: boolean): Promise<void> =>
        Promise.resolve(void runs.push(each))
      for (let opening = 0; opening < 2; opening++) {
        const projector = await world.open({ reconcile, strategy: { kind } })
        await projector.drain()
        world.timers.advance(0)
        expect([runs, world.place.generation]).toEqual([[mends], 1])
        await projector.close()
      }
    }
  )

  it("[PJ47] what is due when another strategy is set, or while a verification runs, is done all the same", async () => {
    const timers = new ManualTimers()
    const runs: PromiseWithResolvers<void>[] = []
    const timer = new ReconcileTimer(timers, () => {
      const run = Promise.withResolvers<void>()
      runs.push(run)
      return run.promise
    })
    timer.soon()
    timer.set(undefined)
    timers.advance(0)
    timer.soon()
    timers.advance(0)
    expect(runs).toHaveLength(1)
    runs[0]?.resolve()
    await Promise.resolve().then(() => {})
    timers.advance(0)
    expect(runs).toHaveLength(2)
    runs[1]?.resolve()
    await Promise.resolve().then(() => {})
    expect(timers.pending).toBe(0)
    await timer.close()
    timer.soon()
    expect(timers.pending).toBe(0)
  })

  it("[PJ18] fenced off by a higher generation, a writer adopts it and applies everything again", async () => {
    const world = new ProjectorWorld()
    world.source.put(id("a"), { n: 1 })
    const projector = await world.open()
    await projector.drain()
    world.place.generation = 9
    world.place.rewind()
    world.source.put(id("b"), { n: 1 })
    await world.timers.run(projector.drain())
    expect(["a", "b"].map(key => world.place.records.get(id(key))?.key?.generation)).toEqual([9, 9])
  })

  it("[PJ48] closing does not wait for a mapping that gives no answer, and is no failure; the next opening writes it", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open()
    Object.assign(projector.session ?? {}, { project: () => new Promise<never>(() => {}) })
    world.source.put(noteId("a"), { n: 1 })
    const waiting = projector.drain()
    waiting.catch(() => {})
    await world.settle()
    expect(projector.status.state).toBe("working")
    await projector.close()
    await expect(waiting).rejects.toMatchObject({ code: "replica-closed" })
    expect([projector.status.lastError, projector.session]).toEqual([undefined, undefined])
    const again = await world.open()
    await again.drain()
    expect(world.heightOf("a")).toBe(1)
  })

  it("[PJ19] a changed mapping projects everything anew under a higher version", async () => {
    const world = new ProjectorWorld()
    world.source.put(id("a"), { n: 1 })
    await projectAll(world)
    const projector = await world.open(undefined, memorySink(world.place, { projection: strict }))
    await projector.drain()
    expect(world.place.records.get(id("a"))).toMatchObject({
      key: { projection: 2 },
      rows: [{ table: { name: "notes" } }]
    })
  })
})
