import { expect, test } from "vitest"
import { nativeRoot } from "../engine/yjs/native-root.ts"
import { openCore } from "../testing/core-fixture.ts"
import { documentOf } from "../testing/core-past.ts"

test("[HI6] what is equal is not touched, plain JSON put in natively included", async () => {
  const document = await documentOf(await openCore())
  nativeRoot(document.native).set("opaque", { a: [1] })
  const { version } = document
  document.change(draft => Object.assign(draft, { b: 1 }))
  await document.revertTo(version)
  expect(nativeRoot(document.native).get("opaque")).toEqual({ a: [1] })
})
