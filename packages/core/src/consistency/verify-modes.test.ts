import { describe, expect, it, vi } from "vitest"
import { parseDocumentId } from "../document/document-id.ts"
import { systemPorts } from "../ports/system-ports.ts"
import type { Projector } from "../projection/projector.ts"
import type { SinkSession } from "../projection/sink.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import type { Coverage } from "./coverage.ts"
import { formatReport } from "./format-report.ts"
import type { VerifyReport } from "./verify-report.ts"

function makeBench(seed = 1): SinkWorkbench & { readonly place: MemorySinkPlace } {
  const place = new MemorySinkPlace()
  const fixture = { sink: () => memorySink(place), damage: new MemorySinkDamage(place) }
  const source = new SyntheticSource(systemPorts({ random: new SeededRandom(seed) }))
  return Object.assign(new SinkWorkbench(fixture, source), { place })
}

async function filled(count: number): Promise<{ bench: ReturnType<typeof makeBench>; projector: Projector }> {
  const bench = makeBench()
  for (let key = 0; key < count; key++) bench.put(key)
  return { bench, projector: await bench.project() }
}

function coverageOf<Kind extends Coverage["kind"]>(
  { sinks }: VerifyReport,
  kind: Kind
): Extract<Coverage, { kind: Kind }> {
  expect(sinks[0]?.coverage?.kind).toBe(kind)
  return sinks[0]?.coverage as Extract<Coverage, { kind: Kind }>
}

describe("what changed since the last clean verification", () => {
  const mode = { kind: "documents", changedSince: "last-clean" } as const

  it("[VF11] is everything before there was one, and then what changed after it", async () => {
    const { bench, projector } = await filled(10)
    for (const [change, looked, since] of [
      [false, 10, 0],
      [true, 1, 10],
      [false, 0, 11]
    ] as const) {
      if (change) bench.put(3)
      await projector.drain()
      const report = await bench.verify(projector, { mode })
      expect(coverageOf(report, "documents")).toEqual({ kind: "documents", looked, since })
    }
  })

  it("[VF11] goes on from a full verification by contents of all collections, and from no other", async () => {
    const { bench, projector } = await filled(10)
    await bench.verify(projector, { contents: false })
    await bench.verify(projector, { collections: ["notes"] })
    await bench.verify(projector, { mode: { kind: "sample", count: 100 } })
    await bench.verify(projector, { mode: { kind: "documents", prefix: "" } })
    expect(coverageOf(await bench.verify(projector, { mode, maxFindings: 0 }), "documents").since).toBe(0)
    bench.put(1)
    await bench.verify(projector)
    expect(coverageOf(await bench.verify(projector, { mode }), "documents").since).toBe(11)
  })

  it("[VF11] is remembered once, however often nothing has changed", async () => {
    const { bench, projector } = await filled(10)
    const write = vi.spyOn(bench.source, "writeValues")
    for (let run = 0; run < 3; run++) await bench.verify(projector)
    expect(write).toHaveBeenCalledTimes(1)
  })

  it("[VF11] goes on from none that found something, and from none of another generation", async () => {
    const { bench, projector } = await filled(10)
    await bench.fixture.damage.removeAll(noteId(1))
    await bench.verify(projector)
    expect(coverageOf(await bench.verify(projector, { mode }), "documents").since).toBe(0)
    await bench.repair(projector, await bench.verify(projector))
    await bench.verify(projector)
    bench.place.generation++
    bench.place.rewind()
    const anew = await bench.project()
    expect(coverageOf(await bench.verify(anew, { mode }), "documents").since).toBe(0)
  })

  it("[VF11] goes on from none of a sink that was replaced by an empty one since, though that has everything again", async () => {
    const { bench, projector } = await filled(10)
    await bench.verify(projector)
    await projector.close()
    bench.place.become(new MemorySinkPlace())
    const anew = await bench.project()
    const { since, looked } = coverageOf(await bench.verify(anew, { mode }), "documents")
    expect([since, looked, bench.place.records.size]).toEqual([0, 10, 10])
  })
})

describe("a sample", () => {
  it("[VF12] has a bound that holds in 950 of 1,000 verifications, orphans among what is wrong", async () => {
    const { bench, projector } = await filled(150)
    for (const key of [3, 77, 78]) await bench.fixture.damage.removeAll(noteId(key))
    for (const key of [5, 50, 100]) await bench.fixture.damage.copy(noteId(key), noteId(`${key}-copy`))
    await bench.fixture.damage.setDigest(noteId(9), new Uint8Array(32))
    let held = 0
    const seen = new Set<string>()
    for (let trial = 0; trial < 1000; trial++) {
      const report = await bench.verify(projector, { mode: { kind: "sample", count: 20 } })
      const { atMost, population } = coverageOf(report, "sample")
      if (atMost >= 7 / population) held++
      for (const { class: found } of report.sinks[0]?.findings ?? []) seen.add(found)
    }
    expect(held).toBeGreaterThanOrEqual(950)
    expect([...seen].sort()).toEqual(["mismatch", "missing", "orphan"])
  })

  it("[VF12] [VF14] says what was drawn from how much, and at most how much is wrong", async () => {
    const { bench, projector } = await filled(3000)
    const report = await bench.verify(projector, { mode: { kind: "sample", count: 400 } })
    const { atMost, ...coverage } = coverageOf(report, "sample")
    expect(coverage).toEqual({ kind: "sample", population: 3000, judged: 400, wrong: 0 })
    expect(atMost).toBeCloseTo(0.007, 3)
    expect(formatReport(report)).toContain(
      "0 of 400 drawn from 3000 documents and records are wrong: at most 0.67 % of all at 95 %"
    )
  })

  it("[VF12] judges only what the sink was due to have", async () => {
    const { bench, projector } = await filled(50)
    projector.pause()
    bench.put(1)
    const report = await bench.verify(projector, { mode: { kind: "sample", count: 100 } })
    expect(coverageOf(report, "sample")).toMatchObject({ population: 50, judged: 49, wrong: 0 })
  })
})

describe("filters", () => {
  it.each([0.06, 0.2])("[VF13] overlook records without a document at the stated rate of %d", async rate => {
    const { bench, projector } = await filled(1000)
    const orphans = 600 / rate
    for (let n = 0; n < orphans; n++) await bench.fixture.damage.copy(noteId(1), noteId(`orphan ${n}`))
    const report = await bench.verify(projector, { mode: { kind: "bloom", rate } })
    const overlooked = orphans - (report.sinks[0]?.counts.orphan ?? 0)
    // Six hundred are expected, with a standard deviation of 4 %, and the filter's own rate scatters by little.
    expect(overlooked / orphans / rate).toBeGreaterThan(0.9)
    expect(overlooked / orphans / rate).toBeLessThan(1.1)
    expect(coverageOf(report, "bloom")).toMatchObject({ documents: 1000, records: 1000 + orphans })
  })

  it("[VF13] overlook documents without a record at the stated rate", async () => {
    const { bench, projector } = await filled(4000)
    for (let key = 0; key < 2000; key++) bench.place.records.delete(noteId(key))
    const report = await bench.verify(projector, { mode: { kind: "bloom", rate: 0.1 } })
    const overlooked = 2000 - (report.sinks[0]?.counts.missing ?? 0)
    // The filter was made for twice as many records, so it overlooks less than it may.
    expect(overlooked).toBeLessThan(220)
    expect(coverageOf(report, "bloom").rate).toBeLessThan(0.11)
  })

  it("[VF13] find documents without a record among however many orphans", async () => {
    const { bench, projector } = await filled(1000)
    for (let n = 0; n < 8000; n++) await bench.fixture.damage.copy(noteId(1), noteId(`orphan ${n}`))
    for (let key = 500; key < 1000; key++) bench.place.records.delete(noteId(key))
    const report = await bench.verify(projector, { mode: { kind: "bloom" } })
    expect(report.sinks[0]?.counts.missing).toBeGreaterThan(475)
    expect(coverageOf(report, "bloom").rate).toBeCloseTo(0.01, 2)
  })

  it("[VF13] do not see a wrong version or wrong content", async () => {
    const { bench, projector } = await filled(20)
    await bench.fixture.damage.setKey(noteId(1), "height", 9n)
    const report = await bench.verify(projector, { mode: { kind: "bloom" } })
    expect(report).toMatchObject({ clean: true, contents: false })
    expect(formatReport(report)).toContain("versions and contents were not looked at")
  })

  it("[RP5] what repair may remove is a share of all records there are", async () => {
    const { bench, projector } = await filled(100)
    for (let n = 0; n < 4; n++) await bench.fixture.damage.copy(noteId(1), noteId(`orphan ${n}`))
    const report = await bench.verify(projector, { mode: { kind: "bloom", rate: 1e-6 } })
    expect((await bench.repair(projector, report)).counts).toMatchObject({ mended: 4, refused: 0 })
  })
})

describe("chosen documents", () => {
  const mode = { kind: "documents", ids: [noteId("orphan")] } as const

  it("[VF14] [RP5] where something is found, coverage says what that is a share of, counted no further than it matters", async () => {
    const { bench, projector } = await filled(2500)
    await bench.fixture.damage.copy(noteId(1), noteId("orphan"))
    const report = await bench.verify(projector, { mode })
    const { among } = coverageOf(report, "documents")
    expect(among?.records).toBeGreaterThanOrEqual(1000)
    expect(among?.records).toBeLessThan(2500)
    expect(among?.documents).toBeGreaterThanOrEqual(1000)
    expect((await bench.repair(projector, report)).counts).toMatchObject({ mended: 1, refused: 0 })
    const clean = await bench.verify(projector, { mode: { ...mode, ids: [noteId(1)] } })
    expect(coverageOf(clean, "documents")).toEqual({ kind: "documents", looked: 1 })
  })

  it("[VF14] [RP5] a sink's records are not listed where none would be removed", async () => {
    const { bench, projector } = await filled(300)
    bench.place.records.delete(noteId(1))
    const scan = vi.spyOn(projector.session as SinkSession, "scan")
    const report = await bench.verify(projector, { mode: { kind: "documents", ids: [noteId(1)] } })
    expect(coverageOf(report, "documents")).toEqual({
      kind: "documents",
      looked: 1,
      among: { documents: 300 }
    })
    expect(scan).not.toHaveBeenCalled()
    expect((await bench.repair(projector, report)).counts).toMatchObject({ mended: 1 })
  })

  it("[RP5] of a sink with few records, however many documents there are, too much is not removed", async () => {
    const { bench, projector } = await filled(200)
    await bench.fixture.damage.copy(noteId(1), noteId("orphan"))
    for (let key = 10; key < 200; key++) bench.place.records.delete(noteId(key))
    const report = await bench.verify(projector, { mode })
    expect(coverageOf(report, "documents").among).toEqual({ documents: 200, records: 11 })
    expect((await bench.repair(projector, report)).counts).toMatchObject({ mended: 0, refused: 1 })
  })

  it("[RP5] the share is of the collections that were asked for", async () => {
    const { bench, projector } = await filled(100)
    for (const key of [1, 2]) bench.source.put(parseDocumentId(`tasks/${key}`), { title: "task" })
    await projector.drain()
    await bench.fixture.damage.copy(noteId(1), "tasks/orphan")
    const asked = { mode: { kind: "documents", prefix: "tasks/o" }, collections: ["tasks"] } as const
    const report = await bench.verify(projector, asked)
    expect(coverageOf(report, "documents").among).toEqual({ documents: 2, records: 3 })
    expect((await bench.repair(projector, report)).counts).toMatchObject({ mended: 0, refused: 1 })
  })
})

it.each([
  { kind: "most" },
  { kind: "sample", count: 0 },
  { kind: "sample", count: 1.5 },
  { kind: "bloom", rate: 1 },
  { kind: "documents" },
  { kind: "documents", changedSince: -1 },
  { kind: "documents", ids: "notes/1" }
])("[VF10] refuses %o as a mode", async mode => {
  const { bench, projector } = await filled(1)
  const verified = bench.verify(projector, { mode: mode as never })
  await expect(verified).rejects.toMatchObject({ code: "options-invalid" })
})
