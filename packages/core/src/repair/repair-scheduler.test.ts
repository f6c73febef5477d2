import { describe, expect, it } from "vitest"
import type { VerifyMode } from "../consistency/verify-mode.ts"
import type { VerifyOptions } from "../consistency/verify-options.ts"
import { coreError } from "../errors/core-error.ts"
import type { SinkSession } from "../projection/sink.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { openReplica } from "../replica/open-replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { scheduled } from "../testing/core-scheduled-sink.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { planRepair } from "./plan-repair.ts"
import { quietUntil } from "./quiet-hours.ts"
import type { SchedulerEvent } from "./repair-scheduler.ts"
import { startRepair, unfinishedRepairs } from "./start-repair.ts"
import { startRepairScheduler } from "./start-scheduler.ts"

const minute = 60_000
const hour = 60 * minute

function repaired(events: readonly SchedulerEvent[]): readonly string[] {
  return events.flatMap(event => (event.type === "repaired" ? [event.entry.id] : []))
}

describe("the repair scheduler", () => {
  it("[RP21] verifies in turn and repairs what it finds, at once where it can", async () => {
    const { time, damage, events, start, wrong } = await scheduled({}, ["notes/10"])
    const scheduler = start()
    await time.advance(minute)
    expect([await wrong(), repaired(events)]).toEqual([[], ["notes"]])
    damage("tasks/11")
    await time.advance(30 * minute)
    expect(await wrong()).toEqual(["tasks/11"])
    await time.advance(30 * minute)
    expect(await wrong()).toEqual([])
    await time.during(scheduler.close())
    damage("tasks/12")
    await time.advance(5 * hour)
    expect(await wrong()).toEqual(["tasks/12"])
  })

  it.each([0, -1, Number.NaN])(
    "[RP21] a time between verifications that is none is refused: %d",
    async everyMs => {
      const { start } = await scheduled({ everyMs })
      expect(start).toThrowError(expect.objectContaining({ code: "options-invalid" }))
    }
  )

  it("[RP22] leaves little alone, and holds what is too much until it is approved", async () => {
    const few = ["notes/10"]
    const some = await scheduled({ repairAbove: 0.05 }, few)
    some.start()
    await some.time.advance(minute)
    expect(await some.wrong()).toEqual(few)
    const many = Array.from({ length: 9 }, (_, i) => `notes/${i + 10}`)
    const { time, start, wrong } = await scheduled({}, many)
    const scheduler = start()
    await time.advance(2 * hour)
    expect(scheduler.queue).toMatchObject([
      { id: "notes", state: "held", documents: 9, reason: "22.5 % of a sink is wrong" }
    ])
    expect(await wrong()).toEqual(many)
    expect([scheduler.approve("notes"), scheduler.approve("tasks")]).toEqual([true, false])
    await time.advance(minute)
    expect([await wrong(), scheduler.queue]).toEqual([[], []])
  })

  const some = ["notes/10", "notes/11", "notes/12"]

  it.each<VerifyMode>([
    { kind: "merkle" },
    { kind: "bloom", rate: 1e-6 },
    { kind: "documents", ids: some },
    { kind: "documents", prefix: "notes/1" }
  ])("[RP22] what is little of a sink is so in whatever mode it is found: %j", async mode => {
    const { time, start, wrong } = await scheduled({ verify: { mode } }, some, true)
    const scheduler = start()
    await time.advance(minute)
    expect([await wrong(), scheduler.queue]).toEqual([[], []])
    const careful = await scheduled({ verify: { mode }, repairAbove: 0.1 }, some, true)
    careful.start()
    await careful.time.advance(minute)
    expect(await careful.wrong()).toEqual(some)
  })

  it("[RP23] goes by priority, which can be changed, and leaves out what is dropped until it is found otherwise", async () => {
    const quietHours = [{ fromMinute: 0, toMinute: 60 }]
    const ids = ["notes/10", "tasks/10"]
    const { time, events, start } = await scheduled({ quietHours, priorities: { tasks: 1 } }, ids)
    const scheduler = start()
    await time.advance(minute)
    expect(scheduler.queue.map(({ id, priority }) => [id, priority])).toEqual([
      ["tasks", 1],
      ["notes", 0]
    ])
    expect([scheduler.reprioritise("notes", 5), scheduler.reprioritise("none", 5)]).toEqual([true, false])
    await time.advance(hour)
    expect(repaired(events)).toEqual(["notes", "tasks"])
  })

  it("[RP23] what was dropped stays out, also when it is found again", async () => {
    const quietHours = [{ fromMinute: 0, toMinute: 30 }]
    const { time, damage, start, wrong } = await scheduled({ quietHours, everyMs: 10 * minute }, ["notes/10"])
    const scheduler = start()
    await time.advance(minute)
    expect([scheduler.drop("notes"), scheduler.drop("notes")]).toEqual([true, false])
    damage("notes/11")
    await time.advance(hour)
    expect(await wrong()).toEqual(["notes/10"])
  })

  it("[RP23] what was dropped stays out, whatever is dropped after it, and whatever a verification leaves out", async () => {
    const quietHours = [{ fromMinute: 0, toMinute: 30 }]
    const verify: { mode: VerifyMode } = { mode: { kind: "full" } }
    const { time, damage, start, wrong } = await scheduled({ quietHours, verify }, ["notes/10"])
    const scheduler = start()
    await time.advance(minute)
    scheduler.drop("notes")
    damage("notes/11")
    await time.during(scheduler.verifyNow())
    scheduler.drop("notes")
    damage("notes/12")
    verify.mode = { kind: "documents", ids: ["notes/12"] }
    await time.during(scheduler.verifyNow())
    await time.advance(hour)
    verify.mode = { kind: "full" }
    await time.advance(2 * hour)
    expect(await wrong()).toEqual(["notes/10", "notes/11"])
  })

  it("[RP24] repairs nothing in quiet hours but what is urgent, and verifies in them", async () => {
    const quietHours = [{ fromMinute: 0, toMinute: 120 }]
    const options = { quietHours, priorities: { tasks: 9 }, urgentFrom: 9 }
    const { time, start, wrong, events } = await scheduled(options, ["notes/10", "tasks/10"])
    start()
    await time.advance(hour)
    expect(await wrong()).toEqual(["notes/10"])
    expect(events.filter(({ type }) => type === "verified").length).toBeGreaterThan(1)
    await time.advance(hour + minute)
    expect(await wrong()).toEqual([])
  })

  it.each([
    [10 * hour, [{ fromMinute: 0, toMinute: 60 }], 10 * hour],
    [23 * hour, [{ fromMinute: 1320, toMinute: 360 }], 30 * hour],
    [hour, [{ fromMinute: 1320, toMinute: 360 }], 6 * hour],
    [
      hour + 5,
      [
        { fromMinute: 0, toMinute: 120 },
        { fromMinute: 120, toMinute: 180 }
      ],
      3 * hour
    ]
  ])("[RP24] quiet hours end: at %i with %j", (nowMs, hours, untilMs) => {
    expect(quietUntil(nowMs, hours)).toBe(untilMs)
  })

  it.each([
    [{ fromMinute: 5, toMinute: 5 }],
    [{ fromMinute: -1, toMinute: 5 }],
    [{ fromMinute: 0, toMinute: 1440 }]
  ])("[RP24] hours that are none are refused: %j", async quiet => {
    const { start } = await scheduled({ quietHours: [quiet] })
    expect(start).toThrowError(expect.objectContaining({ code: "options-invalid" }))
  })

  it("[RP25] backs off where a repair fails, plans anew, and is right once it succeeds", async () => {
    const { time, session, start, wrong, events } = await scheduled({ everyMs: 100 * hour }, ["notes/10"])
    const down = { repair: () => Promise.reject(coreError("sink-failed", "down")) }
    const repair = Reflect.get(session, "repair") as unknown
    Object.assign(session, down)
    const scheduler = start()
    await time.advance(5 * minute)
    const [entry] = scheduler.queue
    expect(entry).toMatchObject({ state: "backing-off", reason: expect.stringContaining("down") })
    expect(entry?.attempts).toBeGreaterThan(1)
    // After pauses of a minute it would be six hundred times.
    await time.advance(10 * hour)
    expect(scheduler.queue[0]?.attempts).toBeLessThan(100)
    Object.assign(session, { repair })
    await time.advance(hour)
    expect([await wrong(), scheduler.queue]).toEqual([[], []])
    expect(repaired(events).length).toBeGreaterThan(1)
  })

  it("[RP25] a verification that fails is told and made again; who waits for one hears of it", async () => {
    const { time, host, events, start, damage, wrong } = await scheduled()
    const verify = Reflect.get(host, "verify") as unknown
    Object.assign(host, { verify: () => Promise.reject(coreError("sink-failed", "nothing to be had")) })
    const scheduler = start()
    await time.advance(minute)
    expect(events).toMatchObject([{ type: "failed" }])
    await expect(time.during(scheduler.verifyNow())).rejects.toMatchObject({ code: "sink-failed" })
    Object.assign(host, { verify })
    damage("notes/10")
    await time.during(scheduler.verifyNow())
    await time.advance(minute)
    expect(await wrong()).toEqual([])
  })

  it("[RP26] closed in the middle of a repair it leaves a journal, with which the next scheduler goes on", async () => {
    const ids = ["notes/10", "notes/11", "tasks/10"]
    const { time, host, session, start, wrong } = await scheduled({ concurrency: 1 }, ids)
    const really = Reflect.get(session, "repair") as SinkSession["repair"]
    const first = start()
    Object.assign(session, {
      repair: (repairs: Parameters<typeof really>[0]) => {
        void first.close()
        return really.call(session, repairs)
      }
    })
    await time.advance(minute)
    expect(await unfinishedRepairs({ repairing: host })).toMatchObject([{ operations: 2 }])
    expect(await wrong()).toHaveLength(2)
    Object.assign(session, { repair: really })
    const scheduler = start()
    await time.advance(minute)
    expect([await wrong(), await unfinishedRepairs({ repairing: host })]).toEqual([[], []])
    const waiting = scheduler.verifyNow()
    await time.during(scheduler.close())
    await expect(waiting).rejects.toMatchObject({ code: "aborted" })
  })

  it("[RP21] a listener that throws keeps nothing from being repaired", async () => {
    const broken = (): never => {
      throw new Error("the listener is broken")
    }
    const { time, start, wrong } = await scheduled({ onEvent: broken }, ["notes/10", "tasks/10"])
    const scheduler = start()
    await time.advance(minute)
    expect([await wrong(), scheduler.queue]).toEqual([[], []])
  })

  it.each([
    [{ everyMs: Number.NaN }],
    [{ everyMs: 0 }],
    [{ holdAbove: Number.NaN }],
    [{ repairAbove: Number.NaN }],
    [{ concurrency: Number.NaN }],
    [{ operationTimeoutMs: 0 }],
    [{ backoff: { firstMs: Number.NaN, maxMs: 1 } }]
  ])("[RP21] numbers that are none are refused: %j", async options => {
    const { start } = await scheduled(options)
    expect(start).toThrowError(expect.objectContaining({ code: "options-invalid" }))
  })

  it("[RP21] an interval longer than a timer holds is waited for in parts", async () => {
    const { time, host, start } = await scheduled({ everyMs: Number.POSITIVE_INFINITY })
    const { timers } = host.source.ports
    const delays: number[] = []
    const schedule = timers.schedule.bind(timers)
    Object.assign(timers, {
      schedule: (delayMs: number, task: () => void) => {
        delays.push(delayMs)
        return schedule(delayMs, task)
      }
    })
    start()
    await time.advance(minute)
    expect(Math.max(...delays)).toBeLessThan(2 ** 31)
  })

  it("[RP22] what waits is held when so much more is found that somebody should look; what was approved is not", async () => {
    const quietHours = [{ fromMinute: 0, toMinute: 180 }]
    const { time, start, damage, wrong } = await scheduled({ quietHours }, ["notes/10"])
    const scheduler = start()
    await time.advance(minute)
    expect(scheduler.queue).toMatchObject([{ id: "notes", state: "waiting" }])
    damage(...Array.from({ length: 12 }, (_, i) => `notes/${i + 11}`))
    await time.advance(5 * hour)
    expect(scheduler.queue).toMatchObject([{ id: "notes", state: "held", documents: 13 }])
    expect(await wrong()).toHaveLength(13)
    scheduler.approve("notes")
    await time.advance(minute)
    expect(await wrong()).toEqual([])
  })

  it("[RP22] what was approved stays so in quiet hours, whatever is found until then", async () => {
    const quietHours = [{ fromMinute: 0, toMinute: 180 }]
    const many = Array.from({ length: 13 }, (_, i) => `notes/${i + 10}`)
    const { time, start, wrong } = await scheduled({ quietHours }, many)
    const scheduler = start()
    await time.advance(minute)
    scheduler.approve("notes")
    await time.advance(4 * hour)
    expect([await wrong(), scheduler.queue]).toEqual([[], []])
  })

  it("[RP23] what is dropped is not repaired, also when it was its turn", async () => {
    const dropped: boolean[] = []
    const onEvent = (event: SchedulerEvent): void => {
      // Between the end of the verification and the repair.
      if (event.type === "queued") time.schedule(0, () => dropped.push(scheduler.drop("notes")))
    }
    const { time, start, wrong } = await scheduled({ onEvent }, ["notes/10"])
    const scheduler = start()
    await time.advance(minute)
    expect(dropped).toEqual([true])
    expect(await wrong()).toEqual(["notes/10"])
  })

  it("[RP24] what was killed waits for the end of quiet hours, too", async () => {
    const quietHours = [{ fromMinute: 0, toMinute: 120 }]
    const { time, host, start, wrong } = await scheduled({ quietHours }, ["notes/10"])
    const plan = planRepair(await time.during(host.verify()))
    const killed = startRepair({ repairing: host }, plan, { signal: AbortSignal.abort() })
    await expect(time.during(killed.done)).rejects.toMatchObject({ code: "aborted" })
    start()
    await time.advance(hour)
    expect(await wrong()).toEqual(["notes/10"])
    await time.advance(hour + minute)
    expect([await wrong(), await unfinishedRepairs({ repairing: host })]).toEqual([[], []])
  })

  it("[RP25] a sink that cannot be reached keeps its place in the queue", async () => {
    const { time, host, session, start, wrong } = await scheduled({ everyMs: 100 * hour }, ["notes/10"])
    const repair = Reflect.get(session, "repair") as unknown
    Object.assign(session, { repair: () => Promise.reject(coreError("sink-failed", "down")) })
    const scheduler = start()
    await time.advance(2_000)
    expect(scheduler.queue).toMatchObject([{ state: "backing-off", attempts: 1 }])
    const verify = Reflect.get(host, "verify")
    Object.assign(host, {
      verify: async (options?: VerifyOptions) => {
        const report = await verify(options)
        const error = coreError("sink-failed", "out of reach")
        return { ...report, sinks: report.sinks.map(sink => ({ ...sink, findings: [], error })) }
      }
    })
    await time.advance(hour)
    expect(scheduler.queue).toMatchObject([{ id: "notes", state: "backing-off", reason: "out of reach" }])
    expect(scheduler.queue[0]?.attempts).toBeGreaterThan(2)
    Object.assign(host, { verify })
    Object.assign(session, { repair })
    await time.advance(2 * hour)
    expect([await wrong(), scheduler.queue]).toEqual([[], []])
  })

  it("[RP25] attempts that a sink ended leave nothing in the store", async () => {
    const ids = ["notes/10", "notes/11", "notes/12", "notes/13"]
    const { time, host, session, start } = await scheduled({ everyMs: 100 * hour, concurrency: 1 }, ids)
    Object.assign(session, { repair: () => Promise.reject(coreError("sink-failed", "down")) })
    const scheduler = start()
    await time.advance(10 * hour)
    expect(scheduler.queue[0]?.attempts).toBeGreaterThan(2)
    expect(await unfinishedRepairs({ repairing: host })).toEqual([])
  })

  it.each([
    ["begun", (value: unknown) => value !== null, 1],
    ["gone on with", (value: unknown) => value === null, 1],
    ["gone on with nor removed", (value: unknown) => value === null, 2]
  ] as const)(
    "[RP25] an attempt whose journal could not be %s leaves nothing in the store",
    async (_, fails, times) => {
      const { time, host, start, wrong, events } = await scheduled({ everyMs: 100 * hour }, ["notes/10"])
      const write = host.source.writeValues.bind(host.source)
      let left = times
      const failing: typeof write = values =>
        left > 0 && values.some(({ space, value }) => space === "repair-journal" && fails(value)) && left--
          ? Promise.reject(coreError("store-failed", "the disk is full"))
          : write(values)
      Object.assign(host.source, { writeValues: failing })
      const scheduler = start()
      await time.advance(hour)
      expect(events.flatMap(event => (event.type === "failed" ? [event.error.message] : []))).toEqual([
        "the disk is full"
      ])
      expect([await wrong(), scheduler.queue]).toEqual([[], []])
      expect(await unfinishedRepairs({ repairing: host })).toEqual([])
      expect(await host.source.listValues("repair-journal", undefined, 1)).toEqual([])
    }
  )

  it("[RP26] one killed repair whose journal is damaged does not keep the others from being resumed", async () => {
    const { time, host, start, wrong, events } = await scheduled({}, ["notes/10"])
    const plan = planRepair(await time.during(host.verify()))
    const killed = startRepair({ repairing: host }, plan, { signal: AbortSignal.abort() })
    await expect(time.during(killed.done)).rejects.toMatchObject({ code: "aborted" })
    const header = (await host.source.readValue("repair-jobs", killed.id)) ?? new Uint8Array()
    const broken = new TextEncoder().encode("{")
    await host.source.writeValues([
      { space: "repair-jobs", key: "0000000000000000", value: header },
      { space: "repair-journal", key: "0000000000000000:00000000", value: broken }
    ])
    start()
    await time.advance(minute)
    expect(await wrong()).toEqual([])
    expect(events).toMatchObject([{ type: "failed" }, { type: "verified" }])
    expect((await unfinishedRepairs({ repairing: host })).map(({ id }) => id)).toEqual(["0000000000000000"])
  })

  it("[RP25] what fails is planned anew with the sink that is the source of truth, also where that is right", async () => {
    const time = new VirtualTime()
    const places = [new MemorySinkPlace(), new MemorySinkPlace()]
    const sinks = places.map((place, at) => memorySink(place, { name: `sink${at}` }))
    const ports = time.ports(new SeededRandom(1))
    const replica = await time.during(openReplica({ store: memoryStore(), engine: yjs(), ports, sinks }))
    const note = await time.during(replica.load("notes/1"))
    await time.during(note.change(draft => Object.assign(draft, { n: 1 })).projected)
    places[1]?.records.delete("notes/1")
    const session = replica.repairing.targets[1]?.session ?? {}
    const repair = Reflect.get(session, "repair") as unknown
    Object.assign(session, { repair: () => Promise.reject(coreError("sink-failed", "down")) })
    const scheduler = startRepairScheduler(replica, { sourceOfTruth: "sink:sink0", holdAbove: 1 })
    await time.advance(2_000)
    expect(scheduler.queue).toMatchObject([{ state: "backing-off", reason: expect.stringContaining("down") }])
    Object.assign(session, { repair })
    await time.advance(hour)
    expect([(await time.during(replica.verify())).clean, scheduler.queue]).toEqual([true, []])
    await time.during(scheduler.close())
    await time.during(replica.close())
  })

  it("[RP21] it ends with its replica, whichever is closed first", async () => {
    const time = new VirtualTime()
    const opening = openReplica({
      store: memoryStore(),
      engine: yjs(),
      ports: time.ports(new SeededRandom(1))
    })
    const replica = await time.during(opening)
    const types: string[] = []
    const onEvent = ({ type }: SchedulerEvent): void => void types.push(type)
    const scheduler = startRepairScheduler(replica, { everyMs: hour, onEvent })
    await time.advance(minute)
    await time.during(replica.close())
    await expect(time.during(scheduler.verifyNow())).rejects.toMatchObject({ code: "replica-closed" })
    await time.advance(5 * hour)
    await expect(time.during(scheduler.verifyNow())).rejects.toMatchObject({ code: "aborted" })
    await time.during(scheduler.close())
    expect(types).toEqual(["verified"])
  })
})
