import { expect, test } from "vitest"
import type * as Y from "yjs"
import { yjs } from "../engine/yjs/index.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Document } from "./document.ts"
import { openReplica } from "./open-replica.ts"

test.each([
  [
    "a change of it",
    (document: Document) => void document.change(draft => void (draft["list"] = ["new", "a"]))
  ],
  [
    "a native edit of it",
    ({ native }: Document) =>
      ((native as Y.Doc).getMap("root").get("list") as Y.Array<string>).insert(0, ["new"])
  ]
])("[RE24] an edit with %s inside is refused, and the inner one stays", async (_, inner) => {
  const replica = await openReplica({ store: memoryStore(), engine: yjs() })
  const document = await replica.load("notes/1")
  document.change(draft => void (draft["list"] = ["a"]))
  const outer = () =>
    document.change(draft => {
      inner(document)
      draft["list"] = ["A"]
    })
  expect(outer).toThrow("from inside an edit")
  expect(document.value).toEqual({ list: ["new", "a"] })
  await replica.close()
})
