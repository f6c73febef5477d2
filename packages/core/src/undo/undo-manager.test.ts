import { expect, test } from "vitest"
import { text } from "../document/shape.ts"
import type { Document } from "../replica/document.ts"
import { exchange, noteId, openCore, settle, type TestCore } from "../testing/core-fixture.ts"
import { documentOf } from "../testing/core-past.ts"
import type { UndoManager } from "./undo-manager.ts"

function put(document: Document, members: object, meta?: { readonly author: string }): void {
  document.change(draft => Object.assign(draft, members), meta === undefined ? {} : { meta })
}

/** A document whose undo manager makes each commit a step, beside another replica of it. */
async function scene(): Promise<{
  a: TestCore
  b: TestCore
  here: Document
  there: Document
  undo: UndoManager
}> {
  const [a, b] = [await openCore(), await openCore()]
  const [here, there] = [await documentOf(a), await documentOf(b)]
  put(here, { body: "one two", list: [1, 2, 3], map: { x: 1 } })
  await exchange(a, b)
  return { a, b, here, there, undo: here.undoManager({ captureMs: 0 }) }
}

test("[UN1] steps are taken back last first, and done again", async () => {
  const { here, undo } = await scene()
  const values = [here.value]
  for (const members of [{ body: "one" }, { list: [1, 3], more: [{ a: 1 }] }, { map: { x: 2 }, more: [] }]) {
    put(here, members)
    values.push(here.value)
  }
  for (const value of values.slice(0, -1).reverse()) {
    await undo.undo()
    expect(here.value).toEqual(value)
  }
  expect([undo.canUndo, undo.canRedo, await undo.undo()]).toEqual([false, true, undefined])
  for (const value of values.slice(1)) {
    await undo.redo()
    expect(here.value).toEqual(value)
  }
  expect([undo.canUndo, undo.canRedo, await undo.redo()]).toEqual([true, false, undefined])
})

test("[UN2] what others did meanwhile stays, also inside the same text, list and map", async () => {
  const { a, b, here, there, undo } = await scene()
  put(here, { body: "one 2 two", list: [1, 9, 2, 3], map: { x: 1, y: 1 } })
  await exchange(a, b)
  put(there, { body: ">one 2 two!", list: [0, 1, 9, 2, 3, 4], map: { x: 1, y: 1, z: 1 } })
  await exchange(a, b)
  await undo.undo()
  expect(here.value).toEqual({ body: ">one two!", list: [0, 1, 2, 3, 4], map: { x: 1, z: 1 } })
  await undo.redo()
  expect(here.value).toEqual(there.value)
})

test("[UN3] a value that somebody has changed since stays", async () => {
  const { a, b, here, there, undo } = await scene()
  put(here, { map: { x: 2 } })
  await exchange(a, b)
  put(there, { map: { x: 3 } })
  await exchange(a, b)
  const handle = await undo.undo()
  expect([here.value["map"], handle?.dot, undo.canRedo]).toEqual([{ x: 3 }, undefined, false])
})

test("[UN3] an element that both edited gets both edits; one that they took out stays out", async () => {
  const { a, b, here, there, undo } = await scene()
  put(here, {
    list: [
      { id: 1, n: 1 },
      { id: 2, n: 1 }
    ]
  })
  put(here, {
    list: [
      { id: 1, n: 2 },
      { id: 2, n: 2 }
    ]
  })
  await exchange(a, b)
  put(there, { list: [{ id: 1, n: 2, by: "b" }] })
  await exchange(a, b)
  await undo.undo()
  expect(here.value["list"]).toEqual([{ id: 1, n: 1, by: "b" }])
})

test("[UN4] commits soon after each other are one step, unless capturing is stopped", async () => {
  let nowMs = Date.UTC(2026, 0)
  const replica = await openCore({ ports: { time: { nowMs: () => nowMs } } })
  const here = await documentOf(replica)
  const undo = here.undoManager()
  for (const [wait, body] of [
    [0, "a"],
    [400, "ab"],
    [400, "abc"],
    [600, "abcd"]
  ] as const) {
    nowMs += wait
    put(here, { body })
  }
  undo.stopCapturing()
  put(here, { body: "abcde" })
  const bodies: unknown[] = []
  for (; undo.canUndo; bodies.push(here.value["body"])) await undo.undo()
  expect(bodies).toEqual(["abcd", "abc", ""])
})

test("[UN4] a step may have commits of others between its own", async () => {
  const { a, b, here, there } = await scene()
  const undo = here.undoManager({ captureMs: 1e9 })
  put(here, { body: "one two three" })
  await exchange(a, b)
  put(there, { body: "zero one two three" })
  await exchange(a, b)
  put(here, { body: "zero one two three four" })
  await undo.undo()
  expect([here.value["body"], undo.canUndo]).toEqual(["zero one two", false])
})

test("[UN5] what is done after an undo cannot be undone by redo any more", async () => {
  const { here, undo } = await scene()
  put(here, { a: 1 })
  await undo.undo()
  put(here, { b: 1 })
  expect([undo.canRedo, await undo.redo(), here.value["b"]]).toEqual([false, undefined, 1])
})

test("[UN6] only what is tracked is taken back, and only what was done since the manager was made", async () => {
  const { here } = await scene()
  const ofAda = here.undoManager({ captureMs: 0, tracks: ({ meta }) => meta?.["author"] === "Ada" })
  put(here, { ada: 1 }, { author: "Ada" })
  put(here, { bob: 1 }, { author: "Bob" })
  await ofAda.undo({ meta: { author: "Ada" } })
  expect([here.value["ada"], here.value["bob"], ofAda.canUndo]).toEqual([undefined, 1, false])
  const [newest] = (await here.history({ limit: 1 })).entries
  expect(newest?.meta).toEqual({ author: "Ada" })
  ofAda.close()
  put(here, { ada: 2 }, { author: "Ada" })
  expect(ofAda.canUndo).toBe(false)
})

test("[UN6] beyond the limit the oldest steps fall off", async () => {
  const { here } = await scene()
  const undo = here.undoManager({ captureMs: 0, limit: 2 })
  for (const a of [1, 2, 3]) put(here, { a })
  while (undo.canUndo) await undo.undo()
  expect(here.value["a"]).toBe(1)
})

test("[UN6] what a subscriber writes in answer to an undo is a step of its own", async () => {
  const { here, undo } = await scene()
  put(here, { a: 1 })
  const stop = here.subscribe(() => {
    stop()
    put(here, { answer: 1 })
  })
  await undo.undo()
  expect([here.value["a"], here.value["answer"], undo.canUndo]).toEqual([undefined, 1, true])
  await undo.undo()
  expect(here.value["answer"]).toBeUndefined()
})

test("[UN7] deleting is taken back; a document that others deleted is refused", async () => {
  const { a, b, here, there, undo } = await scene()
  put(here, { a: 1 })
  here.delete()
  await undo.undo()
  expect([here.deleted, here.value["a"]]).toEqual([false, 1])
  await exchange(a, b)
  there.delete()
  await exchange(a, b)
  await expect(undo.undo()).rejects.toMatchObject({ code: "document-deleted" })
  // It is not lost by that.
  there.undelete()
  await exchange(a, b)
  await undo.undo()
  expect(here.value["a"]).toBeUndefined()
})

test("[UN8] texts come back as texts", async () => {
  const replica = await openCore()
  const here = await documentOf(replica)
  put(here, { in: { title: text("t") } })
  const undo = here.undoManager({ captureMs: 0 })
  here.change(draft => {
    delete draft["in"]
  })
  await undo.undo()
  expect((await replica.load()).document.kindAt(["in", "title"])).toBe("text")
})

test("[UN9] what has been folded cannot be taken back", async () => {
  const { a, here, undo } = await scene()
  put(here, { a: 1 })
  put(here, { b: 1 })
  await settle(a)
  await a.core.compactor.fold(noteId, 0)
  await expect(undo.undo()).rejects.toMatchObject({ code: "version-before-base" })
  await expect(undo.undo()).rejects.toMatchObject({ code: "version-before-base" })
  expect([undo.canUndo, undo.canRedo, here.value["b"]]).toEqual([false, false, 1])
})

test("[UN10] undoing twice at once takes two steps back; what is written meanwhile is a step of its own", async () => {
  const { here, undo } = await scene()
  put(here, { a: 1 })
  put(here, { b: 1 })
  const both = Promise.all([undo.undo(), undo.undo()])
  put(here, { c: 1 })
  await both
  expect([here.value["a"], here.value["b"], here.value["c"], undo.canUndo]).toEqual([
    undefined,
    undefined,
    1,
    true
  ])
})
