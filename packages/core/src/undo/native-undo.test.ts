import { expect, test } from "vitest"
import type * as Y from "yjs"
import { nativeRoot } from "../engine/yjs/native-root.ts"
import { openCore } from "../testing/core-fixture.ts"
import { documentOf } from "../testing/core-past.ts"

test("[UN6] edits through the native document are taken back like others", async () => {
  const document = await documentOf(await openCore())
  document.ensureContainer("body")
  const undo = document.undoManager({ captureMs: 0 })
  const body = nativeRoot(document.native).get("body") as Y.Text
  body.insert(0, "typed")
  body.delete(0, 1)
  await undo.undo()
  expect(body.toJSON()).toBe("typed")
  await undo.undo()
  expect([document.value, undo.canUndo]).toEqual([{ body: "" }, false])
})
