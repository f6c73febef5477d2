import { expect, test } from "vitest"
import * as Y from "yjs"
import { memoryStore } from "../store/memory-store.ts"
import { countLength } from "../testing/count-length.ts"
import { engineInUse, noteId, openCore, pull, settle, type } from "../testing/core-fixture.ts"

test("[RE20] what an observer writes in answer to received commits builds on them, and loads again", async () => {
  const author = await openCore()
  const store = memoryStore()
  const reader = await openCore({ store })
  countLength((await reader.load()).document)
  type(author, await author.load(), "hello")
  await settle(author)
  await pull(reader, author)
  await settle(reader)
  const state = await reader.load()
  expect(state.document.value()).toMatchObject({ body: "hello", length: 5 })
  const [answer] = (await reader.host.delta(noteId, { version: await author.host.version(noteId) })).commits
  expect(answer?.dependencies.map(({ actor }) => actor)).toEqual([author.core.identity.actor])
  await reader.core.close()
  const again = await openCore({ store })
  expect((await again.load()).document.value()).toMatchObject({ body: "hello", length: 5 })
  await pull(author, again)
  expect((await author.load()).document.value()).toMatchObject({ body: "hello", length: 5 })
})

test.skipIf(engineInUse().name !== "yjs")(
  "[RE27] what no replica would take does not get into the store through native, and the document goes on",
  async () => {
    const store = memoryStore()
    const replica = await openCore({ store })
    const state = await replica.load()
    const elsewhere = new Y.Doc()
    elsewhere.clientID = 5
    elsewhere.getMap("root").set("imported", 1)
    expect(() => Y.applyUpdate(state.document.native as Y.Doc, Y.encodeStateAsUpdate(elsewhere))).toThrow(
      /clientID 5/
    )
    await settle(replica)
    type(replica, state, "hello")
    await settle(replica)
    await replica.core.close()
    expect((await (await openCore({ store })).load()).document.value()).toEqual({ body: "hello" })
  }
)
