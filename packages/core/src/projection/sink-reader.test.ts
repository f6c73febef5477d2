import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { noteId, ProjectorWorld } from "../testing/core-projector-world.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { column } from "./column.ts"
import { defineProjection } from "./projection.ts"
import type { Projector } from "./projector.ts"
import { table } from "./table.ts"

const keys = ["a", "b", "c", "d", "e"]
const ids = keys.map(noteId)

/** Five documents in the sink, which is then paused. */
async function filled(): Promise<readonly [ProjectorWorld, Projector]> {
  const world = new ProjectorWorld()
  for (const key of keys) world.source.put(noteId(key), { n: 1 })
  const projector = await world.open()
  await projector.drain()
  projector.pause()
  return [world, projector]
}

/** What happens to one record behind the projector's back, and what reading says of it then. */
const harms = {
  consistent: () => {},
  stale: (world: ProjectorWorld, key: string) => void world.source.put(noteId(key), { n: 2 }),
  missing: (world: ProjectorWorld, key: string) => void world.place.records.delete(noteId(key)),
  mismatch: (world: ProjectorWorld, key: string) => {
    const record = world.place.records.get(noteId(key))
    if (record !== undefined) world.place.records.set(noteId(key), { ...record, rows: [] })
  }
} as const

const harm = fc.constantFrom(...(Object.keys(harms) as (keyof typeof harms)[]))

async function settled(world: ProjectorWorld, projector: Projector): Promise<readonly string[]> {
  await world.settle()
  return (await projector.read(ids)).map(({ state }) => state)
}

describe("Projector.read", () => {
  it("[PJ30] says how each record stands, and has mended all of them afterwards, whatever was harmed", async () => {
    const modes = fc.constantFrom("serve-stale" as const, "serve-source" as const, "block" as const)
    await fc.assert(
      fc.asyncProperty(fc.array(harm, { minLength: 5, maxLength: 5 }), modes, async (chosen, mode) => {
        const [world, projector] = await filled()
        chosen.forEach((name, index) => harms[name](world, keys[index] ?? ""))
        const readings = await projector.read(ids, { mode })
        const found = readings.map(({ state }) => state)
        expect(found).toEqual(mode === "block" ? keys.map(() => "consistent") : chosen)
        expect(await settled(world, projector)).toEqual(keys.map(() => "consistent"))
        const mended = chosen.filter(name => name !== "consistent").length
        const told = world.events.filter(({ type }) => type === "repaired")
        expect(told).toEqual(
          mended === 0 ? [] : [{ type: "repaired", sink: "memory", mended, adopted: 0, failed: 0 }]
        )
      })
    )
  })

  it("[PJ30] a mode that does not exist is refused", async () => {
    const [, projector] = await filled()
    await expect(projector.read(ids, { mode: "blocking" as never })).rejects.toMatchObject({
      code: "options-invalid"
    })
  })

  it("[PJ30] serve-source gives the documents' values in place of records that are not right", async () => {
    const [world, projector] = await filled()
    harms.stale(world, "a")
    world.source.put(noteId("b"), undefined)
    expect(await projector.read([noteId("a"), noteId("b"), noteId("c")], { mode: "serve-source" })).toEqual([
      { id: noteId("a"), state: "stale", value: { n: 2 } },
      { id: noteId("b"), state: "stale" },
      { id: noteId("c"), state: "consistent" }
    ])
  })

  it("[PJ30] while the sink is down there is the source, or an error that says so", async () => {
    const world = new ProjectorWorld()
    world.failures = 1
    world.source.put(noteId("a"), { n: 1 })
    const projector = await world.open()
    const [id] = ids
    if (id === undefined) throw new Error("there are ids")
    await expect(projector.read([id])).rejects.toMatchObject({ code: "sink-failed" })
    expect(await projector.read([id], { mode: "serve-source" })).toEqual([
      { id, state: "unknown", value: { n: 1 } }
    ])
  })

  it("[PJ30] what another replica wrote and this one does not have yet is left alone", async () => {
    const [world, projector] = await filled()
    const record = world.place.records.get(noteId("a"))
    const key = { generation: 1, projection: 1, height: 9 }
    if (record !== undefined) world.place.records.set(noteId("a"), { ...record, key })
    expect(await projector.read([noteId("a")], { mode: "block" })).toEqual([
      { id: noteId("a"), state: "ahead" }
    ])
    expect(world.heightOf("a")).toBe(9)
  })

  it("[PJ30] a sink that cannot be mended is read all the same, and with block says why not", async () => {
    const world = new ProjectorWorld()
    const sink = memorySink(world.place)
    const broken = {
      name: sink.name,
      open: async (context: Parameters<typeof sink.open>[0]) =>
        Object.assign(await sink.open(context), { repair: () => Promise.reject(new Error("read-only")) })
    }
    world.source.put(noteId("a"), { n: 1 })
    const projector = await world.open({}, broken)
    await projector.drain()
    harms.missing(world, "a")
    expect(await projector.read([noteId("a")])).toEqual([{ id: noteId("a"), state: "missing" }])
    await world.settle()
    await expect(projector.read([noteId("a")], { mode: "block" })).rejects.toThrow("read-only")
  })

  it("[PJ30] a document that is refused is parked, and one that is nowhere is absent", async () => {
    const strict = defineProjection([
      table<{ readonly n: number }>("notes", { columns: { n: column.integer(value => value.n) } })
    ])
    const world = new ProjectorWorld()
    world.source.put(noteId("a"), { n: "x" })
    const projector = await world.open({}, memorySink(world.place, { projection: strict }))
    await projector.drain()
    const readings = await projector.read([noteId("a"), noteId("z")], { mode: "block" })
    expect(readings.map(({ state }) => state)).toEqual(["parked", "absent"])
  })

  it.each(["serve-stale", "block"] as const)(
    "[PJ46] reading with %s finds out that an idle sink was overtaken: it is opened anew, and read right",
    async mode => {
      const world = new ProjectorWorld()
      const id = noteId("a")
      world.source.put(id, { n: 1 })
      const projector = await world.open()
      await projector.drain()
      world.place.generation = 9
      harms.missing(world, "a")
      const read = await projector.read([id], { mode }).catch((error: unknown) => error)
      expect(read).toMatchObject(mode === "block" ? { code: "sink-fenced" } : [{ id, state: "missing" }])
      await world.settle()
      await world.timers.run(projector.drain())
      expect(await projector.read([id], { mode: "block" })).toEqual([{ id, state: "consistent" }])
      expect(world.place.records.get(id)?.key?.generation).toBe(9)
    }
  )

  it("[PJ28] a reading that gets no answer in time has failed, and says what to do", async () => {
    const world = new ProjectorWorld()
    const sink = memorySink(world.place)
    const hanging: typeof sink = {
      name: sink.name,
      open: async context =>
        Object.assign(await sink.open(context), { read: () => new Promise<never>(() => {}) })
    }
    const projector = await world.open({}, hanging)
    await expect(world.timers.run(projector.read(ids))).rejects.toMatchObject({
      code: "sink-failed",
      message: expect.stringContaining("read again") as string
    })
  })

  it("[PJ48] neither closing nor a signal waits for a mapping that gives no answer while a record is mended", async () => {
    const world = new ProjectorWorld()
    world.source.put(noteId("a"), { n: 1 })
    const projector = await world.open()
    await projector.drain()
    harms.missing(world, "a")
    Object.assign(projector.session ?? {}, { project: () => new Promise<never>(() => {}) })
    const abort = new AbortController()
    const read = projector.read([noteId("a")], { mode: "block", signal: abort.signal })
    await world.settle()
    abort.abort()
    await expect(read).rejects.toMatchObject({ code: "aborted" })
    const blocked = projector.read([noteId("a")], { mode: "block" })
    blocked.catch(() => {})
    await world.settle()
    await projector.close()
    await expect(blocked).rejects.toMatchObject({ code: "replica-closed" })
  })

  it("[PJ30] a signal that has fired, and a closed projector, end it", async () => {
    const [, projector] = await filled()
    await expect(projector.read(ids, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted"
    })
    await projector.close()
    await expect(projector.read(ids)).rejects.toMatchObject({ code: "replica-closed" })
  })
})
