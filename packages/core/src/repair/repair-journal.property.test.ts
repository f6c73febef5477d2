import { describe, expect, it } from "vitest"
import { type Death, KilledHost } from "../testing/core-killed-host.ts"
import { coreError } from "../errors/core-error.ts"
import { defineProjection } from "../projection/projection.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { contractTables } from "../testing/sink-fixture.ts"
import { noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import { decide, pendingDecisions } from "./decide.ts"
import { planRepair } from "./plan-repair.ts"
import type { SourceOfTruth } from "./source-of-truth.ts"
import { forgetRepair, resumeRepair, startRepair, unfinishedRepairs } from "./start-repair.ts"

const many = 40

async function drifted(documents = many) {
  const place = new MemorySinkPlace()
  const projection = defineProjection(contractTables)
  const fixture = { sink: () => memorySink(place, { projection }), damage: new MemorySinkDamage(place) }
  const bench = new SinkWorkbench(fixture)
  for (let key = 0; key < documents; key++) bench.put(key)
  const projector = await bench.project()
  for (let key = 0; key < documents; key++) {
    if (key % 2 === 0) fixture.damage.removeAll(noteId(key))
    else fixture.damage.setTitle(noteId(key), "By hand")
  }
  const host = bench.host(projector)
  return { bench, projector, host, report: await host.verify() }
}

/** Titles that were changed by hand: in the documents, by one commit each; or nowhere. */
async function expectTitles(
  { source }: SinkWorkbench,
  sourceOfTruth: SourceOfTruth,
  documents: number
): Promise<void> {
  const isAdopted = sourceOfTruth !== "document"
  for (let key = 1; key < documents; key += 2) {
    const document = await source.capture(noteId(key))
    const title = isAdopted ? "By hand" : `title of ${key}`
    expect([document?.value["title"], document?.height]).toEqual([title, isAdopted ? 2 : 1])
  }
}

/** Kills a repair, and goes on with it until it is done; says whether it lived on. */
async function runKilled(
  death: Death,
  sourceOfTruth: SourceOfTruth,
  documents = many,
  concurrency = 4
): Promise<boolean> {
  const { bench, projector, host, report } = await drifted(documents)
  const killed = new KilledHost(host, death)
  const job = startRepair({ repairing: killed.host }, planRepair(report, { sourceOfTruth }), { concurrency })
  const outcome = await killed.outlive(job.done)
  await projector.close()
  const reopened = bench.host(await bench.project())
  const [left] = await unfinishedRepairs({ repairing: reopened })
  const resumed = left && (await (await resumeRepair({ repairing: reopened }, left.id)).done)
  expect(resumed?.counts ?? { failed: 0, cancelled: 0 }).toMatchObject({ failed: 0, cancelled: 0 })
  expect(await unfinishedRepairs({ repairing: reopened })).toEqual([])
  expect(await bench.source.listValues("repair-journal", undefined, 1)).toEqual([])
  const found = await reopened.verify()
  // Killed before all of it was noted, it does not say that everything is done.
  const saysAll = resumed?.complete ?? outcome !== "died"
  expect([saysAll, found.clean]).not.toEqual([true, false])
  await startRepair({ repairing: reopened }, planRepair(found, { sourceOfTruth }), { journal: false }).done
  expect((await reopened.verify()).clean).toBe(true)
  await expectTitles(bench, sourceOfTruth, documents)
  return outcome !== "died"
}

/** Kills a repair by hand, decides every other one of what waits by then, and goes on with it; says whether it lived on. */
async function decideKilled(death: Death): Promise<boolean> {
  const { bench, projector, host, report } = await drifted()
  const plan = planRepair(report, { sourceOfTruth: "manual" })
  const killed = new KilledHost(host, death)
  const job = startRepair({ repairing: killed.host }, plan, { concurrency: 4 })
  const outcome = await killed.outlive(job.done)
  await projector.close()
  const reopened = { repairing: bench.host(await bench.project()) }
  const decided = (await pendingDecisions(reopened)).filter((_, at) => at % 2 === 0)
  for (const one of decided)
    expect(await decide(reopened, one, "document")).toMatchObject({ outcome: "mended" })
  const [left] = await unfinishedRepairs(reopened)
  const resumed = left && (await (await resumeRepair(reopened, left.id)).done)
  expect(resumed?.counts ?? { failed: 0, cancelled: 0 }).toMatchObject({ failed: 0, cancelled: 0 })
  expect(await unfinishedRepairs(reopened)).toEqual([])
  const found = await reopened.repairing.verify()
  const waiting = await pendingDecisions(reopened)
  const wrong = found.sinks.flatMap(({ findings }) => findings.map(({ id, token }) => [id, token]))
  // Killed before all of it was noted, it waits to be found again; whatever waits is as it is in the sink.
  for (const { id, target } of waiting) expect(wrong).toContainEqual([id, target.token])
  await startRepair(reopened, planRepair(found, { sourceOfTruth: "manual" })).done
  expect((await pendingDecisions(reopened)).map(({ id, target }) => [id, target.token])).toEqual(wrong)
  for (const one of await pendingDecisions(reopened)) await decide(reopened, one, "sink")
  expect((await reopened.repairing.verify()).clean).toBe(true)
  return outcome !== "died"
}

describe("the journal of a repair", () => {
  it.each([
    ["before", "document", 7],
    ["after", "document", 8],
    ["before", "sink:memory", 9],
    ["after", "sink:memory", 10],
    ["before", "most-recent", 11],
    ["after", "most-recent", 12]
  ] as const)(
    "[RP13] killed %s any call of store and sink, with %s as source, a repair is resumed to its end, and repeats without effect",
    async (when, source, seed) => {
      const random = new SeededRandom(seed)
      let at = 1
      while (!(await runKilled({ at, when }, source))) at += at < 12 ? 1 : 1 + random.integer(8)
      expect(at).toBeGreaterThan(many)
    },
    60_000
  )

  it.each([
    ["before", 13],
    ["after", 14]
  ] as const)(
    "[RP13] [RP20] killed %s any call, what is to be decided by hand waits once, and what was decided before it is resumed does not come again",
    async (when, seed) => {
      const random = new SeededRandom(seed)
      let at = 1
      while (!(await decideKilled({ at, when }))) at += at < 12 ? 1 : 1 + random.integer(8)
      expect(at).toBeGreaterThan(many)
    },
    60_000
  )

  it.each(["before", "after"] as const)(
    "[RP13] so is one of few, done one by one, killed %s each call",
    async when => {
      let at = 1
      while (!(await runKilled({ at, when }, "document", 3, 1))) at++
      expect(at).toBeGreaterThan(9)
    }
  )

  it("[RP13] what was cut short by a signal, and what a sink that is down did not take, is left to do", async () => {
    const { host, report } = await drifted(6)
    const session = host.targets[0]?.session ?? {}
    const abort = new AbortController()
    const really = Reflect.get(session, "project") as unknown
    Object.assign(session, {
      project: () => {
        abort.abort()
        return new Promise<never>(() => {})
      }
    })
    const cut = startRepair({ repairing: host }, planRepair(report), { concurrency: 1, signal: abort.signal })
    await expect(cut.done).rejects.toMatchObject({ code: "aborted" })
    const down = { project: really, repair: () => Promise.reject(coreError("sink-unauthorized", "down")) }
    const repair = Reflect.get(session, "repair") as unknown
    Object.assign(session, down)
    const stopped = await (await resumeRepair({ repairing: host }, cut.id, { concurrency: 1 })).done
    expect(stopped).toMatchObject({ stopped: expect.stringContaining("down"), complete: false })
    Object.assign(session, { repair })
    const resumed = await resumeRepair({ repairing: host }, cut.id)
    expect(resumed.progress.total).toBe(6)
    expect((await resumed.done).counts.mended).toBe(6)
  })

  it("[RP13] what is resumed is what is left, with what it was begun with", async () => {
    const { host, report } = await drifted()
    const abort = new AbortController()
    const options = { concurrency: 1, meta: { author: "ada" }, nonCritical: ["other"], signal: abort.signal }
    const onProgress = ({ done }: { readonly done: number }): void => {
      if (done === 34) abort.abort()
    }
    const job = startRepair({ repairing: host }, planRepair(report), { ...options, onProgress })
    await expect(job.done).rejects.toMatchObject({ code: "aborted" })
    const { meta, nonCritical } = options
    expect(await unfinishedRepairs({ repairing: host })).toMatchObject([{ id: job.id, meta, nonCritical }])
    const resumed = await resumeRepair({ repairing: host }, job.id)
    expect(resumed.progress.total).toBe(many - 32)
    expect((await resumed.done).counts).toMatchObject({ "already-right": 2, mended: 6 })
  })

  it("[RP13] what is cancelled, done or forgotten is not resumed; another is unknown", async () => {
    const { host, report } = await drifted()
    const cancelled = startRepair({ repairing: host }, planRepair(report))
    cancelled.cancel()
    await cancelled.done
    expect(await unfinishedRepairs({ repairing: host })).toEqual([])
    const killed = new KilledHost(host, { at: 6, when: "before" })
    const job = startRepair({ repairing: killed.host }, planRepair(report))
    expect(await killed.outlive(job.done)).toBe("died")
    await forgetRepair({ repairing: host }, job.id)
    await expect(resumeRepair({ repairing: host }, job.id)).rejects.toMatchObject({ code: "options-invalid" })
  })
})
