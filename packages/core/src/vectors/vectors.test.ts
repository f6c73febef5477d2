import { expect, test } from "vitest"
import { column } from "../projection/column.ts"
import { defineProjection } from "../projection/projection.ts"
import { type DeskNote, vectorDesk } from "../testing/core-vector-desk.ts"
import { noteId } from "../testing/sink-workbench.ts"
import { chunkText } from "./chunk-text.ts"
import type { Embedder } from "./embedder.ts"
import { featureHashing } from "./feature-hashing.ts"
import { vectors } from "./vectors.ts"

/** Paragraphs of three sentences: about 200 chunks. */
function longText(): string[] {
  return Array.from({ length: 1_500 }, (_, i) =>
    [i * 7, i * 13, i * 29]
      .map(n => `Sentence ${n} tells of harbour ${n % 101} and of lamp ${n % 57}.`)
      .join(" ")
  )
}

test("[VE30] an edit embeds the chunks it changed and no others; what changes no text embeds none", async () => {
  const { asked, put } = await vectorDesk()
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
  const { asked, put, projector, start, timers, source } = await vectorDesk()
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
  const { source, timers, projector } = await vectorDesk({ embed })
  projector.pause()
  for (let i = 0; i < 32; i++) source.put(noteId(i), { body: `note ${i}` })
  projector.resume()
  await timers.run(projector.drain())
  expect(calls).toEqual([32])
})

test("[VE33] a document whose text is not taken is parked, and others flow", async () => {
  const { faults, put, projector, timers, source } = await vectorDesk()
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
  const { faults, put, projector, timers, source, asked } = await vectorDesk()
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
  const { put, projector, asked } = await vectorDesk({
    text: (note: DeskNote) => (note.body === "" ? (7 as never) : note.body)
  })
  const text = "lorem ipsum dolor ".repeat(60_000)
  await put("huge", text)
  expect(asked.length).toBe(new Set(chunkText(text).map(chunk => chunk.text)).size)
  await put("odd", "")
  expect(projector.parkedDocument(noteId("odd"))).toMatchObject({ path: "chunks.text" })
})

test("[VE36] names that every such table has, and what is no embedder, are refused at declaration", () => {
  const good = { collection: "notes", text: (note: DeskNote) => note.body, embed: featureHashing() }
  const taken = vectors<DeskNote>("chunks", { ...good, payload: { start: column.integer(() => 1) } })
  expect(() => defineProjection([taken])).toThrow(/start/)
  const bad: Partial<Embedder>[] = [
    { id: "" },
    { version: "a b" },
    { dimensions: 0 },
    { embed: undefined as never }
  ]
  for (const change of bad)
    expect(() => vectors<DeskNote>("chunks", { ...good, embed: { ...good.embed, ...change } })).toThrow(
      /embedder/
    )
  expect(() => vectors<DeskNote>("chunks", { ...good, limits: { texts: 0 } })).toThrow(/texts/)
  expect(() => vectors<DeskNote>("chunks", { ...good, limits: { unitsPerHour: 0 } })).toThrow(/unitsPerHour/)
  expect(() => vectors<DeskNote>("chunks", { ...good, keepFormerDays: -1 })).toThrow(/keepFormerDays/)
})
