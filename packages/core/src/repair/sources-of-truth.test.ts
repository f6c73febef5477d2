import { afterEach, describe, expect, it } from "vitest"
import type { AuditEntry } from "../audit/audit-entry.ts"
import { auditTrail } from "../audit/audit-feature.ts"
import { collection } from "../document/collection.ts"
import type { StandardSchema } from "../document/standard-schema.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { defineProjection } from "../projection/projection.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { type ContractNote, contractTables } from "../testing/sink-fixture.ts"
import { noteId } from "../testing/sink-workbench.ts"
import { decide, pendingDecisions } from "./decide.ts"
import { planRepair } from "./plan-repair.ts"
import type { RepairReport } from "./repair-report.ts"
import type { RepairPolicy, SourceOfTruth } from "./source-of-truth.ts"
import { resumeRepair, startRepair, unfinishedRepairs } from "./start-repair.ts"

const opened: Replica[] = []

afterEach(async () => {
  for (const replica of opened.splice(0)) await replica.close()
})

/** Takes titles that are no longer than so many characters. */
function titlesUpTo(length: number): StandardSchema<ContractNote> {
  const validate = (value: unknown) => {
    const { title } = value as Partial<ContractNote>
    return title === undefined || title.length <= length
      ? { value: value as ContractNote }
      : { issues: [{ message: "the title is too long", path: ["title"] }] }
  }
  return { "~standard": { version: 1, vendor: "test", validate } }
}

/** Three notes in two sinks. */
async function notes(sinks: readonly string[] = ["rows", "copy"]) {
  const places = sinks.map(() => new MemorySinkPlace())
  const projection = defineProjection(contractTables)
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    audit: auditTrail(),
    collections: [collection("notes", { schema: titlesUpTo(20) })],
    sinks: places.map((place, at) => memorySink(place, { name: sinks[at] ?? "", projection }))
  })
  opened.push(replica)
  for (let key = 1; key <= 3; key++)
    await put(replica, key, { title: `Note ${key}`, size: key, tags: ["a", "b"] })
  const damages = places.map(place => new MemorySinkDamage(place))
  const repair = async (sourceOfTruth: SourceOfTruth | RepairPolicy, meta = {}): Promise<RepairReport> =>
    startRepair(replica, planRepair(await replica.verify(), { sourceOfTruth }), { meta }).done
  return {
    replica,
    places,
    damages,
    repair,
    title: async (key = 1) => (await replica.load(noteId(key))).value["title"]
  }
}

/** What somebody did to one sink's records by hand, waiting for a decision. */
async function oneWaiting(
  act: (damage: MemorySinkDamage) => void = damage => damage.setTitle(noteId(1), "By hand")
) {
  const { damages, repair, ...rest } = await notes(["rows"])
  const [damage] = damages
  if (damage !== undefined) act(damage)
  await repair("manual")
  const [one] = await pendingDecisions(rest.replica)
  if (one === undefined || damage === undefined) throw new RangeError("one waits")
  return { ...rest, damage, repair, one }
}

async function put(replica: Replica, key: number, value: object): Promise<void> {
  const note = await replica.load(noteId(key))
  await note.change(draft => Object.assign(draft, value)).projected
}

describe("sources of truth", () => {
  it("[RP17] what was changed in a sink becomes a commit of the document, with author and audit, and goes to all sinks", async () => {
    const { replica, damages, repair, title } = await notes()
    damages[0]?.setTitle(noteId(1), "By hand")
    const report = await repair("sink:rows", { author: "ada" })
    expect(report).toMatchObject({ complete: true, counts: { adopted: 1 } })
    expect(await title()).toBe("By hand")
    await replica.sink("copy").drain()
    expect((await replica.verify()).clean).toBe(true)
    const [newest] = (await (await replica.load(noteId(1))).history()).entries
    expect(newest).toMatchObject({ adopted: { sink: "rows" }, meta: { author: "ada" } })
    const entries: AuditEntry[] = []
    for await (const entry of replica.audit.list({ document: noteId(1) })) entries.push(entry)
    expect(entries.at(-1)).toMatchObject({ author: "ada", inReplyTo: { adopted: { sink: "rows" } } })
  })

  it("[RP17] it is a difference: what others change meanwhile in the same document stays", async () => {
    const { replica, damages, repair } = await notes()
    damages[0]?.setTitle(noteId(1), "By hand")
    const plan = planRepair(await replica.verify(), { sourceOfTruth: "sink:rows" })
    const job = startRepair(replica, plan)
    const note = await replica.load(noteId(1))
    await job.done
    const patch = await note.diff(
      (await note.history({ limit: 2 })).entries[1]?.version ?? note.version,
      note.version
    )
    expect(patch).toEqual([{ op: "replace", path: "/title", value: "By hand" }])
    expect(await repair("sink:rows")).toMatchObject({ operations: [] })
  })

  it("[RP16] refused, with nothing touched: what the schema does not allow, and what was changed on an older version", async () => {
    const { replica, damages, repair, title } = await notes()
    damages[0]?.setTitle(noteId(1), "longer than twenty characters")
    damages[0]?.setTitle(noteId(2), "By hand")
    damages[0]?.setKey(noteId(2), "height", 0n)
    const { operations } = await repair("sink:rows")
    expect(operations).toMatchObject([
      { id: noteId(1), outcome: "failed", refusal: "invalid" },
      { id: noteId(2), outcome: "failed", refusal: "other-version" }
    ])
    expect([await title(1), await title(2)]).toEqual(["Note 1", "Note 2"])
    expect((await replica.verify()).sinks[0]?.findings).toHaveLength(2)
  })

  it("[RP16] refused where the document changed between plan and execution", async () => {
    const { replica, damages, title } = await notes(["rows"])
    replica.sink("rows").pause()
    damages[0]?.setTitle(noteId(1), "By hand")
    const plan = planRepair(await replica.verify(), { sourceOfTruth: "sink:rows" })
    const note = await replica.load(noteId(1))
    await note.change(draft => Object.assign(draft, { size: 7 })).durable
    expect((await startRepair(replica, plan).done).operations).toMatchObject([{ refusal: "other-version" }])
    expect(await title()).toBe("Note 1")
  })

  it("[RP16] refused where the document changes while what a sink holds is on its way into it", async () => {
    const { replica, damages, title } = await notes(["rows"])
    damages[0]?.setTitle(noteId(1), "By hand")
    const plan = planRepair(await replica.verify(), { sourceOfTruth: "sink:rows" })
    const { repairing } = replica
    const beside = {
      ...repairing,
      commitPatch: async (...given: Parameters<typeof repairing.commitPatch>) => {
        ;(await replica.load(noteId(1))).change(draft => Object.assign(draft, { size: 7 }))
        return repairing.commitPatch(...given)
      }
    }
    const { operations } = await startRepair({ repairing: beside }, plan).done
    expect(operations).toMatchObject([{ refusal: "document-changed" }])
    expect(await title()).toBe("Note 1")
  })

  it("[RP17] where a sink has nothing of its own to adopt, or is right, records are mended from the document", async () => {
    const { damages, places, replica, repair, title } = await notes()
    const before = places[0]?.records.get(noteId(3))
    await put(replica, 3, { title: "Newer" })
    // An old copy of a record, put back as it was.
    if (before !== undefined) places[0]?.records.set(noteId(3), before)
    damages[0]?.removeAll(noteId(1))
    damages[1]?.setTitle(noteId(2), "By hand")
    const report = await repair("sink:rows")
    expect(report).toMatchObject({ complete: true, counts: { mended: 3, adopted: 0 } })
    expect([await title(1), await title(2), await title(3)]).toEqual(["Note 1", "Note 2", "Newer"])
    expect((await replica.verify()).clean).toBe(true)
  })

  it("[RP18] each collection has its source; what is none is refused", async () => {
    const { damages, repair, title } = await notes()
    damages[0]?.setTitle(noteId(1), "By hand")
    await repair({ collections: { tasks: "sink:rows" } })
    expect(await title()).toBe("Note 1")
    damages[0]?.setTitle(noteId(1), "By hand")
    await repair({ collections: { notes: "sink:rows" }, otherwise: "manual" })
    expect(await title()).toBe("By hand")
    await expect(repair("sink:unknown")).rejects.toMatchObject({ code: "options-invalid" })
    await expect(repair("newest" as "manual")).rejects.toMatchObject({ code: "options-invalid" })
    await expect(repair("document", { syncline: {} })).rejects.toMatchObject({ code: "options-invalid" })
  })

  it("[RP19] most recent: the sink where its content builds on the document's version, the document where it has seen the record's", async () => {
    const { replica, places, damages, repair, title } = await notes(["rows"])
    const before = places[0]?.records.get(noteId(2))
    await put(replica, 2, { title: "Newer" })
    // An old copy of a record, put back as it was.
    if (before !== undefined) places[0]?.records.set(noteId(2), before)
    damages[0]?.setTitle(noteId(1), "By hand")
    const report = await repair("most-recent")
    expect(report).toMatchObject({ complete: true, counts: { adopted: 1, mended: 1 } })
    expect([await title(1), await title(2)]).toEqual(["By hand", "Newer"])
  })

  it("[RP19] most recent: what causality leaves open waits for a decision", async () => {
    const { replica, damages, repair, title } = await notes()
    damages[0]?.setTitle(noteId(1), "Left")
    damages[1]?.setTitle(noteId(1), "Right")
    damages[0]?.setTitle(noteId(2), "On an old version")
    damages[0]?.setKey(noteId(2), "height", 0n)
    damages[0]?.setKey(noteId(3), "height", 99n)
    expect((await repair("most-recent")).counts).toMatchObject({ queued: 4, adopted: 0, mended: 0 })
    expect((await pendingDecisions(replica)).map(({ id, target }) => [id, target.sink])).toEqual([
      [noteId(1), "copy"],
      [noteId(1), "rows"],
      [noteId(2), "rows"],
      [noteId(3), "rows"]
    ])
    expect(await title()).toBe("Note 1")
  })

  it("[RP19] most recent: of a record in a sink that does not show its rows nothing can be told", async () => {
    const { replica, damages, repair } = await notes(["rows"])
    damages[0]?.setTitle(noteId(1), "By hand")
    damages[0]?.setKey(noteId(2), "height", 99n)
    damages[0]?.removeAll(noteId(3))
    const { session } = replica.repairing.targets[0] ?? {}
    Object.assign(session ?? {}, { readRows: undefined })
    expect((await repair("most-recent")).counts).toMatchObject({ queued: 2, mended: 1 })
  })

  it("[RP20] manual: both values wait, and are decided one by one", async () => {
    const { replica, damages, repair, title } = await notes()
    for (const key of [1, 2, 3]) damages[0]?.setTitle(noteId(key), `By hand ${key}`)
    expect(await repair("manual")).toMatchObject({ complete: false, counts: { queued: 3 } })
    const waiting = await pendingDecisions(replica)
    const cells = { title: "By hand 1", size: 1 }
    expect(waiting[0]).toMatchObject({
      document: { title: "Note 1" },
      rows: [{ table: "notes", cells }, {}, {}]
    })
    const [one, two, three] = waiting
    if (one === undefined || two === undefined || three === undefined) throw new RangeError("three wait")
    expect(await decide(replica, one, "sink", { meta: { author: "ada" } })).toMatchObject({
      outcome: "adopted"
    })
    expect(await decide(replica, two, "document")).toMatchObject({ outcome: "mended" })
    await decide(replica, three, "later")
    expect([await title(1), await title(2), await title(3)]).toEqual(["By hand 1", "Note 2", "Note 3"])
    expect(await pendingDecisions(replica)).toEqual([])
    await replica.sink("copy").drain()
    expect((await replica.verify()).sinks[0]?.findings.map(({ id }) => id)).toEqual([noteId(3)])
    await expect(decide(replica, one, "sink")).rejects.toMatchObject({ code: "options-invalid" })
  })

  it("[RP20] a decision about what changed since stays, and is taken off once it is right", async () => {
    const { replica, damage, one } = await oneWaiting()
    damage.setTitle(noteId(1), "By another hand")
    expect(await decide(replica, one, "sink")).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("changed since")
    })
    expect(await pendingDecisions(replica)).toHaveLength(1)
    await replica.repair()
    expect(await decide(replica, one, "document")).toMatchObject({ outcome: "already-right" })
    expect(await pendingDecisions(replica)).toEqual([])
  })

  it("[RP20] a decision that could not be carried out stays, also in a sink that may fail", async () => {
    const { replica, damage, one } = await oneWaiting()
    damage.setTitle(noteId(1), "By another hand")
    const options = { nonCritical: ["rows"] }
    expect(await decide(replica, one, "document", options)).toMatchObject({ outcome: "failed" })
    expect(await pendingDecisions(replica)).toHaveLength(1)
  })

  it("[RP20] what was decided about one content is not done to another that waits by now", async () => {
    const { replica, damage, repair, one: seen } = await oneWaiting()
    damage.setTitle(noteId(1), "By another hand")
    await repair("manual")
    for (const choice of ["document", "sink", "later"] as const)
      await expect(decide(replica, seen, choice)).rejects.toMatchObject({ code: "options-invalid" })
    const [now] = await pendingDecisions(replica)
    if (now === undefined) throw new RangeError("one waits")
    expect(now.rows?.[0]?.cells).toMatchObject({ title: "By another hand" })
    expect(await decide(replica, now, "document")).toMatchObject({ outcome: "mended" })
  })

  it("[RP20] a record that no document explains is removed, or waits on; no document comes of it", async () => {
    const { replica, one } = await oneWaiting(damage => damage.copy(noteId(1), noteId(9)))
    expect(await decide(replica, one, "sink")).toMatchObject({ outcome: "failed", refusal: "no-document" })
    expect((await replica.load(noteId(9))).exists).toBe(false)
    expect(await decide(replica, one, "document")).toMatchObject({ outcome: "mended", action: "remove" })
    expect([(await replica.verify()).clean, await pendingDecisions(replica)]).toEqual([true, []])
  })

  it("[RP20] [RP2] executed late or twice, what is right by now does not wait, nor what is another by now", async () => {
    const { replica, damages, repair } = await notes(["rows"])
    for (const key of [1, 2, 3]) damages[0]?.setTitle(noteId(key), "By hand")
    const plan = planRepair(await replica.verify(), { sourceOfTruth: "manual" })
    await startRepair(
      replica,
      planRepair(await replica.verify({ mode: { kind: "documents", ids: [noteId(1)] } }))
    ).done
    damages[0]?.setTitle(noteId(2), "By another hand")
    const { operations } = await startRepair(replica, plan).done
    expect(operations).toMatchObject([
      { outcome: "already-right" },
      { outcome: "failed", reason: expect.stringContaining("changed since") },
      { outcome: "queued" }
    ])
    const [three, ...others] = await pendingDecisions(replica)
    if (three === undefined) throw new RangeError("one waits")
    expect([three.id, others]).toEqual([noteId(3), []])
    expect(await decide(replica, three, "sink")).toMatchObject({ outcome: "adopted" })
    expect((await startRepair(replica, plan).done).counts).toMatchObject({ "already-right": 2, failed: 1 })
    expect(await pendingDecisions(replica)).toEqual([])
    await repair("manual")
    const [two] = await pendingDecisions(replica)
    if (two === undefined) throw new RangeError("one waits")
    expect(await decide(replica, two, "sink")).toMatchObject({ outcome: "adopted" })
    expect((await replica.verify()).clean).toBe(true)
  })

  it("[RP20] [RP2] so it is with what is missing, orphaned, or in a sink that does not show its rows", async () => {
    const { replica, damages } = await notes(["rows"])
    damages[0]?.removeAll(noteId(1))
    damages[0]?.copy(noteId(2), noteId(9))
    damages[0]?.setTitle(noteId(3), "By hand")
    Object.assign(replica.repairing.targets[0]?.session ?? {}, { readRows: undefined })
    const plan = planRepair(await replica.verify(), { sourceOfTruth: "manual" })
    expect((await startRepair(replica, plan).done).counts).toMatchObject({ queued: 3 })
    await replica.repair(undefined, { force: true })
    expect((await startRepair(replica, plan).done).counts).toMatchObject({ "already-right": 3, queued: 0 })
  })

  it("[RP19] [RP2] most recent: what is right by now does not wait beside what cannot be told", async () => {
    const { replica, damages, repair, title } = await notes()
    damages[0]?.setTitle(noteId(1), "Left")
    damages[1]?.setTitle(noteId(1), "Right")
    const plan = planRepair(await replica.verify(), { sourceOfTruth: "most-recent" })
    await startRepair(replica, planRepair(await replica.verify({ sinks: ["copy"] }))).done
    damages[0]?.setKey(noteId(1), "height", 99n)
    const later = planRepair(await replica.verify({ sinks: ["rows"] }), { sourceOfTruth: "most-recent" })
    const targets = [...(later.operations[0]?.targets ?? []), ...(plan.operations[0]?.targets.slice(1) ?? [])]
    const operations = plan.operations.map(operation => ({ ...operation, targets }))
    expect((await startRepair(replica, { ...plan, operations }).done).operations).toMatchObject([
      { sink: "rows", outcome: "queued" },
      { sink: "copy", outcome: "already-right" }
    ])
    await repair("document")
    expect(await title()).toBe("Note 1")
  })

  it("[RP13] an adoption that was committed before the process died is not made twice", async () => {
    const { replica, damages, title } = await notes(["rows"])
    damages[0]?.setTitle(noteId(1), "By hand")
    const plan = planRepair(await replica.verify(), { sourceOfTruth: "sink:rows" })
    const { repairing } = replica
    const died = Promise.withResolvers<void>()
    const dying = {
      ...repairing,
      commitPatch: async (...given: Parameters<typeof repairing.commitPatch>) => {
        await repairing.commitPatch(...given)
        died.resolve()
        return new Promise<never>(() => {})
      }
    }
    replica.sink("rows").pause()
    startRepair({ repairing: dying }, plan)
    await died.promise
    const [left] = await unfinishedRepairs(replica)
    const { version } = await replica.load(noteId(1))
    const report = await (await resumeRepair(replica, left?.id ?? "")).done
    expect(report).toMatchObject({ complete: true })
    expect([await title(), (await replica.load(noteId(1))).version]).toEqual(["By hand", version])
    replica.sink("rows").resume()
    await replica.sink("rows").drain()
    expect((await replica.verify()).clean).toBe(true)
  })
})
