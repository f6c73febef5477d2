import { describe, expect, test } from "vitest"
import { vectorDesk, type VectorDesk } from "../testing/core-vector-desk.ts"
import { noteId } from "../testing/sink-workbench.ts"
import { chunkText } from "./chunk-text.ts"
import type { Embedder, EmbedOptions } from "./embedder.ts"
import { featureHashing } from "./feature-hashing.ts"

const good = featureHashing({ dimensions: 16 })
const badText = "the text it cannot take"

/** What embedders do instead of giving vectors. Types are those that JavaScript does not check. */
const faults: readonly { readonly what: string; readonly answer: (count: number) => unknown }[] = [
  { what: "wrong dimension", answer: count => Array.from({ length: count }, () => [1, 2, 3]) },
  {
    what: "NaN",
    answer: count => Array.from({ length: count }, () => Array.from({ length: 16 }, () => Number.NaN))
  },
  {
    what: "too few vectors",
    answer: count => Array.from({ length: count - 1 }, () => new Float32Array(16).fill(1))
  },
  {
    what: "too many vectors",
    answer: count => Array.from({ length: count + 1 }, () => new Float32Array(16).fill(1))
  },
  {
    what: "numbers as text",
    answer: count => Array.from({ length: count }, () => Array.from({ length: 16 }, () => "1"))
  },
  { what: "vectors that are none", answer: count => Array.from({ length: count }, () => null) },
  { what: "an object", answer: () => ({ embeddings: [] }) },
  { what: "nothing", answer: () => undefined },
  { what: "a rejected promise", answer: () => Promise.reject(new Error("503")) },
  { what: "a thrown error", answer: () => thrown() },
  { what: "a thrown text", answer: () => AbortSignal.abort("503").throwIfAborted() },
  { what: "no answer", answer: () => new Promise(() => {}) }
]

function thrown(): never {
  throw new Error("503")
}

/** Feature hashing that gives such an answer where a call has a text of the kind. */
function broken(answer: (count: number) => unknown, isBad: (text: string) => boolean): Embedder {
  const embed = (texts: readonly string[], options: EmbedOptions): unknown =>
    texts.some(isBad) ? answer(texts.length) : good.embed(texts, options)
  return { ...good, embed: embed as Embedder["embed"] }
}

/** Lets things happen, timers included, until it is so. */
async function until(desk: VectorDesk, isSo: () => boolean): Promise<void> {
  const limit = desk.timers.run(
    new Promise<void>((resolve, reject) => {
      const look = (turns: number): void => {
        if (isSo()) resolve()
        else if (turns === 0) reject(new Error("it never came to be"))
        else setImmediate(() => look(turns - 1))
      }
      look(2_000)
    })
  )
  await limit
}

describe.each(faults)("an embedder that gives $what", ({ answer }) => {
  test("[VE11] [VE33] for one text: its document is parked, visibly, others are there, and it comes when it changes", async () => {
    const desk = await vectorDesk({ embed: broken(answer, text => text === badText) })
    const { commit, projector, timers } = desk
    commit("a", "ferries")
    commit("b", badText)
    commit("c", "anchors")
    await timers.run(projector.drain())
    expect(projector.status.parked).toMatchObject([{ id: noteId("b"), path: "chunks.vector" }])
    expect((await projector.search("ferries")).map(({ document }) => document)).toEqual([
      noteId("a"),
      noteId("c")
    ])
    commit("b", "a harmless text")
    await timers.run(projector.drain())
    expect(projector.status.parked).toEqual([])
    expect(await projector.search("harmless", { limit: 1 })).toMatchObject([{ document: noteId("b") }])
    await projector.close()
  })

  test("[VE12] [VE34] [FI9] for all: the sink waits and says why, a search fails, nothing is parked, and nothing is lost", async () => {
    let isBroken = true
    const desk = await vectorDesk({ embed: broken(answer, () => isBroken) })
    const { commit, projector, timers } = desk
    commit("a", "ferries")
    await until(desk, () => projector.status.lastError !== undefined)
    expect(projector.status).toMatchObject({ lastError: { code: "embedding-failed" }, parked: [] })
    await expect(timers.run(projector.search("ferries"))).rejects.toMatchObject({ code: "embedding-failed" })
    expect(await projector.search(new Float32Array(16).fill(1))).toEqual([])
    isBroken = false
    await timers.run(projector.drain())
    expect(await projector.search("ferries")).toMatchObject([{ document: noteId("a"), stale: false }])
    await projector.close()
  })
})

test.each([
  ["nothing", ""],
  ["white space", " \n\t\u3000"]
])("[VE35] a document whose text is %s has no rows, is not parked, and costs no call", async (_, body) => {
  const { put, projector, definition } = await vectorDesk()
  await put("a", body)
  expect(projector.status.parked).toEqual([])
  expect(definition.counts.calls).toBe(0)
  expect(await projector.search(new Float32Array(16).fill(1))).toEqual([])
})

test("[VE35] a text of 10 MB is embedded in chunks, in calls as large as allowed, and found", async () => {
  const { put, projector, definition } = await vectorDesk({
    chunk: { size: 16_384 },
    limits: { units: 40_000 },
    embed: {
      ...good,
      embed: async texts => texts.map(text => [text.length, ...Array.from({ length: 15 }, () => 1)])
    }
  })
  const text = Array.from(
    { length: 160_000 },
    (_, i) => `Sentence ${i} is about harbours, lamps and tides of the sea.`
  ).join(" ")
  expect(text.length).toBeGreaterThan(9_500_000)
  await put("huge", text)
  const distinct = new Set(chunkText(text, { size: 16_384 }).map(chunk => chunk.text))
  expect(definition.counts.texts).toBe(distinct.size)
  expect(definition.counts.characters / definition.counts.calls).toBeLessThanOrEqual(40_000)
  expect(await projector.search("lamps", { limit: 1 })).toMatchObject([{ document: noteId("huge") }])
})

test("[VE23] [VE33] a text of 10 MB that is not cut, for an embedder that does not take so much, parks its document alone", async () => {
  const { commit, projector, timers } = await vectorDesk({ chunk: false })
  commit("huge", "x".repeat(10_000_000))
  commit("small", "ferries")
  await timers.run(projector.drain())
  expect(projector.status.parked).toMatchObject([{ id: noteId("huge"), path: "chunks.vector" }])
  expect(await projector.search("ferries")).toMatchObject([{ document: noteId("small") }])
})
