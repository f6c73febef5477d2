import { type Ports, type SinkContext, type SinkSession, systemPorts } from "@syncline/core"
import { contractContext, contractVectors, noteId } from "@syncline/core/testing"
import fc from "fast-check"
import { afterEach, describe, expect, it } from "vitest"
import { loadClient } from "./client/load-client.ts"
import { qdrantSink } from "./qdrant-sink.ts"
import type { Fault, QdrantStandIn } from "./testing/qdrant-stand-in.ts"
import { isReal, type QdrantPlace } from "./testing/qdrant-place.ts"
import { VectorNotes } from "./testing/vector-notes.ts"

const places: QdrantPlace[] = []

afterEach(async () => {
  for (const place of places.splice(0)) await place.close()
})

interface Broken {
  readonly notes: VectorNotes
  readonly server: QdrantStandIn
  readonly session: SinkSession
}

/** An open sink whose pauses last no time, and which were asked for. */
async function openBroken(
  ...args: Parameters<typeof VectorNotes.make>
): Promise<Broken & { readonly pauses: number[] }> {
  const notes = await VectorNotes.make(...args)
  places.push(notes.place)
  const { ports, pauses } = impatientPorts()
  const context: SinkContext = { ...contractContext(notes.source), ports }
  const session = await notes.sink().open(context)
  return { notes, server: notes.place.standIn as QdrantStandIn, session, pauses }
}

const answerTimeoutMs = 30_000
const hourMs = 3_600_000

function impatientPorts(): { readonly ports: Ports; readonly pauses: number[] } {
  const ports = systemPorts()
  const pauses: number[] = []
  const schedule: Ports["timers"]["schedule"] = (delayMs, task) => {
    // Housekeeping of the store, day by day, has nothing to do with requests.
    if (delayMs === answerTimeoutMs || delayMs > hourMs) return ports.timers.schedule(delayMs, task)
    pauses.push(delayMs)
    return ports.timers.schedule(0, task)
  }
  return { ports: { ...ports, timers: { ...ports.timers, schedule } }, pauses }
}

const isWriteOfRows = ({ path }: { readonly path: string }): boolean =>
  path === "/collections/note_chunks/points/batch"

const passing: readonly (readonly [what: string, fault: Fault])[] = [
  ["a connection that ends", { kind: "reset" }],
  ["an answer that is lost", { kind: "lost" }],
  ["an internal error", { kind: "status", status: 500 }],
  ["a server that is not ready", { kind: "status", status: 503 }],
  ["a timeout of the server's", { kind: "status", status: 408 }],
  ["too many requests", { kind: "status", status: 429 }],
  ["a write that is not done yet", { kind: "wait-timeout" }]
]

describe.skipIf(isReal)("qdrantSink, when things go wrong", () => {
  it.each(passing)("[QD8] %s: sent again, and done once", async (_, fault) => {
    const { notes, server, session } = await openBroken()
    for (const concerned of ["note_chunks", "syncline_records"])
      server.failNext(fault, 1, ({ path }) => path === `/collections/${concerned}/points/batch`)
    await notes.apply(session, notes.note(1, "ropes"), notes.note(2, "lamps"))
    const sent = server.requests.filter(isWriteOfRows)
    expect([server.pendingFaults, sent.length]).toEqual([0, 2])
    expect(await session.read([noteId(1), noteId(2)])).toMatchObject([{ sealed: true }, { sealed: true }])
    expect([await notes.texts(session), session.watermark.position]).toEqual([["lamps", "ropes"], 2])
    await session.close()
  })

  it("[QD8] whatever requests go wrong, what is told as applied is there, and nothing else counts", async () => {
    const { notes, server, session } = await openBroken({ attempts: 2 })
    const faults = fc.array(fc.tuple(fc.constantFrom(...passing), fc.nat(6)), { maxLength: 4 })
    let key = 0
    const history = async (
      planned: readonly (readonly [(typeof passing)[number], number])[]
    ): Promise<void> => {
      for (const [[, fault], after] of planned) {
        let left = after
        server.failNext(fault, 1, () => left-- <= 0)
      }
      const document = notes.note(++key, `shell ${key}`)
      const isApplied = await notes.apply(session, document).then(
        () => true,
        () => false
      )
      server.forgive()
      if (!isApplied) await notes.apply(session, document)
      expect(await session.read([document.id])).toMatchObject([{ sealed: true, key: { height: 1 } }])
      expect(session.watermark.position).toBe(document.position)
    }
    await fc.assert(fc.asyncProperty(faults, history), { numRuns: 25 })
    await session.close()
  })

  it("[QD8] a request is not sent more often than told, then the batch fails, and may be given again", async () => {
    const { notes, server, session, pauses } = await openBroken({ attempts: 4 })
    const document = notes.note(1, "ropes")
    await notes.write(session, document)
    server.failNext({ kind: "status", status: 503 }, 4, isWriteOfRows)
    pauses.splice(0)
    await expect(notes.apply(session, document)).rejects.toMatchObject({
      code: "sink-failed",
      message: expect.stringContaining("as planned")
    })
    expect([server.pendingFaults, pauses.length, session.watermark.position]).toEqual([0, 3, 0])
    await notes.apply(session, document)
    expect(await notes.texts(session)).toEqual(["ropes"])
    await session.close()
  })

  it("[QD8] a server that says when to come back is not asked before, also where the client reads it wrong", async () => {
    const { notes, server, session, pauses } = await openBroken()
    const document = notes.note(1, "ropes")
    await notes.write(session, document)
    pauses.splice(0)
    for (const retryAfter of ["20", "Thu, 01 Jan 1970 00:00:00 GMT"])
      server.failNext({ kind: "status", status: 429, retryAfter }, 1, isWriteOfRows)
    await notes.apply(session, document)
    expect(pauses).toHaveLength(2)
    expect(pauses[0]).toBe(20_000)
    expect(pauses[1]).toBeLessThan(1_000)
    await session.close()
  })

  it("[QD8] whoever is to wait for longer than two minutes is told so instead", async () => {
    const { notes, server, session } = await openBroken()
    server.failNext({ kind: "status", status: 429, retryAfter: "3600" })
    await expect(notes.apply(session, notes.note(1, "ropes"))).rejects.toMatchObject({
      code: "sink-failed",
      details: { status: 429 }
    })
    await session.close()
  })

  it.each([
    ["a wrong key", "wrong"],
    ["no key", undefined]
  ])("[QD10] %s is sink-unauthorized, and says what to check", async (_, apiKey) => {
    const notes = await VectorNotes.make(apiKey === undefined ? {} : { apiKey }, { apiKey: "right" })
    places.push(notes.place)
    await expect(notes.open()).rejects.toMatchObject({
      code: "sink-unauthorized",
      message: expect.stringContaining("check apiKey")
    })
    const right = notes.place.sink({ tables: [contractVectors()], apiKey: "right" })
    await (await right.open(contractContext())).close()
  })

  it("[QD12] a server that lost everything is told apart, and filled again by opening anew", async () => {
    const notes = await VectorNotes.make()
    places.push(notes.place)
    notes.note(1, "ropes")
    const projector = await notes.project()
    notes.place.standIn?.restartEmpty()
    expect((await notes.verify(projector)).sinks[0]?.error).toMatchObject({
      code: "sink-fenced",
      message: expect.stringContaining("opened anew")
    })
    notes.note(2, "lamps")
    await projector.drain()
    expect(await notes.texts(projector.session)).toEqual(["lamps", "ropes"])
    expect((await notes.verify(projector)).clean).toBe(true)
    await projector.close()
  })

  it("[QD12] a collection of rows that was dropped is made again at the next opening, with all of its rows", async () => {
    const notes = await VectorNotes.make()
    places.push(notes.place)
    notes.note(1, "ropes")
    await (await notes.project()).close()
    await notes.place.api.deleteCollection({ collection_name: "note_chunks" })
    const projector = await notes.project()
    expect(await notes.texts(projector.session)).toEqual(["ropes"])
    await projector.close()
  })

  it("[QD12] [FI9] a search that finds a server empty has it filled again, though nothing was written", async () => {
    const notes = await VectorNotes.make()
    places.push(notes.place)
    notes.note(1, "ropes")
    const projector = await notes.project()
    notes.place.standIn?.restartEmpty()
    const query = new Float32Array(16).fill(1)
    await expect(projector.search(query)).rejects.toMatchObject({ code: "sink-fenced" })
    expect(await projector.search(query, { stale: "wait" })).toMatchObject([
      { document: noteId(1), stale: false }
    ])
    await projector.close()
  })

  it("[QD12] rows whose bookkeeping was dropped are nobody's: sink-foreign, until they are dropped, too", async () => {
    const { notes, session } = await openBroken()
    await notes.apply(session, notes.note(1, "ropes"))
    await session.close()
    await notes.place.api.deleteCollection({ collection_name: "syncline_records" })
    await expect(notes.open()).rejects.toMatchObject({ code: "sink-foreign" })
    await notes.place.api.deleteCollection({ collection_name: "note_chunks" })
    const projector = await notes.project()
    expect(await notes.texts(projector.session)).toEqual(["ropes"])
    await projector.close()
  })

  it("[QD9] a collection that is made anew with other dimensions while the sink is open is sink-foreign", async () => {
    const { notes, session } = await openBroken()
    await notes.place.api.deleteCollection({ collection_name: "note_chunks" })
    await notes.place.api.createCollection({
      collection_name: "note_chunks",
      vectors: { size: 3, distance: "Cosine" }
    })
    await expect(notes.apply(session, notes.note(1, "ropes"))).rejects.toMatchObject({ code: "sink-foreign" })
    expect(session.watermark.position).toBe(0)
    await session.close()
  })

  it("[QD2] whoever dies between rows and record has written nothing that counts; the next one puts it right", async () => {
    const { notes, server, session } = await openBroken()
    await notes.apply(session, notes.note(1, "ropes"))
    server.failNext(
      { kind: "status", status: 400 },
      1,
      ({ path }) => path === "/collections/syncline_records/points/batch"
    )
    const document = notes.note(1, "lamps")
    await expect(notes.apply(session, document)).rejects.toMatchObject({ code: "sink-refused" })
    expect(await session.read([noteId(1)])).toMatchObject([{ key: { height: 1 }, sealed: false }])
    const [match] =
      (await session.nearest?.({ table: "note_chunks", vector: new Float32Array(16).fill(1), limit: 1 })) ??
      []
    expect([match?.row["text"], match?.key]).toEqual(["lamps", undefined])
    await notes.apply(session, document)
    expect(await session.read([noteId(1)])).toMatchObject([{ key: { height: 2 }, sealed: true }])
    await session.close()
  })

  it.each([
    ["a number that is none", (numbers: Float32Array) => numbers.fill(Number.NaN)],
    ["infinity", (numbers: Float32Array) => numbers.fill(Number.POSITIVE_INFINITY)],
    ["another length", (numbers: Float32Array) => numbers.subarray(1)]
  ])("[QD7] a vector with %s is not sent", async (_, spoil) => {
    const { notes, server, session } = await openBroken()
    const write = await notes.write(session, notes.note(1, "ropes"))
    const tables = write.content.tables.map(rows => ({ ...rows, vectors: (rows.vectors ?? []).map(spoil) }))
    server.requests.splice(0)
    const spoilt = { ...write, content: { ...write.content, tables } }
    await expect(session.apply([spoilt], { epoch: notes.source.epoch, position: 1 })).rejects.toMatchObject({
      code: "sink-failed",
      details: { document: noteId(1) }
    })
    expect(server.requests.some(({ method, path }) => method === "PUT" || path.endsWith("/batch"))).toBe(
      false
    )
    await session.close()
  })

  it("[QD17] closing ends what is under way", async () => {
    const { notes, server, session } = await openBroken()
    const write = await notes.write(session, notes.note(1, "ropes"))
    server.failNext({ kind: "slow", delayMs: 60_000 })
    const applied = session
      .apply([write], { epoch: notes.source.epoch, position: 1 })
      .catch((error: unknown) => error)
    await session.close()
    expect(await applied).toMatchObject({ code: "sink-failed", message: expect.stringContaining("closed") })
  })

  it("[QD17] an answer that does not come is not waited for longer than told", async () => {
    const notes = await VectorNotes.make({ timeoutMs: 40, attempts: 2 })
    places.push(notes.place)
    notes.place.standIn?.failNext({ kind: "slow", delayMs: 60_000 }, 2)
    await expect(notes.open()).rejects.toMatchObject({
      code: "sink-failed",
      message: expect.stringContaining("within 40 ms")
    })
  })

  it("[QD17] a client of the application's own is used as it is, and given up where it does not heed the signal", async () => {
    const notes = await VectorNotes.make()
    places.push(notes.place)
    const client = await loadClient({ url: notes.place.url })
    const session = await qdrantSink({ client, tables: [contractVectors()] }).open(
      contractContext(notes.source)
    )
    await notes.apply(session, notes.note(1, "ropes"))
    expect(await notes.texts(session)).toEqual(["ropes"])
    await session.close()
  })

  it("[QD10] a place on a server where there is no Qdrant is told from a collection that is gone", async () => {
    const notes = await VectorNotes.make()
    places.push(notes.place)
    const sink = qdrantSink({ url: `${notes.place.url}/nowhere`, tables: [contractVectors()] })
    await expect(sink.open(contractContext())).rejects.toMatchObject({
      code: "sink-failed",
      message: expect.stringContaining("check the address")
    })
  })

  it("[QD17] a server that cannot be reached is sink-failed, with what to check", async () => {
    const sink = qdrantSink({ url: "http://127.0.0.1:9", attempts: 1, tables: [contractVectors()] })
    await expect(sink.open(contractContext())).rejects.toMatchObject({
      code: "sink-failed",
      message: expect.stringContaining("can be reached")
    })
  })
})
