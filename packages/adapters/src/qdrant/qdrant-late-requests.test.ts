import { type DurableDocument, type SinkSession, systemPorts } from "@syncline/core"
import {
  contractTables,
  ManualTimers,
  noteId,
  type SinkFixture,
  SinkWorkbench,
  SyntheticSource
} from "@syncline/core/testing"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { qdrantSink } from "./qdrant-sink.ts"
import { isReal } from "./testing/qdrant-place.ts"
import { QdrantStandIn, type SeenRequest } from "./testing/qdrant-stand-in.ts"
import { RequestGate } from "./testing/request-gate.ts"

let server: QdrantStandIn
let gate: RequestGate
/** Of two processes with the same documents: one whose requests may come late, and one beside it. */
let slow: SinkWorkbench<Pick<SinkFixture, "sink">>
let quick: typeof slow

beforeEach(async () => {
  server = await QdrantStandIn.start()
  gate = new RequestGate()
  const sinkAt = (url: string) => ({ sink: () => qdrantSink({ url, tables: contractTables }) })
  quick = new SinkWorkbench(sinkAt(server.url))
  slow = new SinkWorkbench(sinkAt(await server.door(gate)), quick.source)
})

afterEach(() => server.close())

/** The next version of the note, with so many rows for its tags. */
function note(tags: number): DurableDocument {
  return quick.put(
    1,
    `with ${tags}`,
    Array.from({ length: tags }, (_, index) => `tag ${index}`)
  )
}

const changes =
  (kind: "upsert" | "delete", collection: string) =>
  ({ path, body }: SeenRequest): boolean =>
    path === `/collections/${collection}/points/batch` &&
    (body as { operations: readonly object[] }).operations.some(operation => kind in operation)

/** The height of the note's record, whether it and its rows are right, and its rows for tags. */
async function stateOf(session: SinkSession): Promise<readonly unknown[]> {
  const [record] = (await session.readRows?.([noteId(1)])) ?? []
  const tags = record?.rows.filter(({ table }) => table.name === "note_tags").length
  return [record?.key?.height, record?.sealed, tags]
}

describe.skipIf(isReal)("qdrantSink, when requests come late", () => {
  // Numbers are of tags: there before, and of the two versions after it, of which one is held up until the other one is there.
  it.each([
    {
      what: "a deletion takes no row of a newer version",
      held: changes("delete", "note_tags"),
      before: 10,
      older: 3,
      newer: 8,
      late: "older"
    },
    {
      what: "rows behind those of a newer version are taken back by who brought them",
      held: changes("upsert", "note_tags"),
      before: 4,
      older: 10,
      newer: 2,
      late: "older"
    },
    {
      what: "an older version that comes in between a newer one's rows and record leaves nothing behind",
      held: changes("upsert", "syncline_records"),
      before: 2,
      older: 10,
      newer: 3,
      late: "newer"
    }
  ])("[QD3] $what", async ({ held, before, older, newer, late }) => {
    const [delayed, other] = [await slow.open(), await quick.open()]
    await quick.apply(other, note(before))
    const versions = [note(older), note(newer)] as const
    const [lateOne, otherOne] = late === "older" ? versions : [versions[1], versions[0]]
    gate.hold(held)
    const applied = slow.apply(delayed, lateOne)
    await gate.caught()
    await quick.apply(other, otherOne)
    gate.letGo()
    await applied
    expect(await stateOf(other)).toEqual([3, true, newer])
  })

  it("[QD2] what a try left behind after its record goes when the batch comes again", async () => {
    const session = await quick.open()
    await quick.apply(session, note(10))
    const shorter = note(3)
    server.failNext({ kind: "status", status: 400 }, 1, changes("delete", "note_tags"))
    await expect(quick.apply(session, shorter)).rejects.toMatchObject({ code: "sink-refused" })
    expect([await stateOf(session), session.watermark.position]).toEqual([[2, false, 10], 1])
    await quick.apply(session, shorter)
    expect([await stateOf(session), session.watermark.position]).toEqual([[2, true, 3], 2])
  })

  it("[QD3] rows of a try that was given up, which came in after a newer version, go when the batch comes again", async () => {
    const [late, other] = [await slow.open(), await quick.open()]
    const [longer, shorter] = [note(10), note(2)]
    gate.hold(changes("upsert", "note_tags"))
    const applied = slow.apply(late, longer).catch((error: unknown) => error)
    await gate.caught()
    await late.close()
    expect(await applied).toMatchObject({ code: "sink-failed" })
    await quick.apply(other, shorter)
    gate.letGo()
    const again = await slow.open()
    expect(await stateOf(other)).toEqual([2, false, 10])
    await slow.apply(again, longer)
    expect(await stateOf(other)).toEqual([2, true, 2])
  })

  it.each(["notes", "note_tags", "syncline_records"])(
    "[QD3] repairing an orphan leaves a version that was written before its deletion in %s came",
    async collection => {
      const [late, other] = [await slow.open(), await quick.open()]
      await quick.apply(other, note(5))
      const [orphan] = await late.read([noteId(1)])
      gate.hold(changes("delete", collection))
      const repairing = late.repair([{ id: noteId(1), token: orphan?.token, write: undefined }])
      await gate.caught()
      await quick.apply(other, note(3))
      gate.letGo()
      expect(await repairing).toEqual(["changed-meanwhile"])
      expect(await stateOf(other)).toEqual([2, true, 3])
    }
  )

  it("[QD3] a repair that is overtaken takes its rows back", async () => {
    const [late, other] = [await slow.open(), await quick.open()]
    const longer = note(10)
    const [nothing] = await late.read([noteId(1)])
    gate.hold(changes("upsert", "note_tags"))
    const write = await slow.write(late, longer)
    const repairing = late.repair([{ id: noteId(1), token: nothing?.token, write }])
    await gate.caught()
    await quick.apply(other, note(2))
    gate.letGo()
    expect(await repairing).toEqual(["changed-meanwhile"])
    expect(await stateOf(other)).toEqual([2, true, 2])
  })
})

it.skipIf(isReal)("[QD16] [VF26] a listing of many pages may take longer than one answer", async () => {
  const manual = new ManualTimers()
  let timers = systemPorts().timers
  const schedule: typeof timers.schedule = (...given) => timers.schedule(...given)
  const source = new SyntheticSource(systemPorts({ timers: { ...timers, schedule } }))
  const url = await server.door(gate)
  const sink = qdrantSink({ url, tables: contractTables, maxRequestPoints: 2, timeoutMs: 600_000 })
  const bench = new SinkWorkbench({ sink: () => sink }, source)
  for (let key = 0; key < 10; key++) bench.put(key)
  const projector = await bench.project()
  const { session } = projector
  let pages = 0
  gate.hold(({ path }) => {
    if (path.endsWith("/scroll")) {
      pages++
      manual.advance(5_000)
    }
    return false
  })
  timers = manual
  expect(await bench.verify(projector)).toMatchObject({ clean: true })
  expect(pages * 5_000).toBeGreaterThan(60_000)
  expect(projector.session).toBe(session)
  timers = systemPorts().timers
  await projector.close()
})
