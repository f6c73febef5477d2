import { expect, test } from "vitest"
import { column } from "../projection/column.ts"
import { defineProjection } from "../projection/projection.ts"
import { openProjector } from "../projection/projector.ts"
import { silentLogger, systemPorts } from "../ports/system-ports.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { ManualTimers } from "../testing/manual-timers.ts"
import { contractSealKey, noteId } from "../testing/sink-workbench.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import { chunkText } from "./chunk-text.ts"
import type { Embedder } from "./embedder.ts"
import { featureHashing } from "./feature-hashing.ts"
import { searchVectors } from "./search-vectors.ts"
import { vectors, type VectorsOptions } from "./vectors.ts"

interface Note {
  readonly body: string
}

/** Feature hashing that notes what it is asked, and fails when told to. */
function watchedEmbedder() {
  const asked: string[] = []
  const faults: { fails: (texts: readonly string[]) => boolean } = { fails: () => false }
  const inner = featureHashing({ dimensions: 16 })
  const embedder: Embedder = {
    ...inner,
    embed: async (texts, options) => {
      if (faults.fails(texts)) throw new Error("503")
      asked.push(...texts)
      return inner.embed(texts, options)
    }
  }
  return { asked, faults, embedder }
}

async function setUp(options: Partial<VectorsOptions<Note>> = {}) {
  const timers = new ManualTimers()
  const source = new SyntheticSource({ ...systemPorts(), timers, logger: silentLogger })
  const watched = watchedEmbedder()
  const definition = vectors<Note>("chunks", {
    collection: "notes",
    text: note => note.body,
    embed: watched.embedder,
    limits: { attempts: 1 },
    ...options
  })
  const sink = memorySink(undefined, { projection: defineProjection([definition]) })
  const start = (): ReturnType<typeof openProjector> =>
    openProjector(source, sink, { sealKey: contractSealKey, strategy: { kind: "write-through" } })
  const projector = await start()
  const put = async (key: string, body: string | undefined): Promise<void> => {
    source.put(noteId(key), body === undefined ? undefined : { body })
    await timers.run(projector.drain())
  }
  return { ...watched, source, timers, definition, projector, start, put }
}

/** Paragraphs of three sentences: about 200 chunks. */
function longText(): string[] {
  return Array.from({ length: 1_500 }, (_, i) =>
    [i * 7, i * 13, i * 29]
      .map(n => `Sentence ${n} tells of harbour ${n % 101} and of lamp ${n % 57}.`)
      .join(" ")
  )
}

test("[VE30] an edit embeds the chunks it changed and no others; what changes no text embeds none", async () => {
  const { asked, put } = await setUp()
  const paragraphs = longText()
  await put("long", paragraphs.join("\n\n"))
  expect(asked.length).toBeGreaterThan(100)
  for (const at of [0, 111, 750, 1_212, 1_499]) {
    asked.length = 0
    paragraphs[at] = `Edited, ${paragraphs[at]}`
    await put("long", paragraphs.join("\n\n"))
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.length).toBeLessThanOrEqual(3)
  }
  asked.length = 0
  await put("long", paragraphs.join("\n\n"))
  expect(asked).toEqual([])
})

test("[VE31] vectors survive a restart, and go with what they were made for", async () => {
  const { asked, put, projector, start, timers, source } = await setUp()
  await put("a", "ferries in the mist")
  await projector.close()
  const again = await start()
  source.put(noteId("b"), { body: "ferries in the mist" })
  await timers.run(again.drain())
  expect(asked).toEqual(["ferries in the mist"])
  for (const key of ["a", "b"]) source.put(noteId(key), undefined)
  await timers.run(again.drain())
  source.put(noteId("c"), { body: "ferries in the mist" })
  await timers.run(again.drain())
  expect(asked).toHaveLength(2)
})

test("[VE32] documents gathered into one batch share calls", async () => {
  const calls: number[] = []
  const inner = featureHashing({ dimensions: 16 })
  const embed: Embedder = {
    ...inner,
    embed: (texts, options) => {
      calls.push(texts.length)
      return inner.embed(texts, options)
    }
  }
  const { source, timers, projector } = await setUp({ embed })
  projector.pause()
  for (let i = 0; i < 32; i++) source.put(noteId(i), { body: `note ${i}` })
  projector.resume()
  await timers.run(projector.drain())
  expect(calls).toEqual([32])
})

test("[VE33] a document whose text is not taken is parked, and others flow", async () => {
  const { faults, put, projector, timers, source } = await setUp()
  faults.fails = texts => texts.includes("forbidden")
  await put("good", "allowed")
  await put("bad", "forbidden")
  await put("other", "allowed, too")
  expect(projector.parkedDocument(noteId("bad"))).toMatchObject({ path: "chunks.vector" })
  faults.fails = () => false
  source.put(noteId("bad"), { body: "harmless" })
  await timers.run(projector.drain())
  expect(projector.parkedDocument(noteId("bad"))).toBeUndefined()
})

test("[VE34] while the embedder is down nothing is parked or lost, and the sink says why it waits", async () => {
  const { faults, put, projector, timers, source, asked } = await setUp()
  await put("before", "before")
  faults.fails = () => true
  source.put(noteId("a"), { body: "during" })
  for (let i = 0; i < 10 && projector.status.lastError === undefined; i++)
    await new Promise(resolve => setImmediate(resolve))
  expect(projector.status.lastError).toMatchObject({ code: "embedding-failed" })
  expect(projector.parkedDocument(noteId("a"))).toBeUndefined()
  faults.fails = () => false
  await timers.run(projector.drain())
  expect(asked).toContain("during")
})

test("[VE35] a text of a megabyte is embedded in chunks; a text mapping that gives no text parks the document", async () => {
  const { put, projector, asked } = await setUp({
    text: (note: Note) => (note.body === "" ? (7 as never) : note.body)
  })
  const text = "lorem ipsum dolor ".repeat(60_000)
  await put("huge", text)
  expect(asked.length).toBe(new Set(chunkText(text).map(chunk => chunk.text)).size)
  await put("odd", "")
  expect(projector.parkedDocument(noteId("odd"))).toMatchObject({ path: "chunks.text" })
})

test("[VE36] names that every such table has, and what is no embedder, are refused at declaration", () => {
  const good = { collection: "notes", text: (note: Note) => note.body, embed: featureHashing() }
  const taken = vectors<Note>("chunks", { ...good, payload: { start: column.integer(() => 1) } })
  expect(() => defineProjection([taken])).toThrow(/start/)
  const bad: Partial<Embedder>[] = [
    { id: "" },
    { version: "a b" },
    { dimensions: 0 },
    { embed: undefined as never }
  ]
  for (const change of bad)
    expect(() => vectors<Note>("chunks", { ...good, embed: { ...good.embed, ...change } })).toThrow(
      /embedder/
    )
  expect(() => vectors<Note>("chunks", { ...good, limits: { texts: 0 } })).toThrow(/texts/)
})

test("[VE40] a search gives each document once, the nearest first, with the version it found", async () => {
  const { put, projector, definition, source } = await setUp({ chunk: { size: 64 } })
  await put("a", `${"The lighthouse keeper writes letters. ".repeat(8)}Ferries leave at noon.`)
  await put("b", "Anchors are made of iron.")
  const hits = await searchVectors(projector, definition, "letters of a lighthouse keeper", { limit: 5 })
  expect(hits.map(({ document }) => document)).toEqual([noteId("a"), noteId("b")])
  expect(hits[0]).toMatchObject({ height: 1, text: expect.stringContaining("lighthouse") as string })
  source.put(noteId("b"), { body: "A lighthouse keeper, and letters" })
  const [first] = await searchVectors(projector, definition, "lighthouse letters", { limit: 1, fresh: true })
  expect(first).toMatchObject({ document: noteId("b"), height: 2 })
})

test("[VE41] a search that cannot be is refused with a reason", async () => {
  const { projector, definition, faults } = await setUp()
  await expect(searchVectors(projector, definition, "  ")).rejects.toMatchObject({ code: "query-invalid" })
  await expect(searchVectors(projector, definition, [1, 2])).rejects.toMatchObject({ code: "query-invalid" })
  await expect(searchVectors(projector, definition, "a", { limit: 0 })).rejects.toMatchObject({
    code: "query-invalid"
  })
  await expect(
    searchVectors(projector, definition, "a", { signal: AbortSignal.abort() })
  ).rejects.toMatchObject({
    code: "aborted"
  })
  faults.fails = () => true
  await expect(searchVectors(projector, definition, "a")).rejects.toMatchObject({ code: "embedding-failed" })
  await projector.close()
  await expect(searchVectors(projector, definition, "a")).rejects.toMatchObject({ code: "embedding-failed" })
})

test("[VE41] a search ends with its signal, whether the embedder heeds it or not", async () => {
  const embed: Embedder = { ...featureHashing({ dimensions: 16 }), embed: () => new Promise(() => {}) }
  const { projector, definition } = await setUp({ embed })
  const giveUp = new AbortController()
  const search = searchVectors(projector, definition, "ferry", { signal: giveUp.signal })
  giveUp.abort()
  await expect(search).rejects.toMatchObject({ code: "aborted" })
  await projector.close()
})
