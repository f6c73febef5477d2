import { describe, expect, it } from "vitest"
import { column } from "../projection/column.ts"
import { defineProjection } from "../projection/projection.ts"
import { table } from "../projection/table.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import { formatRepair } from "../consistency/format-report.ts"

function makeBench(projection = defineProjection()): SinkWorkbench & { readonly place: MemorySinkPlace } {
  const place = new MemorySinkPlace()
  const fixture = { sink: () => memorySink(place, { projection }), damage: new MemorySinkDamage(place) }
  return Object.assign(new SinkWorkbench(fixture), { place })
}

async function damaged(count = 30): Promise<ReturnType<typeof makeBench>> {
  const bench = makeBench()
  for (let key = 0; key < count; key++) bench.put(key)
  await (await bench.project()).close()
  await bench.fixture.damage.removeAll(noteId(1))
  await bench.fixture.damage.setDigest(noteId(2), new Uint8Array(32))
  return bench
}

describe("repair", () => {
  it("[RP1] a dry run says what would be done and does nothing", async () => {
    const bench = await damaged()
    const projector = await bench.project()
    const report = await bench.verify(projector)
    const planned = await bench.repair(projector, report, { dryRun: true })
    expect(planned).toMatchObject({ dryRun: true, counts: { planned: 2, mended: 0 } })
    expect((await bench.verify(projector)).sinks[0]?.findings).toEqual(report.sinks[0]?.findings)
  })

  it("[RP1] however many findings there are, each is planned", async () => {
    const bench = await damaged()
    const projector = await bench.project()
    const report = await bench.verify(projector)
    const [sink] = report.sinks
    const findings = Array.from({ length: 200_000 }, (_, i) => ({ id: noteId(i), class: "missing" as const }))
    const many = { ...report, sinks: sink === undefined ? [] : [{ ...sink, findings }] }
    expect((await bench.repair(projector, many, { dryRun: true })).counts.planned).toBe(200_000)
  })

  it("[RP2] what changed since it was verified is left alone, and right if it is right by now", async () => {
    const bench = await damaged()
    const projector = await bench.project()
    const report = await bench.verify(projector)
    bench.put(1)
    await bench.fixture.damage.setDeleted(noteId(2), true)
    await projector.drain()
    const repaired = await bench.repair(projector, report)
    expect(repaired.operations).toMatchObject([
      { id: noteId(1), outcome: "already-right" },
      { id: noteId(2), outcome: "failed", reason: expect.stringContaining("verify again") }
    ])
    expect(repaired.complete).toBe(false)
  })

  it("[RP2] repeated, it does nothing more", async () => {
    const bench = await damaged()
    const projector = await bench.project()
    const report = await bench.verify(projector)
    await bench.repair(projector, report)
    expect((await bench.repair(projector, report)).counts).toMatchObject({ "already-right": 2, mended: 0 })
  })

  it("[RP3] mended means read back: a sink that only says it wrote is found out", async () => {
    const bench = await damaged()
    const projector = await bench.project()
    const report = await bench.verify(projector)
    Object.assign(projector.session ?? {}, {
      repair: async (all: readonly unknown[]) => all.map(() => "swapped")
    })
    const repaired = await bench.repair(projector, report)
    expect(repaired.counts).toMatchObject({ mended: 0, failed: 2 })
    expect(formatRepair(repaired)).toContain("somebody else writing")
  })

  it("[RP5] more than a twentieth is not removed unless allowed, the rest is mended", async () => {
    const bench = await damaged()
    for (const key of ["x", "y"]) await bench.fixture.damage.copy(noteId(5), noteId(key))
    const projector = await bench.project()
    const report = await bench.verify(projector)
    const cautious = await bench.repair(projector, report)
    expect(cautious.counts).toMatchObject({ refused: 2, mended: 2 })
    expect(cautious.operations.find(({ outcome }) => outcome === "refused")?.reason).toContain("6.5 %")
    const bold = await bench.repair(projector, await bench.verify(projector), { maxDeleteShare: 1 })
    expect(bold).toMatchObject({ complete: true, counts: { mended: 2 } })
    expect((await bench.verify(projector)).clean).toBe(true)
  })

  it("[RP6] a document the mapping refuses fails with its reason, others are mended", async () => {
    const strict = defineProjection([
      table<{ readonly n: number }>("numbers", { columns: { n: column.integer(value => value.n) } })
    ])
    const bench = makeBench(strict)
    bench.source.put(noteId("good"), { n: 1 })
    bench.source.put(noteId("bad"), { n: "x" })
    const projector = await bench.project()
    await bench.fixture.damage.copy(noteId("good"), noteId("bad"))
    await bench.fixture.damage.setKey(noteId("bad"), "height", 9n)
    await bench.fixture.damage.removeAll(noteId("good"))
    const repaired = await bench.repair(projector, await bench.verify(projector))
    expect(repaired.operations).toMatchObject([
      { id: noteId("bad"), outcome: "failed", reason: expect.stringContaining("numbers.n") },
      { id: noteId("good"), outcome: "mended" }
    ])
  })

  it("[RP7] it reports progress after each operation, and ends when its signal says so", async () => {
    const bench = await damaged()
    for (let key = 3; key < 13; key++) await bench.fixture.damage.removeAll(noteId(key))
    const projector = await bench.project()
    const report = await bench.verify(projector)
    const abort = new AbortController()
    const seen: number[] = []
    const repaired = bench.repair(projector, report, {
      concurrency: 5,
      signal: abort.signal,
      onProgress: ({ done, total }) => {
        seen.push(done, total)
        if (done >= 5) abort.abort()
      }
    })
    await expect(repaired).rejects.toMatchObject({ code: "aborted" })
    expect(seen.slice(0, 10)).toEqual([1, 12, 2, 12, 3, 12, 4, 12, 5, 12])
    const left = (await bench.verify(projector)).sinks[0]?.findings.length ?? 0
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(7)
  })
})
