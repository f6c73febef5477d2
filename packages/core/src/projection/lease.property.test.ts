import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { noteId, ProjectorWorld } from "../testing/core-projector-world.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import { column } from "./column.ts"
import { defineProjection } from "./projection.ts"
import type { Projector } from "./projector.ts"
import { table } from "./table.ts"

const lease = { ttlMs: 1000 }
const options = { lease, backoff: { firstMs: 1, maxMs: 2 }, strategy: { kind: "write-through" } } as const

/** Two stores that know nothing of each other and feed one sink. */
class LeasedWorld extends ProjectorWorld {
  readonly other: SyntheticSource = new SyntheticSource(this.source.ports, "f".repeat(32))

  openOther(): Promise<Projector> {
    return this.open(options, memorySink(this.place), this.other)
  }

  /** Clock and timers together. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.nowMs += 50
      this.timers.advance(50)
      await this.settle()
    }
  }

  heights(source: SyntheticSource, keys: readonly string[]): Promise<readonly (number | undefined)[]> {
    return Promise.all(keys.map(async key => (await source.capture(noteId(key)))?.height))
  }
}

const step = fc.oneof(
  fc.record({
    do: fc.constantFrom("put" as const, "put-other" as const),
    key: fc.constantFrom("a", "b", "c")
  }),
  fc.record({ do: fc.constantFrom("hang" as const, "close-first" as const, "open-first" as const) }),
  fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 50, max: 1500 }) })
)

describe("a lease", () => {
  it("[PJ35] one writes, the other stands by, without failing, and takes over when it is given back", async () => {
    const world = new LeasedWorld()
    world.source.put(noteId("a"), { n: 1 })
    world.other.put(noteId("a"), { n: 2 })
    const first = await world.open(options)
    await first.drain()
    const second = await world.openOther()
    expect(second.status).toMatchObject({
      state: "backoff",
      breaker: "closed",
      attempts: 0,
      lastError: { code: "sink-leased" }
    })
    await world.pass(3000)
    expect(world.place.watermarks.has(world.other.epoch)).toBe(false)
    expect(world.events.filter(({ type }) => type === "sink-failing")).toEqual([])
    await first.close()
    expect(world.place.lease?.untilMs).toBe(0)
    await world.pass(1000)
    expect(second.status).toMatchObject({ state: "idle", lagRecords: 0 })
    await second.close()
  })

  it("[PJ35] whoever stands by with other tables leaves the holder's alone, and brings its own when it takes over", async () => {
    const world = new LeasedWorld()
    world.source.put(noteId("a"), { n: 1 })
    world.other.put(noteId("a"), { n: 2 })
    const first = await world.open(options)
    await first.drain()
    const { hash, projection, watermarks } = world.place.clone()
    const other = memorySink(world.place, {
      projection: defineProjection([table("notes", { columns: { n: column.text(() => "x") } })])
    })
    const second = await world.open(options, other, world.other)
    await world.pass(3000)
    expect(second.status).toMatchObject({ attempts: 0, lastError: { code: "sink-leased" } })
    expect(world.place).toMatchObject({ hash, projection, watermarks })
    expect(world.events.filter(({ type }) => type === "sink-failing")).toEqual([])
    await first.close()
    await world.pass(1000)
    expect(second.status).toMatchObject({ state: "idle", lagRecords: 0 })
    expect(world.place.projection).toBe(projection + 1)
    await second.close()
  })

  it("[PJ35] a lease of a time that does not end, or that no timer counts, is refused", async () => {
    for (const ttlMs of [Infinity, 2 ** 31])
      await expect(new LeasedWorld().open({ lease: { ttlMs } })).rejects.toMatchObject({
        code: "options-invalid"
      })
  })

  it("[PJ35] closed while it renews, a projector renews no more", async () => {
    const world = new LeasedWorld()
    const projector = await world.open(options)
    await projector.drain()
    world.hold(world.source.epoch)
    await world.pass(500)
    await projector.close()
    world.letGo()
    await world.settle()
    expect(world.timers.pending).toBe(0)
  })

  it("[PJ35] whoever does not ask for the lease of a leased sink writes nothing", async () => {
    const world = new LeasedWorld()
    const first = await world.open(options)
    await first.drain()
    world.other.put(noteId("z"), { n: 1 })
    const without = await world.open(
      { backoff: { firstMs: 1, maxMs: 2 } },
      memorySink(world.place),
      world.other
    )
    await world.pass(200)
    expect(without.status).toMatchObject({ lastError: { code: "sink-fenced" } })
    expect(world.heightOf("z")).toBeUndefined()
    await Promise.all([first.close(), without.close()])
  })

  it("[PJ35] a sink without one is refused", async () => {
    const world = new LeasedWorld()
    const sink = memorySink(world.place)
    const bare = {
      name: sink.name,
      open: async (context: Parameters<typeof sink.open>[0]) =>
        Object.assign(await sink.open(context), { takeLease: undefined })
    }
    await expect(world.open(options, bare)).rejects.toMatchObject({ code: "options-invalid" })
  })

  it("[PJ36] after any history of hanging, closing and late batches the sink is as the documents of who holds it", async () => {
    let takeovers = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async steps => {
        const world = new LeasedWorld()
        let first: Projector | undefined = await world.open({ ...options, batch: { timeoutMs: 100_000 } })
        const second = await world.openOther()
        for (const each of steps) {
          if (each.do === "put") world.source.put(noteId(each.key), { n: 1 })
          if (each.do === "put-other") world.other.put(noteId(each.key), { n: 2 })
          if (each.do === "hang") world.hold(world.source.epoch)
          if (each.do === "pass") await world.pass(each.ms)
          if (each.do === "close-first") {
            world.letGo()
            await first?.close()
            first = undefined
          }
          if (each.do === "open-first" && first === undefined) {
            world.letGo()
            first = await world.open(options)
          }
          await world.settle()
        }
        // What hung comes in late, and the first goes for good: the second has it.
        world.letGo()
        await world.settle()
        await first?.close()
        for (const key of ["a", "b", "c"]) world.other.put(noteId(key), { n: 3 })
        await world.pass(3000)
        const fence = world.place.lease?.fence ?? 0
        if (fence > 1) takeovers++
        expect(second.status).toMatchObject({ state: "idle", lagRecords: 0 })
        const found = ["a", "b", "c"].map(key => world.heightOf(key))
        expect(found).toEqual(await world.heights(world.other, ["a", "b", "c"]))
        for (const [, record] of world.place.records.entries())
          expect(record.key?.generation).toBe(world.place.generation)
        await second.close()
      }),
      { numRuns: 60 }
    )
    expect(takeovers).toBeGreaterThan(0)
  })
})
