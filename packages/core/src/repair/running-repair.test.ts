import { describe, expect, it } from "vitest"
import { coreError } from "../errors/core-error.ts"
import type { Projector } from "../projection/projector.ts"
import type { SinkRepair, SinkSession } from "../projection/sink.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { planRepair } from "./plan-repair.ts"
import type { RepairPlan } from "./repair-plan.ts"
import { type StartOptions, startRepair, unfinishedRepairs } from "./start-repair.ts"

/** Documents `notes/0` to `notes/9`, of which so many are gone from each sink. */
async function drifted(missing: number, names: readonly string[] = ["memory"]) {
  const time = new VirtualTime()
  const source = new SyntheticSource(time.ports(new SeededRandom(1)))
  const places = names.map(() => new MemorySinkPlace())
  const benches = names.map((name, at) => {
    const place = places[at] ?? new MemorySinkPlace()
    const fixture = { sink: () => memorySink(place, { name }), damage: new MemorySinkDamage(place) }
    return new SinkWorkbench(fixture, source)
  })
  for (let key = 0; key < 10; key++) benches[0]?.put(key)
  const projectors: Projector[] = []
  for (const bench of benches) {
    projectors.push(await time.during(bench.project()))
    for (let key = 0; key < missing; key++) bench.fixture.damage.removeAll(noteId(key))
  }
  const [bench] = benches
  if (bench === undefined) throw new RangeError("a sink is needed")
  const host = bench.host(...projectors)
  const plan = planRepair(await time.during(host.verify()))
  const start = (options: StartOptions = {}, other: RepairPlan = plan) =>
    startRepair({ repairing: host }, other, { journal: false, ...options })
  return { time, host, plan, projectors, places, start }
}

describe("a repair of a sink that is another than the one that was opened", () => {
  it("[RP27] is refused, has the sink opened anew, and mends it the next time", async () => {
    const { time, host, projectors, start, places } = await drifted(2)
    const [former] = projectors.map(({ session }) => session)
    for (const place of places) place.generation--
    expect((await time.during(start().done)).counts.failed).toBe(2)
    await time.advance(1_000)
    expect(projectors[0]?.session).not.toBe(former)
    const plan = planRepair(await time.during(host.verify()))
    const again = await time.during(start({}, plan).done)
    expect([again.complete, (await time.during(host.verify())).clean]).toEqual([true, true])
  })
})

/** Has calls of a sink's `repair` go through a function. */
function through(
  projector: Projector | undefined,
  call: (repairs: readonly SinkRepair[], really: SinkSession["repair"]) => ReturnType<SinkSession["repair"]>
): void {
  const { session } = projector ?? {}
  if (session === undefined) throw new RangeError("the sink is not open")
  const really = session.repair.bind(session)
  Object.assign(session, { repair: (repairs: readonly SinkRepair[]) => call(repairs, really) })
}

const hanging = new Promise<never>(() => {})

describe("a running repair", () => {
  it("[RP9] has no more operations under way than asked for, and lists them", async () => {
    const { time, projectors, start } = await drifted(7)
    const seen: number[] = []
    through(projectors[0], async (repairs, really) => {
      seen.push(job.active.length)
      expect(job.active.every(({ sinks }) => sinks[0] === "memory")).toBe(true)
      expect(job.active.filter(({ stage }) => stage === "writing")).toHaveLength(repairs.length)
      return really(repairs)
    })
    const job = start({ concurrency: 3 })
    expect((await time.during(job.done)).counts.mended).toBe(7)
    expect(Math.max(...seen)).toBe(3)
    expect(job.active).toEqual([])
  })

  it("[RP9] an operation whose time is over fails, says what is not known, and others go on", async () => {
    const { time, host, projectors, start } = await drifted(3)
    const { session } = projectors[0] ?? {}
    const project = session?.project.bind(session)
    Object.assign(session ?? {}, {
      project: (document: Parameters<SinkSession["project"]>[0]) =>
        document.id === noteId(1) ? hanging : project?.(document)
    })
    const report = await time.during(start({ operationTimeoutMs: 500 }).done)
    expect(report.counts).toMatchObject({ mended: 2, failed: 1 })
    const failed = report.operations.find(({ outcome }) => outcome === "failed")
    expect(failed).toMatchObject({ id: noteId(1), reason: expect.stringContaining("nothing was written") })
    expect((await host.verify()).sinks[0]?.counts.missing).toBe(1)
  })

  it("[RP9] a write that hangs is given up in time, and may have happened", async () => {
    const { time, projectors, start } = await drifted(2)
    through(projectors[0], () => hanging)
    const job = start({ operationTimeoutMs: 500 })
    await time.advance(400)
    expect(job.active).toHaveLength(2)
    expect(job.cancel(noteId(0))).toBe(false)
    await time.advance(200)
    expect((await job.done).operations[0]?.reason).toContain("may have been written")
  })

  it("[RP10] one operation is cancelled, waiting or under way, and is surely not written", async () => {
    const { time, host, projectors, start } = await drifted(4)
    const { session } = projectors[0] ?? {}
    const project = session?.project.bind(session)
    const gate = Promise.withResolvers<void>()
    Object.assign(session ?? {}, {
      project: async (document: Parameters<SinkSession["project"]>[0]) => {
        await gate.promise
        return project?.(document)
      }
    })
    const job = start({ concurrency: 1 })
    await time.advance(0)
    expect(job.active).toMatchObject([{ id: noteId(0), stage: "preparing" }])
    expect([job.cancel(noteId(0)), job.cancel(noteId(2)), job.cancel("notes/unknown")]).toEqual([
      true,
      true,
      false
    ])
    gate.resolve()
    const report = await time.during(job.done)
    expect(report).toMatchObject({ complete: false, counts: { cancelled: 2, mended: 2 } })
    const left = (await host.verify()).sinks[0]?.findings.map(({ id }) => id)
    expect(left).toEqual([noteId(0), noteId(2)])
  })

  it("[RP10] all are cancelled at once; what is being written is told", async () => {
    const { time, projectors, start } = await drifted(6)
    const gate = Promise.withResolvers<void>()
    through(projectors[0], async (repairs, really) => {
      await gate.promise
      return really(repairs)
    })
    const job = start({ concurrency: 2 })
    await time.advance(0)
    const writing = job.active.filter(({ stage }) => stage === "writing").length
    expect(job.cancel()).toBe(true)
    gate.resolve()
    const report = await time.during(job.done)
    expect(report.counts).toMatchObject({ mended: writing, cancelled: 6 - writing })
    expect(job.cancel()).toBe(false)
  })

  it("[RP11] a sink that answers after a while is tried again; a lost answer is found to be right", async () => {
    const { time, projectors, start } = await drifted(3)
    let calls = 0
    through(projectors[0], async (repairs, really) => {
      const outcomes = await really(repairs)
      if (++calls === 1) throw coreError("sink-failed", "the answer was lost")
      return outcomes
    })
    const report = await time.during(start({ concurrency: 8 }).done)
    expect(report).toMatchObject({ complete: true, counts: { failed: 0 } })
    expect(report.counts.mended + report.counts["already-right"]).toBe(3)
  })

  it("[RP12] a critical sink that keeps failing ends the repair; one that is not is told, and the others are mended", async () => {
    for (const critical of [true, false]) {
      const { time, projectors, start } = await drifted(10, ["rows", "vectors"])
      through(projectors[1], () => Promise.reject(coreError("sink-failed", "down")))
      const nonCritical = critical ? [] : ["vectors"]
      const report = await time.during(start({ concurrency: 1, nonCritical }).done)
      expect(report.complete).toBe(!critical)
      expect(report.stopped === undefined).toBe(!critical)
      expect(report.counts).toMatchObject(
        critical ? { mended: 3, failed: 3, cancelled: 14 } : { mended: 10, failed: 10, cancelled: 0 }
      )
    }
  })

  it("[RP9] a plan is executed later, or elsewhere, only where the record still is what was read", async () => {
    const { time, host, plan, projectors, start } = await drifted(2)
    await time.during(start().done)
    const again = await time.during(start({}, plan).done)
    expect(again.counts).toMatchObject({ "already-right": 2, mended: 0 })
    expect((await host.verify()).clean).toBe(true)
    expect(projectors).toHaveLength(1)
  })

  it.each([
    [{ concurrency: Number.NaN }],
    [{ concurrency: 0 }],
    [{ operationTimeoutMs: Number.NaN }],
    [{ operationTimeoutMs: 0 }]
  ])("[RP9] numbers that are none are refused, and nothing counts as done: %j", async options => {
    const { start } = await drifted(1)
    expect(() => start(options)).toThrowError(expect.objectContaining({ code: "options-invalid" }))
  })

  it("[RP9] a time longer than a timer holds is no time that is over at once", async () => {
    const { host, start } = await drifted(1)
    const { timers } = host.source.ports
    const delays: number[] = []
    const schedule = timers.schedule.bind(timers)
    Object.assign(timers, {
      schedule: (delayMs: number, task: () => void) => {
        delays.push(delayMs)
        return schedule(delayMs, task)
      }
    })
    await start({ operationTimeoutMs: Number.POSITIVE_INFINITY }).done
    expect(Math.max(...delays)).toBeLessThan(2 ** 31)
  })

  it("[RP12] a critical sink that is not open ends the repair, too, and what is left can be gone on with", async () => {
    const { time, host, projectors, start } = await drifted(10, ["rows", "vectors"])
    await projectors[1]?.close()
    const report = await time.during(start({ concurrency: 1, journal: true }).done)
    expect(report).toMatchObject({ complete: false, stopped: expect.stringContaining("cannot be reached") })
    expect(report.counts).toMatchObject({ mended: 1, failed: 1, cancelled: 18 })
    expect(await unfinishedRepairs({ repairing: host })).toMatchObject([{ operations: 10 }])
    const rest = await time.during(start({ nonCritical: ["vectors"] }).done)
    expect(rest).toMatchObject({ complete: true, counts: { mended: 9, "already-right": 1, failed: 10 } })
  })
})
