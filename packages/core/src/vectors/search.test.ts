import { expect, test } from "vitest"
import { column } from "../projection/column.ts"
import { type DeskNote, type VectorDesk, vectorDesk } from "../testing/core-vector-desk.ts"
import { MemorySinkPlace } from "../testing/memory-sink.ts"
import { noteId } from "../testing/sink-workbench.ts"
import type { SearchOptions } from "../projection/search.ts"
import type { Embedder } from "./embedder.ts"
import { featureHashing } from "./feature-hashing.ts"

const payload = { topic: column.text<DeskNote>(note => note.topic ?? "none") }

/** Documents found, in order. */
async function found(desk: VectorDesk, text: string, options?: SearchOptions): Promise<readonly string[]> {
  return (await desk.projector.search(text, options)).map(({ document }) => document)
}

test("[FI1] [FI2] each document is found once, nearest first, with its near chunks and its version", async () => {
  const { put, projector } = await vectorDesk({ chunk: { size: 64 } })
  await put("a", `${"The lighthouse keeper writes letters. ".repeat(8)}Ferries leave at noon.`)
  await put("b", "Anchors are made of iron.")
  const hits = await projector.search("letters of a lighthouse keeper", { limit: 5 })
  expect(hits.map(({ document }) => document)).toEqual([noteId("a"), noteId("b")])
  const [first] = hits
  expect(first).toMatchObject({ height: 1, stale: false, digest: expect.any(Uint8Array) as Uint8Array })
  expect(first?.chunks[0].text).toContain("lighthouse")
  expect(first?.chunks.length).toBeGreaterThan(2)
  const scores = first?.chunks.map(({ score }) => score) ?? []
  expect(scores).toEqual([...scores].sort((a, b) => b - a))
  expect(first?.score).toBe(scores[0])
})

test("[FI2] a hit is stale while the sink has not followed, and not any more when it has", async () => {
  const { put, commit, projector, timers } = await vectorDesk()
  await put("a", "ferries in the mist")
  projector.pause()
  commit("a", "ferries in the sun")
  expect(await projector.search("ferries")).toMatchObject([
    { stale: true, height: 1, chunks: [{ text: "ferries in the mist" }] }
  ])
  projector.resume()
  await timers.run(projector.drain())
  expect(await projector.search("ferries")).toMatchObject([
    { stale: false, height: 2, chunks: [{ text: "ferries in the sun" }] }
  ])
})

test.each(["tell", "mend"] as const)(
  "[FI3] a document that was deleted is not found though the sink has it still (%s)",
  async stale => {
    const desk = await vectorDesk()
    await desk.put("a", "ferries")
    await desk.put("b", "ferries, too")
    desk.projector.pause()
    desk.commit("a", undefined)
    expect(await found(desk, "ferries", { limit: 1, stale })).toEqual([noteId("b")])
  }
)

test("[FI3] [FI4] a record of a version that this replica has not is not shown; mended it is the version it has", async () => {
  const desk = await vectorDesk()
  const { source, put, projector } = desk
  await put("a", "ferries in the mist")
  const head = await source.loadHead(noteId("a"))
  await put("a", "ferries that only another replica knows")
  const document = await source.capture(noteId("a"))
  // As if the second version were another writer's.
  source.loadHead = () => Promise.resolve(head)
  source.capture = () =>
    Promise.resolve(document && { ...document, height: 1, value: { body: "ferries in the mist" } })
  expect(await found(desk, "ferries")).toEqual([])
  expect(await projector.search("ferries", { stale: "mend" })).toMatchObject([
    { document: noteId("a"), height: 1, stale: false, chunks: [{ text: "ferries in the mist" }] }
  ])
  source.loadHead = () => Promise.resolve(undefined)
  expect(await found(desk, "ferries", { stale: "mend" })).toEqual([])
})

test("[FI4] mending embeds what changed and nothing else, and takes a document to where it belongs", async () => {
  const desk = await vectorDesk({ chunk: { size: 64 } })
  const { asked, put, commit, projector } = desk
  const tail = "Buoys ring in the fog at night and nobody knows why they do. ".repeat(4)
  await put("a", `Lighthouse letters are read aloud by all of the keepers. ${tail}`)
  await put("b", "Letters")
  projector.pause()
  commit("a", `Walruses are asleep on the ice and dream of far away seas. ${tail}`)
  asked.length = 0
  expect(await found(desk, "letters of lighthouse keepers read aloud", { stale: "mend" })).toEqual([
    noteId("b"),
    noteId("a")
  ])
  expect(asked.filter(text => text.includes("Walruses"))).toHaveLength(1)
  expect(asked.length).toBeLessThanOrEqual(4)
})

test("[FI4] what the sink is embedding just then is not embedded once more by a search", async () => {
  const inner = featureHashing({ dimensions: 16 })
  const asked: string[] = []
  const gate = Promise.withResolvers<void>()
  const embed: Embedder = {
    ...inner,
    embed: async (texts, options) => {
      asked.push(...texts)
      if (texts.includes("ferries in the sun")) await gate.promise
      return inner.embed(texts, options)
    }
  }
  const { put, commit, projector, timers } = await vectorDesk({ embed })
  await put("a", "ferries in the mist")
  commit("a", "ferries in the sun")
  const following = projector.drain()
  while (asked.length < 2) await new Promise(resolve => setImmediate(resolve))
  const search = projector.search(new Float32Array(16).fill(1), { stale: "mend" })
  await new Promise(resolve => setImmediate(resolve))
  gate.resolve()
  expect(await search).toMatchObject([{ stale: false, chunks: [{ text: "ferries in the sun" }] }])
  await timers.run(following)
  expect(asked).toEqual(["ferries in the mist", "ferries in the sun"])
})

test("[FI4] a mended document that does not fulfil the conditions any more is gone", async () => {
  const desk = await vectorDesk({ payload })
  await desk.put("a", "ferries", { topic: "sea" })
  desk.projector.pause()
  desk.commit("a", "ferries", { topic: "land" })
  const filter = { topic: "sea" }
  expect(await found(desk, "ferries", { filter })).toEqual([noteId("a")])
  expect(await found(desk, "ferries", { filter, stale: "mend" })).toEqual([])
})

test("[FI5] documents beyond what is mended, and those the mapping refuses, stay stale", async () => {
  const desk = await vectorDesk({
    text: note => {
      if (note.body === "refused") throw new Error("no")
      return note.body
    }
  })
  for (let key = 0; key < 8; key++) await desk.put(key, `ferries ${key}`)
  desk.projector.pause()
  for (let key = 0; key < 8; key++) desk.commit(key, "walruses")
  const [hit] = await desk.projector.search("ferries", { limit: 1, stale: "mend" })
  expect(hit).toMatchObject({ stale: true, height: 1 })
  for (let key = 0; key < 8; key++) desk.commit(key, "refused")
  const hits = await desk.projector.search("ferries", { limit: 8, stale: "mend" })
  expect(hits.map(({ stale }) => stale)).toEqual(Array.from({ length: 8 }, () => true))
})

test("[FI6] what was durable before is found by who waits for the sink", async () => {
  const desk = await vectorDesk()
  await desk.put("a", "anchors")
  desk.commit("b", "ferries")
  const hits = desk.timers.run(desk.projector.search("ferries", { limit: 1, stale: "wait" }))
  expect(await hits).toMatchObject([{ document: noteId("b"), height: 1, stale: false }])
})

test("[FI8] what does not fit is refused before anything is embedded", async () => {
  const { projector, asked, definition } = await vectorDesk({ payload })
  const bad: readonly [string | number[], SearchOptions?][] = [
    ["  "],
    ["word ".repeat(60_000)],
    [null as never],
    [Array.from({ length: 16 }, () => "1") as never],
    [[1, 2]],
    [Array.from({ length: 16 }, () => Number.NaN)],
    [Array.from({ length: 16 }, () => 0)],
    ["a", { limit: 0 }],
    ["a", { limit: 1_001 }],
    ["a", { filter: { nothing: 1 } }],
    ["a", { filter: { topic: 1 } }],
    ["a", { filter: null as never }],
    ["a", { stale: "no" as never }],
    ["a", { table: "others" }],
    ["a", { table: definition, collection: "others" }]
  ]
  for (const [query, options] of bad)
    await expect(
      projector.search(query, options),
      JSON.stringify([query, options]).slice(0, 99)
    ).rejects.toMatchObject({
      code: "query-invalid"
    })
  expect(asked).toEqual([])
})

test("[FI9] an embedder that fails, and a sink that is closed, are what they are called", async () => {
  const { projector, faults } = await vectorDesk()
  faults.fails = () => true
  await expect(projector.search("a")).rejects.toMatchObject({ code: "embedding-failed" })
  faults.fails = () => false
  await projector.close()
  const vector = new Float32Array(16).fill(1)
  for (const query of ["a", vector])
    await expect(projector.search(query)).rejects.toMatchObject({ code: "sink-failed" })
})

test("[FI9] a sink that is closed while it is searched ends the search", async () => {
  const embed: Embedder = { ...featureHashing({ dimensions: 16 }), embed: () => new Promise(() => {}) }
  const { projector } = await vectorDesk({ embed })
  const search = projector.search("ferry")
  await projector.close()
  await expect(search).rejects.toMatchObject({ code: "sink-failed" })
})

test("[FI10] a search ends with its signal, whether the embedder heeds it or not", async () => {
  const signals: AbortSignal[] = []
  const called = Promise.withResolvers<void>()
  const embed: Embedder = {
    ...featureHashing({ dimensions: 16 }),
    embed: (_, { signal }) => {
      signals.push(signal)
      called.resolve()
      return new Promise(() => {})
    }
  }
  const { projector, timers } = await vectorDesk({ embed, limits: { attempts: 3 } })
  const giveUp = new AbortController()
  const search = projector.search("ferry", { signal: giveUp.signal })
  await called.promise
  giveUp.abort()
  await expect(search).rejects.toMatchObject({ code: "aborted" })
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  timers.advance(600_000)
  expect(signals).toHaveLength(1)
  await projector.close()
})

test("[FI10] a search that waits for a sink which does not follow ends with its signal", async () => {
  const desk = await vectorDesk()
  desk.projector.pause()
  desk.commit("a", "ferries")
  const giveUp = new AbortController()
  const search = desk.projector.search("ferry", { stale: "wait", signal: giveUp.signal })
  giveUp.abort()
  await expect(search).rejects.toMatchObject({ code: "aborted" })
})

test("[FI2] [FI4] while the sink is made anew for another embedder, what it has of the former one is stale, and can be mended", async () => {
  const place = new MemorySinkPlace()
  const desk = await vectorDesk({}, place)
  await desk.put("a", "ferries in the mist")
  await desk.projector.close()
  const faults = { isDown: true }
  const next = featureHashing({ dimensions: 16 })
  const embed: Embedder = {
    ...next,
    version: "next",
    embed: (texts, options) => {
      // It takes what is searched for, and documents only later.
      if (faults.isDown && texts.some(text => text !== "ferries")) throw new Error("503")
      return next.embed(texts, options)
    }
  }
  const again = await vectorDesk({ embed }, place, desk)
  expect(await again.projector.search("ferries")).toMatchObject([{ document: noteId("a"), stale: true }])
  faults.isDown = false
  expect(await again.projector.search("ferries", { stale: "mend" })).toMatchObject([{ stale: false }])
  await again.timers.run(again.projector.drain())
  expect(await again.projector.search("ferries")).toMatchObject([{ stale: false }])
})
