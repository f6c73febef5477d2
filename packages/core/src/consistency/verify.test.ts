import { describe, expect, it } from "vitest"
import type { SinkSession } from "../projection/sink.ts"
import { column } from "../projection/column.ts"
import { defineProjection } from "../projection/projection.ts"
import { openProjector, type Projector } from "../projection/projector.ts"
import { table } from "../projection/table.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { hecticSource } from "../testing/hectic-source.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { contractSealKey, noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import type { SyntheticSource } from "../testing/synthetic-source.ts"
import { formatReport } from "./format-report.ts"
import { verify } from "./verify.ts"

function makeBench(projection = defineProjection()): SinkWorkbench & { readonly place: MemorySinkPlace } {
  const place = new MemorySinkPlace()
  const fixture = { sink: () => memorySink(place, { projection }), damage: new MemorySinkDamage(place) }
  return Object.assign(new SinkWorkbench(fixture), { place })
}

const strict = defineProjection([
  table<{ readonly n: number }>("numbers", { columns: { n: column.integer(value => value.n) } })
])

describe("verify", () => {
  it("[VF1] counts every document and record in one class, and is clean when all are consistent", async () => {
    const bench = makeBench()
    for (let key = 0; key < 2500; key++) bench.put(key)
    bench.delete(7)
    const projector = await bench.project()
    for (const contents of [true, false]) {
      const report = await bench.verify(projector, { contents })
      expect(report).toMatchObject({
        clean: true,
        contents,
        sinks: [{ counts: { consistent: 2500 }, findings: [] }]
      })
    }
  })

  it("[VF1] a sink that lost everything lacks every document", async () => {
    const bench = makeBench()
    for (let key = 0; key < 1500; key++) bench.put(key)
    const projector = await bench.project()
    for (let key = 0; key < 1500; key++) bench.place.records.delete(noteId(key))
    const report = await bench.verify(projector, { maxFindings: 10 })
    expect(report.sinks[0]).toMatchObject({ counts: { missing: 1500, consistent: 0 }, truncated: true })
    expect(report.sinks[0]?.findings).toHaveLength(10)
  })

  it("[VF1] any number of records between two documents are orphans", async () => {
    const bench = makeBench()
    for (const key of ["a", "z"]) bench.put(key)
    const projector = await bench.project()
    for (let n = 0; n < 3300; n++) await bench.fixture.damage.copy(noteId("a"), noteId(`m${n}`))
    const report = await bench.verify(projector)
    expect(report.sinks[0]?.counts).toMatchObject({ orphan: 3300, consistent: 2 })
  })

  it("[VF2] what the sink is not due to have is pending, not a finding", async () => {
    const bench = makeBench()
    bench.put(1)
    const projector = await bench.project()
    projector.pause()
    bench.put(1)
    bench.put(2)
    const report = await bench.verify(projector)
    expect(report.sinks[0]).toMatchObject({ pending: 2, findings: [], counts: { consistent: 0, missing: 0 } })
  })

  it("[VF2] beside a writer that never rests there is no false alarm", async () => {
    const random = new SeededRandom(1)
    const bench = makeBench()
    for (let key = 0; key < 40; key++) bench.put(key)
    const projector = await bench.project()
    const hectic = interfere(bench.source, () => bench.put(random.integer(60)))
    for (let run = 0; run < 200; run++) {
      const report = await verify(hectic, [projector], { contents: run % 2 === 0 })
      expect(report.sinks[0], `run ${run}`).toMatchObject({ findings: [] })
      expect(report.sinks[0]?.error).toBeUndefined()
    }
    expect(bench.source.end.position).toBeGreaterThan(400)
  })

  it("[VF2] beside a writer, damage is found all the same", async () => {
    const bench = makeBench()
    for (let key = 0; key < 40; key++) bench.put(key)
    const projector = await bench.project()
    const hectic = interfere(bench.source, () => bench.put(5))
    await bench.fixture.damage.setDigest(noteId(6), new Uint8Array(32))
    const report = await verify(hectic, [projector])
    expect(report.sinks[0]?.findings).toMatchObject([{ id: noteId(6), class: "mismatch" }])
  })

  it("[VF2] a document that changes at every look is right where its record is of a version in between", async () => {
    const bench = makeBench()
    for (let key = 0; key < 3; key++) bench.put(key)
    const projector = await bench.project()
    const hectic = hecticSource(bench.source, () => bench.put(1))
    const mode = { kind: "documents", ids: [noteId(1)] } as const
    const report = await verify(hectic, [projector], { mode })
    expect(report.sinks).toMatchObject([{ counts: { consistent: 1 }, pending: 0 }])
  })

  it.each(["seal", "digest", "generation"] as const)(
    "[VF2] [VF25] it is not, but unconfirmed, where the record is another one by its %s",
    async what => {
      const bench = makeBench()
      bench.put(1)
      const projector = await bench.project()
      const damage = async (): Promise<void> => {
        if (what === "seal") await bench.fixture.damage.setSeal(noteId(1))
        else if (what === "digest") await bench.fixture.damage.setDigest(noteId(1), new Uint8Array(32))
        else await bench.fixture.damage.setKey(noteId(1), "generation", 7n)
      }
      const session = projector.session as SinkSession
      const read = session.read.bind(session)
      Object.assign(session, { read: (ids: readonly string[]) => damage().then(() => read(ids)) })
      const hectic = hecticSource(bench.source, () => bench.put(1))
      const mode = { kind: "documents", ids: [noteId(1)] } as const
      const report = await verify(hectic, [projector], { mode })
      expect(report.sinks).toMatchObject([
        { counts: { consistent: 0 }, pending: 1, unconfirmed: 1, findings: [] }
      ])
      expect(report.clean).toBe(false)
    }
  )

  it("[VF3] a parked document is counted as parked, which is not clean; a forged record of it is a finding", async () => {
    const bench = makeBench(strict)
    bench.source.put(noteId("good"), { n: 1 })
    bench.source.put(noteId("bad"), { n: 1 })
    bench.source.put(noteId("bad"), { n: "x" })
    const projector = await bench.project()
    expect(await bench.verify(projector)).toMatchObject({
      clean: false,
      sinks: [{ parked: 1, findings: [] }]
    })
    await bench.fixture.damage.copy(noteId("good"), noteId("bad"))
    await bench.fixture.damage.setKey(noteId("bad"), "height", 99n)
    expect((await bench.verify(projector)).sinks[0]?.findings).toMatchObject([{ class: "ahead" }])
  })

  it("[VF3] one that is mended while others are looked at was parked, and is not missing", async () => {
    const bench = makeBench(strict)
    bench.source.put(noteId("bad"), { n: "x" })
    bench.source.put(noteId("good"), { n: 1 })
    const projector = await bench.project()
    const loadHead = bench.source.loadHead.bind(bench.source)
    Object.assign(bench.source, {
      loadHead: async (id: ReturnType<typeof noteId>) => {
        if (id === noteId("good")) bench.source.put(noteId("bad"), { n: 1 })
        await projector.drain()
        return loadHead(id)
      }
    })
    const mode = { kind: "documents", ids: [noteId("bad"), noteId("good")] } as const
    expect((await bench.verify(projector, { mode })).sinks).toMatchObject([{ parked: 1, findings: [] }])
  })

  it("[VF4] only the collections asked for are looked at, and those the sink takes", async () => {
    const only = defineProjection([
      table("t", { collection: "notes", columns: { at: column.integer((_, d) => d.position) } })
    ])
    const bench = makeBench(only)
    bench.put(1)
    bench.source.put("tasks/1" as ReturnType<typeof noteId>, {})
    const projector = await bench.project()
    expect((await bench.verify(projector)).sinks[0]?.counts).toMatchObject({ consistent: 1, missing: 0 })
    await bench.fixture.damage.copy(noteId(1), "tasks/2")
    expect((await bench.verify(projector, { collections: ["notes"] })).clean).toBe(true)
    expect((await bench.verify(projector, { collections: ["tasks"] })).sinks[0]?.counts).toMatchObject({
      orphan: 1
    })
  })

  it("[VF5] a sink that fails is reported with its error, the others are verified", async () => {
    const bench = makeBench()
    bench.put(1)
    const [good, bad] = [await bench.project(), await openNamed(bench.source, "broken")]
    const session = bad.session as SinkSession
    Object.assign(session, { scan: () => Promise.reject(new Error("disk gone")) })
    const report = await verify(bench.source, [good, bad])
    expect(report.clean).toBe(false)
    expect(report.sinks).toMatchObject([{ counts: { consistent: 1 } }, { error: { message: "disk gone" } }])
    expect(formatReport(report)).toContain("broken: not verified: disk gone")
  })

  it("[VF5] a sink that does not exist is an error", async () => {
    const bench = makeBench()
    const projector = await bench.project()
    await expect(bench.verify(projector, { sinks: ["other"] })).rejects.toMatchObject({
      code: "projection-unknown-sink"
    })
  })

  it("[VF6] it reports progress and stops when its signal says so", async () => {
    const bench = makeBench()
    for (let key = 0; key < 2500; key++) bench.put(key)
    const projector = await bench.project()
    const abort = new AbortController()
    const seen: number[] = []
    const verified = bench.verify(projector, {
      signal: abort.signal,
      onProgress: ({ checked }) => {
        seen.push(checked)
        if (checked >= 2000) abort.abort()
      }
    })
    await expect(verified).rejects.toMatchObject({ code: "aborted" })
    expect(seen).toEqual([1000, 2000])
  })

  it("[VF7] as text, the report names counts and the first findings", async () => {
    const bench = makeBench()
    for (let key = 0; key < 3; key++) bench.put(key)
    const projector = await bench.project()
    await bench.fixture.damage.removeAll(noteId(1))
    const text = formatReport(await bench.verify(projector))
    expect(text).toMatch(
      /^verified keys, hashes and contents in \d+ ms: NOT clean\nmemory: 2 consistent, 1 missing ←\n {2}missing {4}notes\/1$/
    )
  })
})

async function openNamed(source: SyntheticSource, name: string): Promise<Projector> {
  const projector = await openProjector(source, memorySink(new MemorySinkPlace(), { name }), {
    sealKey: contractSealKey
  })
  await projector.drain()
  return projector
}

/** The same source, with something happening before and after each of its reads. */
function interfere(source: SyntheticSource, happen: () => void): SyntheticSource {
  const scan = source.scanHeads.bind(source)
  const proxy = Object.create(source, {
    scanHeads: {
      value: async (...parameters: Parameters<SyntheticSource["scanHeads"]>) => {
        happen()
        const heads = await scan(...parameters)
        happen()
        return heads
      }
    },
    ports: { value: systemPorts() },
    end: { get: () => source.end },
    summarize: { value: source.summarize.bind(source) }
  }) as SyntheticSource
  return proxy
}
