import { describe, expect, it } from "vitest"
import { type Death, KilledHost } from "../testing/core-killed-host.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import { planRepair } from "./plan-repair.ts"
import { forgetRepair, resumeRepair, startRepair, unfinishedRepairs } from "./start-repair.ts"

const documents = 40

async function drifted() {
  const place = new MemorySinkPlace()
  const fixture = { sink: () => memorySink(place), damage: new MemorySinkDamage(place) }
  const bench = new SinkWorkbench(fixture)
  for (let key = 0; key < documents; key++) bench.put(key)
  const projector = await bench.project()
  for (let key = 0; key < documents; key++) {
    if (key % 2 === 0) fixture.damage.removeAll(noteId(key))
    else fixture.damage.setDigest(noteId(key), new Uint8Array(32))
  }
  const host = bench.host(projector)
  return { bench, projector, host, report: await host.verify() }
}

/** Kills a repair, and goes on with it until it is done; says whether it lived on. */
async function runKilled(death: Death): Promise<boolean> {
  const { bench, projector, host, report } = await drifted()
  const killed = new KilledHost(host, death)
  const job = startRepair({ repairing: killed.host }, planRepair(report), { concurrency: 4 })
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
  await startRepair({ repairing: reopened }, planRepair(found), { journal: false }).done
  expect((await reopened.verify()).clean).toBe(true)
  return outcome !== "died"
}

describe("the journal of a repair", () => {
  it.each(["before", "after"] as const)(
    "[RP13] killed %s any call of store and sink, a repair is resumed to its end, and repeats without effect",
    async when => {
      const random = new SeededRandom(when === "before" ? 7 : 8)
      let at = 1
      while (!(await runKilled({ at, when }))) at += at < 12 ? 1 : 1 + random.integer(12)
      expect(at).toBeGreaterThan(documents)
    },
    60_000
  )

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
    expect(resumed.progress.total).toBe(documents - 32)
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
