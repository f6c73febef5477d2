import { expect, test } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { openCore } from "../testing/core-fixture.ts"
import { projectionSource } from "./projection-gate.ts"

test("[PJ7] what was never written is captured as nothing, though loading it gives an empty document", async () => {
  const replica = await openCore()
  expect((await replica.load("notes/never")).document.value()).toBeDefined()
  expect(await projectionSource(replica.core).capture("notes/never" as DocumentId)).toBeUndefined()
})
