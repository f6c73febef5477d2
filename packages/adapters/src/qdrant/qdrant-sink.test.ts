import { column, type Sink, table } from "@syncline/core"
import { contractContext, contractVectors, noteId, SinkWorkbench } from "@syncline/core/testing"
import { featureHashing, vectors } from "@syncline/core/vectors"
import { afterEach, describe, expect, it } from "vitest"
import { pointNamespace, rowPointId } from "./points/point-id.ts"
import { qdrantSink } from "./qdrant-sink.ts"
import { isReal, QdrantPlace } from "./testing/qdrant-place.ts"
import { VectorNotes } from "./testing/vector-notes.ts"

const places: QdrantPlace[] = []

afterEach(async () => {
  for (const place of places.splice(0)) await place.close()
})

async function makeNotes(...args: Parameters<typeof VectorNotes.make>): Promise<VectorNotes> {
  const notes = await VectorNotes.make(...args)
  places.push(notes.place)
  return notes
}

const open = async (sink: Sink): Promise<void> => (await sink.open(contractContext())).close()

describe("qdrantSink", () => {
  it("[QD1] a row is a point with the columns as payload, of a document and ordinal for any client to see", async () => {
    const notes = await makeNotes()
    notes.note(1, "a quiet window")
    await (await notes.project()).close()
    const [point] = await notes.points("note_chunks")
    expect(point).toMatchObject({
      id: rowPointId(pointNamespace("note_chunks", undefined), noteId(1), 0),
      payload: {
        parent_id: "notes/1",
        ordinal: 0,
        text: "a quiet window",
        start: 0,
        topic: "sea",
        size: 14,
        embedder: "feature-hashing@1-16"
      }
    })
  })

  it("[QD2] rows are written before their record, and taken away after it, by what they are when it is done", async () => {
    const notes = await makeNotes()
    const session = await notes.open()
    const long = "The tide comes in, and the lamp goes out over ropes and salt. ".repeat(4)
    await notes.apply(session, notes.note(1, long))
    notes.place.standIn?.requests.splice(0)
    await notes.apply(session, notes.note(1, "short"))
    const operations = notes.place.standIn?.requests.flatMap(({ path, body }) =>
      path.endsWith("/batch") ? (body as { operations: { delete?: object }[] }).operations : []
    )
    const expected = ["upsert", "upsert", "delete", "upsert"]
    expect(operations?.map(each => Object.keys(each)[0]) ?? expected).toEqual(expected)
    expect(Object.keys(operations?.[2]?.delete ?? { filter: {} })).toEqual(["filter"])
    expect(await notes.points("note_chunks")).toHaveLength(1)
    await session.close()
  })

  it("[QD3] of two writers beside each other the newer one stays, with all of its rows and none of the other's", async () => {
    const notes = await makeNotes()
    const [one, two] = [await notes.open(), await notes.open()]
    const [old, now] = [notes.note(1, "The tide comes in. ".repeat(12)), notes.note(1, "ropes")]
    await Promise.all([notes.apply(one, old), notes.apply(two, now)])
    expect(await one.read([noteId(1)])).toMatchObject([{ key: { height: 2 }, sealed: true }])
    expect(await notes.texts(one)).toEqual(["ropes"])
    await Promise.all([one.close(), two.close()])
  })

  it.skipIf(isReal)(
    "[QD3] what an older writer brings after a newer one, having read before it, goes over nothing",
    async () => {
      const notes = await makeNotes()
      const [one, two] = [await notes.open(), await notes.open()]
      const [old, now] = [
        notes.note(1, "The tide comes in over ropes and salt. ".repeat(8)),
        notes.note(1, "ropes")
      ]
      const isWrite = ({ path }: { readonly path: string }): boolean =>
        path === "/collections/note_chunks/points/batch"
      notes.place.standIn?.failNext({ kind: "slow", delayMs: 100 }, 1, isWrite)
      const late = notes.apply(one, old)
      await notes.place.standIn?.seen(isWrite)
      await notes.apply(two, now)
      await late
      expect(await two.read([noteId(1)])).toMatchObject([{ key: { height: 2 }, sealed: true }])
      expect(await notes.points("note_chunks")).toHaveLength(1)
      await Promise.all([one.close(), two.close()])
    }
  )

  it.skipIf(isReal).each([
    ["1.15.4", { writes: "last-write", compareAndSwap: false }],
    ["1.19.0", { writes: "conditional", compareAndSwap: true }]
  ])("[QD4] the guarantees of a server of version %s say what it can do", async (version, guarantees) => {
    const notes = await makeNotes({}, { version })
    const session = await notes.open()
    expect(session.guarantees).toMatchObject({ ...guarantees, atomicWatermark: false, vectorContents: false })
    await session.close()
  })

  it("[QD5] rows that their record does not know are found by no search, and taken away by a repair", async () => {
    const notes = await makeNotes()
    notes.note(1, "ropes")
    const projector = await notes.project()
    const id = rowPointId(pointNamespace("note_chunks", undefined), noteId(1), 4)
    const payload = {
      parent_id: noteId(1),
      ordinal: 4,
      text: "left behind",
      syncline_generation: 1,
      syncline_projection: 1,
      syncline_height: 0
    }
    const points = [{ id, vector: Array.from({ length: 16 }, () => 1), payload }]
    notes.place.damage.run(api =>
      api.batchUpdate({ collection_name: "note_chunks", wait: true, operations: [{ upsert: { points } }] })
    )
    expect(await notes.texts(projector.session)).toEqual(["ropes"])
    const report = await notes.verify(projector)
    expect(report.sinks[0]?.findings).toMatchObject([{ id: noteId(1), class: "mismatch" }])
    await notes.repair(projector, report)
    expect([(await notes.verify(projector)).clean, (await notes.points("note_chunks")).length]).toEqual([
      true,
      1
    ])
    await projector.close()
  })

  it.each([1, 9, 1.5, 2n ** 53n + 1n, "high", null, [9]])(
    "[QD5] a row whose version is %s instead of its record's is found by verification, and mended",
    async height => {
      const notes = await makeNotes()
      notes.note(1, "ropes")
      notes.note(1, "ropes")
      const projector = await notes.project()
      const [point] = await notes.points("note_chunks")
      const points = [{ ...point, payload: { ...point?.payload, syncline_height: height } }]
      notes.place.damage.run(api =>
        api.batchUpdate({ collection_name: "note_chunks", wait: true, operations: [{ upsert: { points } }] })
      )
      const report = await notes.verify(projector)
      expect(report.sinks[0]?.counts).toMatchObject({ mismatch: 1 })
      expect(await notes.repair(projector, report)).toMatchObject({ complete: true })
      expect((await notes.points("note_chunks")).map(({ payload }) => payload["syncline_height"])).toEqual([
        2
      ])
      await projector.close()
    }
  )

  it("[QD5] a row that lies under an id of its own making is found by verification, and put where it belongs", async () => {
    const notes = await makeNotes()
    notes.note(1, "ropes")
    const projector = await notes.project()
    const [point] = await notes.points("note_chunks")
    const [right, wrong] = [String(point?.id), "00000000-0000-4000-8000-000000000000"]
    const operations = [{ delete: { points: [right] } }, { upsert: { points: [{ ...point, id: wrong }] } }]
    notes.place.damage.run(api => api.batchUpdate({ collection_name: "note_chunks", wait: true, operations }))
    const report = await notes.verify(projector)
    expect(report.sinks[0]?.counts).toMatchObject({ mismatch: 1 })
    await notes.repair(projector, report)
    expect((await notes.points("note_chunks")).map(({ id }) => id)).toEqual([right])
    await projector.close()
  })

  it("[QD6] a record whose version has more than 64 bits with a sign, which no condition can name, is repaired", async () => {
    const notes = await makeNotes()
    notes.note(1, "ropes")
    const projector = await notes.project()
    notes.place.damage.setKey(noteId(1), "height", 2n ** 64n - 1n)
    const report = await notes.verify(projector)
    expect((await notes.repair(projector, report)).counts).toMatchObject({ mended: 1 })
    expect((await notes.verify(projector)).clean).toBe(true)
    await projector.close()
  })

  it.skipIf(isReal)("[QD3] a repair that is overtaken by a newer version leaves it as it is", async () => {
    const notes = await makeNotes()
    const [session, other] = [await notes.open(), await notes.open()]
    const [old, now] = [notes.note(1, "the tide"), notes.note(1, "ropes")]
    await notes.apply(session, old)
    const [read] = await session.read([noteId(1)])
    notes.place.standIn?.failNext(
      { kind: "slow", delayMs: 100 },
      1,
      ({ path }) => path === "/collections/syncline_records/points/batch"
    )
    const repairing = session.repair([
      { id: noteId(1), token: read?.token, write: await notes.write(session, old) }
    ])
    await notes.place.standIn?.seen(({ path }) => path === "/collections/syncline_records/points/batch")
    await notes.apply(other, now)
    expect(await repairing).toEqual(["changed-meanwhile"])
    expect(await session.read([noteId(1)])).toMatchObject([{ key: { height: 2 }, sealed: true }])
    for (const each of [session, other]) await each.close()
  })

  it("[QD5] hits of a sink that is behind are told apart, and mended on the spot with the scores that Qdrant gives", async () => {
    const notes = await makeNotes()
    notes.note(1, "ferries in the mist")
    notes.note(2, "letters")
    const projector = await notes.project()
    projector.pause()
    notes.note(2, "a ferry, and letters")
    const found = await projector.search("ferries in letters")
    expect(new Map(found.map(({ document, stale }) => [document, stale])).get(noteId(2))).toBe(true)
    const [mended, , ...none] = await projector.search("ferries in letters", { stale: "mend" })
    projector.resume()
    await projector.drain()
    const [followed] = await projector.search("ferries in letters")
    expect([mended?.document, none]).toEqual([followed?.document, []])
    expect(mended?.score).toBeCloseTo(followed?.score ?? 0, 5)
    await projector.close()
  })

  it("[QD6] numbers are kept and found to the last bit, texts that are no Unicode do no harm", async () => {
    const place = await QdrantPlace.make()
    places.push(place)
    const sized = vectors<{ readonly size: number; readonly word: string }>("sizes", {
      collection: "notes",
      text: () => "shell",
      embed: featureHashing({ dimensions: 16 }),
      payload: { size: column.real(note => note.size), word: column.text(note => note.word) }
    })
    const bench = new SinkWorkbench({ sink: () => place.sink({ tables: [sized] }) })
    const sizes = [30443289145264130, 0.1, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, 1e21, 3]
    for (const [key, size] of sizes.entries()) bench.source.put(noteId(key), { size, word: `\ud800${key}` })
    const projector = await bench.project()
    for (const [key, size] of sizes.entries())
      expect(await projector.search("shell", { filter: { size } })).toMatchObject([
        { document: noteId(key), chunks: [{ row: { size } }] }
      ])
    expect((await bench.verify(projector)).clean).toBe(true)
    await projector.close()
  })

  it.skipIf(isReal)(
    "[QD7] requests stay below the limits for bytes and points, and a row beyond them parks its document only",
    async () => {
      const maxRequestBytes = 12_000
      const notes = await makeNotes({ maxRequestBytes }, { maxRequestBytes })
      for (let key = 0; key < 30; key++) notes.note(key, `shell number ${key} ${"of the sea ".repeat(20)}`)
      notes.source.put(noteId("large"), { body: "x", topic: "t".repeat(30_000), size: 1 })
      const projector = await notes.project()
      expect(projector.status.parked).toMatchObject([{ id: noteId("large") }])
      expect(await notes.texts(projector.session, 500)).toHaveLength(
        (await notes.points("note_chunks")).length
      )
      const sizes = notes.place.standIn?.requests.map(({ body }) => JSON.stringify(body ?? "").length) ?? []
      expect(Math.max(...sizes)).toBeLessThan(maxRequestBytes)
      await projector.close()
    }
  )

  it("[QD9] a collection of that name which is there already is refused, and left alone", async () => {
    const notes = await makeNotes()
    await notes.place.api.createCollection({
      collection_name: "note_chunks",
      vectors: { size: 3, distance: "Dot" }
    })
    await expect(open(notes.sink())).rejects.toMatchObject({
      code: "sink-foreign",
      message: expect.stringContaining("note_chunks")
    })
    expect(await notes.points("note_chunks")).toEqual([])
  })

  it("[QD9] a collection that was made anew with other vectors, and an index of another type, are refused", async () => {
    const notes = await makeNotes()
    await open(notes.sink())
    await notes.place.api.deleteFieldIndex({
      collection_name: "note_chunks",
      field_name: "topic",
      wait: true
    })
    await notes.place.api.createFieldIndex({
      collection_name: "note_chunks",
      field_name: "topic",
      field_schema: "integer",
      wait: true
    })
    await expect(open(notes.sink())).rejects.toMatchObject({
      code: "sink-foreign",
      message: expect.stringContaining('"topic" as integer')
    })
    await notes.place.api.deleteCollection({ collection_name: "note_chunks" })
    await notes.place.api.createCollection({
      collection_name: "note_chunks",
      vectors: { size: 3, distance: "Dot" }
    })
    await expect(open(notes.sink())).rejects.toMatchObject({ code: "sink-foreign" })
  })

  it("[QD9] another sink's bookkeeping and a newer format are refused", async () => {
    const notes = await makeNotes()
    await open(notes.sink())
    await expect(
      open(notes.place.sink({ name: "other", tables: [contractVectors()] }))
    ).rejects.toMatchObject({ code: "sink-foreign" })
    const [facts] = await notes.points("syncline_records")
    const points = [{ ...facts, vector: {}, payload: { ...facts?.payload, format: 2 } }]
    await notes.place.api.batchUpdate({
      collection_name: "syncline_records",
      wait: true,
      operations: [{ upsert: { points } }]
    })
    await expect(open(notes.sink())).rejects.toMatchObject({ code: "store-newer" })
  })

  it("[QD11] a changed mapping drops collections that are declared no more, and no others", async () => {
    const notes = await makeNotes()
    await open(notes.sink())
    await notes.place.api.createCollection({
      collection_name: "others",
      vectors: { size: 3, distance: "Dot" }
    })
    const titles = table("titles", { columns: { height: column.integer((_, { height }) => height) } })
    await open(notes.place.sink({ tables: [titles] }))
    expect(notes.place.standIn?.collections ?? ["others", "syncline_records", "titles"]).toEqual(
      expect.arrayContaining(["others", "syncline_records", "titles"])
    )
    await expect(notes.points("note_chunks")).rejects.toMatchObject({ status: 404 })
    await notes.place.api.deleteCollection({ collection_name: "others" })
  })

  it("[QD9] [QD11] a name that was declared once is nobody's once its collection was dropped: what others make there stays", async () => {
    const notes = await makeNotes()
    const titles = table("titles", { columns: { height: column.integer((_, { height }) => height) } })
    await open(notes.sink())
    await open(notes.place.sink({ tables: [titles] }))
    await notes.place.api.createCollection({
      collection_name: "note_chunks",
      vectors: { size: 16, distance: "Cosine" }
    })
    await notes.place.api.batchUpdate({
      collection_name: "note_chunks",
      wait: true,
      operations: [
        { upsert: { points: [{ id: 1, vector: Array.from({ length: 16 }, () => 1), payload: {} }] } }
      ]
    })
    await open(notes.place.sink({ tables: [titles] }))
    expect(await notes.points("note_chunks")).toHaveLength(1)
    await expect(open(notes.sink())).rejects.toMatchObject({ code: "sink-foreign" })
    expect(await notes.points("note_chunks")).toHaveLength(1)
    await open(notes.place.sink({ tables: [titles] }))
  })

  it("[QD9] an empty collection under a name newly declared is taken, for a process that was overtaken leaves such", async () => {
    const notes = await makeNotes()
    const titles = table("titles", { columns: { height: column.integer((_, { height }) => height) } })
    await open(notes.sink())
    await notes.place.api.createCollection({ collection_name: "titles", vectors: {} })
    await open(notes.place.sink({ tables: [titles] }))
    await expect(notes.points("note_chunks")).rejects.toMatchObject({ status: 404 })
  })

  it("[QD9] processes that open a new sink at once share it", async () => {
    const notes = await makeNotes()
    const sessions = await Promise.all([notes.open(), notes.open(), notes.open()])
    expect(sessions.map(({ generation }) => generation)).toEqual([1, 1, 1])
    await notes.apply(await notes.open(), notes.note(1, "ropes"))
    expect(await notes.texts(sessions[0])).toEqual(["ropes"])
    for (const session of sessions) await session.close()
  })

  it("[QD11] of processes that open a sink at once with different mappings, each has a projection version of its own", async () => {
    const notes = await makeNotes()
    const titles = table("titles", { columns: { height: column.integer((_, { height }) => height) } })
    const sinks = [notes.sink(), notes.place.sink({ tables: [titles] })]
    const opening = sinks.map(sink => sink.open(contractContext(notes.source)))
    const sessions = (await Promise.allSettled(opening)).flatMap(each =>
      each.status === "fulfilled" ? [each.value] : []
    )
    expect(new Set(sessions.map(({ projection }) => projection)).size).toBe(sessions.length)
    const [last] = [...sessions].sort((a, b) => b.projection - a.projection)
    const applied = sessions.map(session => notes.apply(session, notes.note(1, "ropes")))
    const outcomes = (await Promise.allSettled(applied)).map(({ status }) => status)
    expect(outcomes).toEqual(sessions.map(session => (session === last ? "fulfilled" : "rejected")))
    for (const session of sessions) await session.close()
  })

  it.skipIf(isReal)("[QD14] reads and writes say what the options tell of clusters", async () => {
    const notes = await makeNotes({ ordering: "weak", consistency: "majority" })
    await (await notes.project()).close()
    const queries =
      notes.place.standIn?.requests.map(({ path, query }) => [path.split("/").slice(3).join("/"), query]) ??
      []
    const expected = {
      points: "consistency=majority",
      "points/scroll": "consistency=majority",
      "points/batch": "wait=true&ordering=strong"
    }
    for (const [route, query] of Object.entries(expected))
      expect(new Set(queries.filter(([path]) => path === route).map(([, found]) => found))).toEqual(
        new Set([query])
      )
  })

  it("[QD13] tenants share collections, and neither sees the other's documents", async () => {
    const place = await QdrantPlace.make()
    places.push(place)
    const [one, two] = [
      new VectorNotes(place, { tenant: "acme" }),
      new VectorNotes(place, { tenant: "umbrella" })
    ]
    one.note(1, "ropes of acme")
    two.note(1, "lamps of umbrella")
    const projectors = [await one.project(), await two.project()] as const
    expect(await one.texts(projectors[0].session)).toEqual(["ropes of acme"])
    expect(await two.texts(projectors[1].session)).toEqual(["lamps of umbrella"])
    expect([(await one.verify(projectors[0])).clean, (await two.verify(projectors[1])).clean]).toEqual([
      true,
      true
    ])
    for (const projector of projectors) await projector.close()
    expect(await one.points("note_chunks")).toHaveLength(2)
  })

  it("[QD14] the vector may have a name, and collections a prefix and settings", async () => {
    const notes = await makeNotes({
      vectorName: "body",
      prefix: "app_",
      collections: { shards: 1, onDisk: true, replicationFactor: 1 }
    })
    await notes.place.api.deleteCollection({ collection_name: "app_syncline_records" })
    await notes.place.api.deleteCollection({ collection_name: "app_note_chunks" })
    notes.note(1, "ropes")
    const projector = await notes.project()
    expect(await notes.texts(projector.session)).toEqual(["ropes"])
    expect((await notes.verify(projector)).clean).toBe(true)
    expect(await notes.points("app_note_chunks")).toMatchObject([{ vector: { body: expect.any(Array) } }])
    await projector.close()
  })

  it.skipIf(isReal)(
    "[QD15] no verification reads vectors, and one without contents reads no rows but whose they are",
    async () => {
      const notes = await makeNotes()
      for (let key = 0; key < 20; key++) notes.note(key, `shell number ${key}`)
      const projector = await notes.project()
      notes.place.standIn?.requests.splice(0)
      expect((await notes.verify(projector, { contents: false })).clean).toBe(true)
      const keys = notes.place.standIn?.requests.map(({ path, body }) => [
        path.split("/")[2],
        (body as { with_payload: unknown }).with_payload
      ])
      expect(keys?.filter(([collection]) => collection === "note_chunks")).toEqual([
        ["note_chunks", ["parent_id"]]
      ])
      expect((await notes.verify(projector)).clean).toBe(true)
      expect(
        notes.place.standIn?.requests.every(
          ({ body }) => (body as { with_vector: unknown }).with_vector === false
        )
      ).toBe(true)
      await projector.close()
    }
  )

  it("[QD17] wrong options are refused at once", () => {
    const tables = [contractVectors()]
    for (const wrong of [
      {},
      { url: "http://a", client: {} as never },
      { url: "http://a", attempts: 0 },
      { url: "http://a", prefix: "a/b" },
      { url: "http://a", tenant: "" }
    ])
      expect(() => qdrantSink({ tables, ...wrong })).toThrow(
        expect.objectContaining({ code: "options-invalid" })
      )
  })
})
