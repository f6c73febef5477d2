import { describe, expect, it } from "vitest"
import { parseDocumentId } from "../document/document-id.ts"
import { systemPorts } from "../ports/system-ports.ts"
import type { Projector } from "../projection/projector.ts"
import type { SinkTracking } from "../tracking/sink-tracking.ts"
import { planRepair } from "../repair/plan-repair.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import type { MemoryTracking } from "../testing/memory-tracking.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import type { Coverage } from "./coverage.ts"
import { formatReport } from "./format-report.ts"
import type { VerifyOptions } from "./verify-options.ts"
import type { VerifyReport } from "./verify-report.ts"

const mode = { kind: "merkle" } as const

/** A tracked sink in memory with documents in it. */
class TrackedBench {
  readonly place = new MemorySinkPlace()
  readonly damage = new MemorySinkDamage(this.place)
  readonly bench = new SinkWorkbench(
    { sink: () => memorySink(this.place, { tracking: true }), damage: this.damage },
    new SyntheticSource(systemPorts({ random: new SeededRandom(1) }))
  )
  projector: Projector | undefined

  static async filled(count: number): Promise<TrackedBench> {
    const tracked = new TrackedBench()
    for (let key = 0; key < count; key++) tracked.bench.put(key)
    tracked.projector = await tracked.bench.project()
    return tracked
  }

  get account(): MemoryTracking {
    if (this.place.tracking === undefined) throw new Error("the sink keeps no account")
    return this.place.tracking
  }

  get tracking(): SinkTracking {
    const tracking = this.projector?.session?.tracking
    if (tracking === undefined) throw new Error("the session has no tracking")
    return tracking
  }

  verify(options: VerifyOptions = { mode }): Promise<VerifyReport> {
    if (this.projector === undefined) throw new Error("nothing was projected")
    return this.bench.verify(this.projector, options)
  }

  async found(options?: VerifyOptions): Promise<readonly string[]> {
    const { sinks } = await this.verify(options)
    expect(sinks[0]?.error).toBeUndefined()
    return sinks.flatMap(({ findings }) => findings.map(each => `${each.id} ${each.class}`)).sort()
  }
}

function coverageOf({ sinks }: VerifyReport): Extract<Coverage, { kind: "merkle" }> {
  expect(sinks[0]?.coverage?.kind).toBe("merkle")
  return sinks[0]?.coverage as Extract<Coverage, { kind: "merkle" }>
}

describe("what the sink wrote", () => {
  it("[VF20] [VF14] is compared by one sum where nothing differs, and the report says what that means", async () => {
    const tracked = await TrackedBench.filled(300)
    const report = await tracked.verify()
    expect(report).toMatchObject({ clean: true, contents: false, mode })
    expect(coverageOf(report)).toEqual({
      kind: "merkle",
      documents: 300,
      nodes: 1,
      leaves: 0,
      marked: 0,
      looked: 0
    })
    expect(formatReport(report)).toContain("300 documents were compared with what the sink wrote")
    expect(formatReport(report)).toContain("that bypass the database's triggers are not seen")
  })

  it("[VF21] that was not the document's newest is found though the sink says it has everything, and only its branch is descended", async () => {
    const tracked = await TrackedBench.filled(5000)
    const { projector, bench } = tracked
    projector?.pause()
    const late = bench.put(7)
    // As if a batch had been forgotten: the watermark goes past what was never written.
    await projector?.session?.apply([], { epoch: bench.source.epoch, position: late.position })
    const report = await tracked.verify()
    expect(report.sinks[0]?.findings).toMatchObject([{ id: noteId(7), class: "stale" }])
    expect(coverageOf(report).nodes).toBe(1 + 64 + 64)
    expect(coverageOf(report).leaves).toBeLessThan(10)
  })

  it("[VF21] that never was written is missing, and what no document has any more is an orphan", async () => {
    const tracked = await TrackedBench.filled(500)
    const { projector, bench, place, account } = tracked
    for (const key of [3, 4]) {
      place.records.delete(noteId(key))
      account.wrote(noteId(key), undefined)
    }
    const gone = new SyntheticSource(systemPorts()).put(noteId("gone"), { title: "x" })
    await bench.apply(await bench.open(), { ...gone, position: 500 })
    await projector?.drain()
    expect(await tracked.found()).toEqual(["notes/3 missing", "notes/4 missing", "notes/gone orphan"])
    expect(await tracked.found({ mode, collections: ["tasks"] })).toEqual([])
  })

  it("[VF14] [RP5] the documents it tells of are what the findings are a share of, in the collections asked for", async () => {
    const tracked = await TrackedBench.filled(100)
    for (const key of [1, 2]) tracked.bench.source.put(parseDocumentId(`tasks/${key}`), { title: "task" })
    await tracked.projector?.drain()
    for (const id of ["notes/orphan", "tasks/orphan"]) tracked.damage.copy(noteId(1), id)
    const whole = await tracked.verify()
    const tasks = await tracked.verify({ mode, collections: ["tasks"] })
    expect([whole, tasks].map(report => coverageOf(report).documents)).toEqual([102, 2])
    expect([whole, tasks].map(report => planRepair(report).refused.length)).toEqual([0, 1])
  })

  it("[VF21] is compared with what the store has, not with what was projected before", async () => {
    const tracked = await TrackedBench.filled(5000)
    await tracked.verify()
    for (let key = 0; key < 50; key++) tracked.bench.put(key)
    await tracked.projector?.drain()
    expect(coverageOf(await tracked.verify())).toMatchObject({ nodes: 1, looked: 0, documents: 5000 })
    tracked.projector?.pause()
    const { position } = tracked.bench.put("new")
    await tracked.projector?.session?.apply([], { epoch: tracked.bench.source.epoch, position })
    expect(await tracked.found()).toEqual(["notes/new missing"])
  })

  it("[VF21] under another generation is not what counts now", async () => {
    const tracked = await TrackedBench.filled(50)
    await tracked.projector?.close()
    tracked.place.generation++
    tracked.place.rewind()
    tracked.projector = await tracked.bench.project()
    expect(coverageOf(await tracked.verify()).nodes).toBe(1)
    tracked.damage.setKey(noteId(3), "generation", 1n)
    expect(await tracked.found()).toEqual(["notes/3 stale"])
  })
})

describe("what others changed", () => {
  it("[VF22] is read as long as it is not right, and not again after that", async () => {
    const tracked = await TrackedBench.filled(300)
    tracked.damage.setKey(noteId(5), "height", 9n)
    tracked.damage.copy(noteId(6), noteId("six"))
    const wrong = ["notes/5 ahead", "notes/six orphan"]
    expect(await tracked.found()).toEqual(wrong)
    expect(await tracked.found()).toEqual(wrong)
    tracked.damage.setKey(noteId(5), "height", 1n)
    expect(await tracked.found()).toEqual(["notes/six orphan"])
    expect([...tracked.account.marks.keys()]).toEqual(["notes/six"])
  })

  it("[VF22] while it is looked at is found by the next verification", async () => {
    const tracked = await TrackedBench.filled(300)
    tracked.account.mark(noteId(5))
    const { tracking } = tracked
    const forget = tracking.forget.bind(tracking)
    Object.assign(tracking, {
      forget: (...given: Parameters<SinkTracking["forget"]>) => {
        tracked.damage.setKey(noteId(5), "height", 9n)
        return forget(...given)
      }
    })
    expect(await tracked.found()).toEqual([])
    expect(await tracked.found()).toEqual(["notes/5 ahead"])
  })

  it("[VF22] in other collections than those asked for stays marked", async () => {
    const tracked = await TrackedBench.filled(30)
    tracked.account.mark(noteId(5))
    expect(await tracked.found({ mode, collections: ["tasks"] })).toEqual([])
    expect([...tracked.account.marks.keys()]).toEqual(["notes/5"])
  })
})

describe("a sink that cannot vouch", () => {
  it("[VF23] is an error that says what to do, and never clean", async () => {
    const place = new MemorySinkPlace()
    const bench = new SinkWorkbench({ sink: () => memorySink(place), damage: new MemorySinkDamage(place) })
    const report = await bench.verify(await bench.project(), { mode })
    expect(report.clean).toBe(false)
    expect(report.sinks[0]?.error).toMatchObject({ code: "verification-unsure" })
    expect(report.sinks[0]?.error?.message).toContain("verify it in full")
  })

  it("[VF23] vouches again after a full verification by contents that found and left nothing", async () => {
    const tracked = await TrackedBench.filled(300)
    tracked.account.incident = 5
    tracked.account.sums.clear()
    tracked.damage.removeAll(noteId(5))
    expect((await tracked.verify()).sinks[0]?.error).toMatchObject({ code: "verification-unsure" })
    const notEnough: readonly VerifyOptions[] = [{ contents: false }, { collections: ["tasks"] }, {}]
    for (const options of notEnough) await tracked.verify(options)
    expect((await tracked.verify()).clean).toBe(false)
    if (tracked.projector) await tracked.bench.repair(tracked.projector, await tracked.verify({}))
    expect((await tracked.verify({})).clean).toBe(true)
    expect(coverageOf(await tracked.verify())).toMatchObject({ nodes: 1, looked: 0 })
  })

  it("[VF23] does not vouch again where something happened while it was verified", async () => {
    const tracked = await TrackedBench.filled(30)
    tracked.account.incident = 5
    await tracked.verify({ onProgress: () => void tracked.account.incident++ })
    expect((await tracked.verify()).sinks[0]?.error).toMatchObject({ code: "verification-unsure" })
  })

  it("[VF23] takes a full verification that is clean for the last word on what was changed before it began", async () => {
    const tracked = await TrackedBench.filled(30)
    tracked.account.mark(noteId(1))
    const marks = (): readonly string[] => [...tracked.account.marks.keys()]
    await tracked.verify({ onProgress: () => tracked.account.mark(noteId(2)) })
    expect(marks()).toEqual(["notes/2"])
  })
})

it("[VF11] [VF24] a verification by the tree is none that the next goes on from", async () => {
  const tracked = await TrackedBench.filled(10)
  await tracked.verify()
  const changed = { mode: { kind: "documents", changedSince: "last-clean" } } as const
  expect((await tracked.verify(changed)).sinks[0]?.coverage).toMatchObject({ since: 0 })
})
