import { describe, expect, it } from "vitest"
import { coreError } from "../errors/core-error.ts"
import type { SinkRepair, SinkSession } from "../projection/sink.ts"
import { scheduled } from "../testing/core-scheduled-sink.ts"
import { planRepair } from "./plan-repair.ts"
import { startRepair } from "./start-repair.ts"

const minute = 60_000
const hour = 60 * minute
/** Of some forty records, too many to be removed without being asked. */
const keys = ["v", "w", "x", "y", "z"]
const orphans = keys.map(key => `notes/${key}`)
const refusal = expect.stringContaining("5 records (11.4 %) would be removed") as string

/** Does something each time the sink is written to. */
function beforeEachRepair(session: object, act: () => void): void {
  const really = Reflect.get(session, "repair") as SinkSession["repair"]
  Object.assign(session, {
    repair: (repairs: readonly SinkRepair[]) => {
      act()
      return really.call(session, repairs)
    }
  })
}

describe("what may not be removed", () => {
  it("[RP22] waits visibly while everything else is mended, and is removed once it is approved", async () => {
    const { time, orphan, start, events, wrong } = await scheduled({}, ["notes/10"])
    orphan(...keys)
    const scheduler = start()
    await time.advance(minute)
    expect(await wrong()).toEqual(orphans)
    expect(scheduler.queue).toMatchObject([
      { id: "notes", state: "held", documents: 0, refused: 5, reason: refusal }
    ])
    expect(events).toMatchObject([
      { type: "verified" },
      { type: "queued", entry: { state: "waiting", documents: 1, refused: 5, reason: refusal } },
      { type: "repaired", report: { counts: { mended: 1, refused: 5 } } },
      { type: "queued", entry: { state: "held", documents: 0, refused: 5 } }
    ])
    await time.advance(2 * hour)
    expect([await wrong(), scheduler.queue.length]).toEqual([orphans, 1])
    expect([scheduler.approve("notes"), scheduler.approve("notes")]).toEqual([true, false])
    await time.advance(minute)
    expect([await wrong(), scheduler.queue]).toEqual([[], []])
  })

  it("[RP22] approved before its turn, or while the rest is under way, it is removed with that or after it", async () => {
    const quietHours = [{ fromMinute: 0, toMinute: 60 }]
    const early = await scheduled({ quietHours }, ["notes/10"])
    early.orphan(...keys)
    const scheduler = early.start()
    await early.time.advance(minute)
    expect(scheduler.approve("notes")).toBe(true)
    await early.time.advance(hour)
    expect([await early.wrong(), scheduler.queue]).toEqual([[], []])
    const late = await scheduled({}, ["notes/10"])
    late.orphan(...keys)
    const other = late.start()
    beforeEachRepair(late.session, () => other.approve("notes"))
    await late.time.advance(minute)
    expect([await late.wrong(), other.queue]).toEqual([[], []])
  })

  it("[RP22] stays where the rest fails and is planned anew; approved meanwhile, it is removed with that", async () => {
    for (const approves of [false, true]) {
      const { time, session, orphan, start, wrong } = await scheduled({ everyMs: 100 * hour }, ["notes/10"])
      orphan(...keys)
      const repair = Reflect.get(session, "repair") as unknown
      Object.assign(session, { repair: () => Promise.reject(coreError("sink-failed", "down")) })
      const scheduler = start()
      await time.advance(5 * minute)
      expect(scheduler.queue).toMatchObject([{ state: "backing-off", documents: 1, refused: 5 }])
      if (approves) scheduler.approve("notes")
      Object.assign(session, { repair })
      await time.advance(hour)
      expect(await wrong()).toEqual(approves ? [] : orphans)
      expect(scheduler.queue).toMatchObject(approves ? [] : [{ state: "held", documents: 0, refused: 5 }])
    }
  })

  it("[RP23] can be dropped as everything else", async () => {
    const { time, orphan, start, wrong, damage } = await scheduled()
    orphan(...keys)
    const scheduler = start()
    await time.advance(minute)
    expect([scheduler.drop("notes"), scheduler.queue]).toEqual([true, []])
    damage("notes/10")
    await time.advance(2 * hour)
    expect([await wrong(), scheduler.queue]).toEqual([orphans, []])
  })
})

describe("the repair under way", () => {
  const missing = ["notes/10", "notes/11", "notes/12"]

  it("[RP28] is listed by its operations; what is cancelled of it is left out, the rest is done", async () => {
    const { time, session, start, wrong } = await scheduled({ concurrency: 1 }, missing)
    const scheduler = start()
    const seen: unknown[] = []
    beforeEachRepair(session, () => {
      const { job } = scheduler
      seen.push(
        job?.active.map(({ id, stage }) => [id, stage]),
        job?.cancel("notes/11")
      )
    })
    await time.advance(3 * hour)
    expect(seen).toEqual([[["notes/10", "writing"]], true, [["notes/12", "writing"]], false])
    expect([await wrong(), scheduler.queue, scheduler.job]).toEqual([["notes/11"], [], undefined])
  })

  it("[RP28] so is one that was killed and is gone on with", async () => {
    const { time, host, session, start, wrong } = await scheduled({ concurrency: 1 }, missing)
    const plan = planRepair(await time.during(host.verify()))
    const killed = startRepair({ repairing: host }, plan, { signal: AbortSignal.abort() })
    await expect(time.during(killed.done)).rejects.toMatchObject({ code: "aborted" })
    const scheduler = start()
    const ids: unknown[] = []
    beforeEachRepair(session, () => {
      ids.push(scheduler.job?.id)
      scheduler.job?.cancel()
    })
    await time.advance(3 * hour)
    expect(ids).toEqual([killed.id])
    expect([(await wrong()).length, scheduler.queue]).toEqual([2, []])
  })
})
