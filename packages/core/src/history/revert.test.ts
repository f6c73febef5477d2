import { expect, test } from "vitest"
import { text } from "../document/shape.ts"
import { exchange, openCore, pull, type TestCore } from "../testing/core-fixture.ts"
import { documentOf } from "../testing/core-past.ts"

async function pair(): Promise<readonly [TestCore, TestCore]> {
  return [await openCore(), await openCore()]
}

test("[HI6] reverting edits inside containers, so that concurrent edits elsewhere in them stay", async () => {
  const [a, b] = await pair()
  const here = await documentOf(a)
  here.change(draft => Object.assign(draft, { body: "one two three", list: [1, 2, 3], map: { x: 1, y: 1 } }))
  const before = here.version
  here.change(draft => Object.assign(draft, { body: "one 2 three", list: [1, 9, 3], map: { x: 2, y: 1 } }))
  await exchange(a, b)
  const there = await documentOf(b)
  await here.revertTo(before)
  there.change(draft => {
    Object.assign(draft, { body: "one 2 three!" })
    ;(draft["list"] as unknown as number[]).push(4)
    Object.assign(draft["map"] as object, { z: 1 })
  })
  await exchange(a, b)
  expect(here.value).toEqual({ body: "one two three!", list: [1, 2, 3, 4], map: { x: 1, y: 1, z: 1 } })
  expect(there.value).toEqual(here.value)
})

test("[HI6] nothing is committed where nothing differs", async () => {
  const document = await documentOf(await openCore())
  document.change(draft => Object.assign(draft, { a: 1 }))
  const { version } = document
  expect((await document.revertTo(version)).dot).toBeUndefined()
  expect(document.version.compare(version)).toBe("equal")
})

test("[HI6] a revert is one commit that says what it reverted to, beside the application's own annotations", async () => {
  const [a, b] = await pair()
  const document = await documentOf(a)
  document.change(draft => Object.assign(draft, { a: 1 }))
  const { version } = document
  document.change(draft => Object.assign(draft, { a: 2, b: 3 }))
  await document.revertTo(version, { meta: { author: "Ada" } })
  await pull(b, a)
  const [entry, second] = (await (await documentOf(b)).history()).entries
  expect([entry?.meta?.["author"], entry?.reverted?.version?.compare(version)]).toEqual(["Ada", "equal"])
  expect([entry?.dot.seq, second?.reverted]).toEqual([3, undefined])
  const again = await (await documentOf(b)).at(entry?.reverted?.version ?? document.version)
  expect(again.value).toEqual({ body: "", a: 1 })
})

test("[HI6] the annotation of that name is reserved", async () => {
  const document = await documentOf(await openCore())
  const edit = () => document.change(draft => Object.assign(draft, { a: 1 }), { meta: { syncline: 1 } })
  expect(edit).toThrow(expect.objectContaining({ code: "options-invalid" }) as Error)
  expect(document.exists).toBe(false)
})

test("[HI5] deletion is reverted with the content, both ways, in one commit", async () => {
  const [a, b] = await pair()
  const document = await documentOf(a)
  document.change(draft => Object.assign(draft, { a: 1 }))
  document.delete()
  const deleted = document.version
  document.undelete()
  document.change(draft => Object.assign(draft, { a: 2 }))
  const alive = document.version
  await document.revertTo(deleted)
  expect([document.deleted, document.value["a"], document.version.height]).toEqual([true, 1, 5])
  await document.revertTo(alive)
  await pull(b, a)
  const there = await documentOf(b)
  expect([there.deleted, there.value["a"], there.version.height]).toEqual([false, 2, 6])
})

test("[HI5] content is brought back into a deleted document without bringing back the document", async () => {
  const document = await documentOf(await openCore())
  document.change(draft => Object.assign(draft, { a: 1 }))
  document.delete()
  const deleted = document.version
  document.undelete()
  document.change(draft => Object.assign(draft, { a: 2 }))
  document.delete()
  await document.revertTo(deleted)
  expect([document.deleted, document.value["a"]]).toEqual([true, 1])
})

test("[HI5] texts come back as texts, strings as strings", async () => {
  const replica = await openCore()
  const document = await documentOf(replica)
  document.change(draft => Object.assign(draft, { in: { text: text("t"), string: "s" } }))
  const { version } = document
  document.change(draft => {
    delete draft["in"]
  })
  await document.revertTo(version)
  const { kindAt } = (await replica.load()).document
  expect([kindAt(["in", "text"]), kindAt(["in", "string"])]).toEqual(["text", "register"])
})
