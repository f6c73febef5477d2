import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { noteId, ProjectorWorld } from "../testing/core-projector-world.ts"

const backoff = { firstMs: 1, maxMs: 5 }
const breaker = { restMs: 20 }
const refused = (): Error => coreError("sink-refused", "CHECK constraint failed")
const unnamed = (): Error => new TypeError("cannot read properties of undefined")

/** A sink that fails whatever batch has one of these documents in it. */
function poisoned(world: ProjectorWorld, keys: readonly string[], error: () => Error): void {
  const bad = new Set<DocumentId>(keys.map(noteId))
  world.refuse = ids => (ids.some(id => bad.has(id)) ? error() : undefined)
}

describe("poison", () => {
  it("[PJ25] the documents a sink does not take are parked with its error, and all others are written", async () => {
    const places = fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(places, fc.boolean(), async (bad, isNamed) => {
        const world = new ProjectorWorld()
        const keys = bad.map(n => `d${n}`)
        poisoned(world, keys, isNamed ? refused : unnamed)
        world.putMany(60)
        const projector = await world.open({ backoff, breaker })
        await world.timers.run(projector.drain())
        const parked = projector.parkedDocuments()
        expect(parked.map(({ id }) => id).sort()).toEqual(keys.map(noteId).sort())
        expect(parked.every(({ by, message }) => by === "sink" && message !== "")).toBe(true)
        expect(world.place.records.size).toBe(60 - bad.length)
        expect(projector.status).toMatchObject({ state: "idle", lagRecords: 0, parkedCount: bad.length })
        await projector.close()
      }),
      { numRuns: 40 }
    )
  })

  it("[PJ25] finding one among 500 takes some twenty batches", async () => {
    const world = new ProjectorWorld()
    poisoned(world, ["d333"], refused)
    world.putMany(500)
    const projector = await world.open({ batch: { documents: 2500 } })
    await projector.drain()
    expect(projector.status.parked).toHaveLength(1)
    expect(world.tried.length).toBeLessThanOrEqual(22)
  })

  it("[PJ25] it is reported, and who waits for it hears of it", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open()
    poisoned(world, ["bad"], refused)
    const { position } = world.source.put(noteId("bad"), { n: 1 })
    const projected = world.timers.run(projector.projected(position, { document: noteId("bad") }))
    await expect(projected).rejects.toMatchObject({ code: "projection-refused" })
    expect(world.events).toMatchObject([
      { type: "failed", document: noteId("bad"), error: { code: "sink-refused" } }
    ])
  })

  it("[PJ26] a sink that is down, whatever it says, never has a document parked", async () => {
    const failure = fc.constantFrom<() => Error>(
      () => new TypeError("fetch failed"),
      () => coreError("sink-failed", "no route to host"),
      () => coreError("sink-unauthorized", "key revoked")
    )
    await fc.assert(
      fc.asyncProperty(
        failure,
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 40 }),
        async (error, down, documents) => {
          const world = new ProjectorWorld()
          const projector = await world.open({ backoff, breaker })
          world.failures = down
          world.failure = error()
          world.putMany(documents)
          await world.timers.run(projector.drain())
          expect(projector.parkedDocuments()).toEqual([])
          expect(world.events.filter(({ type }) => type === "failed")).toEqual([])
          expect(world.place.records.size).toBe(documents)
          await projector.close()
        }
      ),
      { numRuns: 60 }
    )
  })

  it("[PJ26] a single document that fails for no stated reason waits for others to get in beside it", async () => {
    const world = new ProjectorWorld()
    poisoned(world, ["bad"], unnamed)
    const projector = await world.open({ backoff, breaker: { failures: 100 } })
    world.source.put(noteId("bad"), { n: 1 })
    for (let n = 0; n < 20; n++) {
      world.timers.advance(25)
      await new Promise<void>(resolve => setImmediate(resolve))
    }
    expect(projector.status).toMatchObject({ parkedCount: 0, lastError: { message: unnamed().message } })
    world.source.put(noteId("good"), { n: 1 })
    await world.timers.run(projector.drain())
    expect([projector.status.parkedCount, world.heightOf("good")]).toEqual([1, 1])
  })

  it("[PJ27] asked to, it tries parked documents again, these or all, and says which are still refused", async () => {
    const world = new ProjectorWorld()
    poisoned(world, ["d1", "d2", "d3"], refused)
    world.putMany(5)
    const projector = await world.open({ backoff, breaker })
    await projector.drain()
    poisoned(world, ["d3"], refused)
    expect(await world.timers.run(projector.retryParked([noteId("d1")]))).toEqual([])
    expect([world.heightOf("d1"), world.heightOf("d2")]).toEqual([1, undefined])
    expect(await world.timers.run(projector.retryParked())).toMatchObject([{ id: noteId("d3"), by: "sink" }])
    expect(world.heightOf("d2")).toBe(1)
  })

  it("[PJ27] while the sink fails the wish waits, and it ends with its signal or the projector", async () => {
    const world = new ProjectorWorld()
    poisoned(world, ["d1"], refused)
    world.putMany(2)
    const projector = await world.open({ backoff })
    await projector.drain()
    projector.pause()
    await expect(projector.retryParked(undefined, AbortSignal.abort())).rejects.toMatchObject({
      code: "aborted"
    })
    const waiting = projector.retryParked()
    await projector.close()
    await expect(waiting).rejects.toMatchObject({ code: "replica-closed" })
  })

  it("[PJ16] parked documents that change and are refused again are no refusals more", async () => {
    const world = new ProjectorWorld()
    world.refuse = ids => (ids.some(id => id.includes("bad")) ? refused() : undefined)
    const bad = Array.from({ length: 1_200 }, (_, n) => noteId(`bad${n}`))
    const projector = await world.open({ backoff, breaker })
    for (const [n, id] of bad.entries()) {
      if (n % 100 === 0) world.source.put(noteId(`good${n}`), { n })
      world.source.put(id, { n })
    }
    await world.timers.run(projector.drain())
    for (const id of bad) world.source.put(id, { n: -1 })
    await world.timers.run(projector.drain())
    expect(projector.status).toMatchObject({ state: "idle", parkedCount: bad.length })
    await projector.close()
  })

  it("[PJ16] many parked documents among good ones do not stop a sink, and outlive its projector", async () => {
    const world = new ProjectorWorld()
    const bad = Array.from({ length: 1200 }, (_, n) => `d${2 * n}`)
    poisoned(world, bad, refused)
    world.putMany(2400)
    const projector = await world.open()
    await projector.drain()
    expect(projector.status).toMatchObject({ state: "idle", parkedCount: 1200 })
    expect(projector.status.parked).toHaveLength(100)
    await projector.close()
    const again = await world.open()
    expect(again.parkedDocuments()).toHaveLength(1200)
    await again.close()
  })
})
