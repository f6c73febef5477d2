import fc from "fast-check"
import { expect, test } from "vitest"
import { column } from "../projection/column.ts"
import { type DeskNote, vectorDesk } from "../testing/core-vector-desk.ts"
import { noteId } from "../testing/sink-workbench.ts"
import type { SyntheticSource } from "../testing/synthetic-source.ts"
import { chunkText } from "./chunk-text.ts"
import type { Embedder } from "./embedder.ts"
import { scoreOf } from "./nearest-rows.ts"

const words = ["ferry", "lamp", "gull", "rope", "salt", "wharf", "storm", "anchor"]
const body = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 40 })
  .map(picked => picked.join(" "))
const edit = fc.record({
  key: fc.integer({ min: 0, max: 7 }),
  body: fc.option(body, { nil: undefined, freq: 4 }),
  topic: fc.constantFrom("a", "b")
})
const size = 64

/** A note in its newest version. */
interface Note {
  readonly body: string
  readonly topic: string
  readonly height: number
}

/** Those that are not deleted, by document. */
async function notesOf(source: SyntheticSource): Promise<ReadonlyMap<string, Note>> {
  const notes = new Map<string, Note>()
  for (let key = 0; key < 8; key++) {
    const document = await source.capture(noteId(key))
    if (document === undefined || document.deleted) continue
    const { body: text, topic } = document.value as { body: string; topic: string }
    notes.set(document.id, { body: text, topic, height: document.height })
  }
  return notes
}

async function bestScore(embedder: Embedder, query: string, note: Note): Promise<number> {
  const { signal } = new AbortController()
  const texts = chunkText(note.body, { size }).map(({ text }) => text)
  const [asked, ...vectors] = (await embedder.embed([query, ...texts], { signal })).map(each =>
    Float32Array.from(each)
  )
  return Math.max(...vectors.map(vector => scoreOf("cosine", asked as Float32Array, vector)))
}

test("[FI1] [FI2] [FI3] [FI4] whatever a sink missed, hits are told apart, and mended they are what comparing with everything gives", async () => {
  const scenario = fc.record({
    before: fc.array(edit, { minLength: 1, maxLength: 12 }),
    after: fc.array(edit, { maxLength: 8 }),
    query: body,
    limit: fc.integer({ min: 1, max: 9 }),
    filtered: fc.boolean()
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ before, after, query, limit, filtered }) => {
      const payload = { topic: column.text<DeskNote>(note => note.topic ?? "") }
      const desk = await vectorDesk({ chunk: { size }, payload })
      for (const { key, body: text, topic } of before) desk.commit(key, text, { topic })
      await desk.timers.run(desk.projector.drain())
      desk.projector.pause()
      const inSink = await notesOf(desk.source)
      for (const { key, body: text, topic } of after) desk.commit(key, text, { topic })
      const now = await notesOf(desk.source)
      const options = { limit, ...(filtered && { filter: { topic: "a" } }) }
      const matches = (note: Note | undefined): note is Note =>
        note !== undefined && (!filtered || note.topic === "a")

      const told = await desk.projector.search(query, options)
      const alive = [...inSink].filter(([key, note]) => matches(note) && now.get(key) !== undefined)
      const expected = await Promise.all(alive.map(async ([, note]) => bestScore(desk.embedder, query, note)))
      expect(told.map(({ score }) => score)).toEqual(expected.sort((a, b) => b - a).slice(0, limit))
      for (const { document, stale, height } of told)
        expect([stale, height]).toEqual([height !== now.get(document)?.height, inSink.get(document)?.height])

      // All are hits then: of fewer, one that is near in its newest version only may not be among them.
      const most = 9
      const mended = await desk.projector.search(query, { ...options, limit: most, stale: "mend" })
      const left = alive.map(([key]) => now.get(key)).filter(matches)
      const scores = await Promise.all(left.map(note => bestScore(desk.embedder, query, note)))
      expect(mended.map(({ score }) => score)).toEqual(scores.sort((a, b) => b - a).slice(0, most))
      for (const { document, stale, height } of mended)
        expect([stale, height]).toEqual([false, now.get(document)?.height])
      await desk.projector.close()
    })
  )
})
