import { expect, test } from "vitest"
import type * as Y from "yjs"
import { yjs } from "../engine/yjs/index.ts"
import { memoryStore } from "../store/memory-store.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { openReplica } from "./open-replica.ts"

test("[GC6] what who hears of a discarding still writes into the discarded native document goes with it", async () => {
  const replica = await openReplica({ store: faultyStore(memoryStore(), { failBefore: [3] }), engine: yjs() })
  const document = await replica.load("notes/1")
  await document.change(draft => void (draft["kept"] = 1)).durable
  const native = document.native as Y.Doc
  replica.on(({ type }) => {
    if (type === "identity-rotated") native.getMap("root").set("late", 1)
  })
  await expect(document.change(draft => void (draft["lost"] = 1)).durable).rejects.toMatchObject({
    code: "store-failed"
  })
  await document.discard()
  expect(document.blocked).toBeUndefined()
  expect(document.value).toEqual({ kept: 1 })
  await document.change(draft => void (draft["after"] = 1)).durable
  await replica.close()
})
