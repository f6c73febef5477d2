import { expect, test } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { memoryStore } from "../store/memory-store.ts"
import { openCore } from "../testing/core-fixture.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { openReplica } from "./open-replica.ts"
import { projectionSource } from "./projection-gate.ts"

test("[PJ7] what was never written is captured as nothing, though loading it gives an empty document", async () => {
  const replica = await openCore()
  expect((await replica.load("notes/never")).document.value()).toBeDefined()
  expect(await projectionSource(replica.core).capture("notes/never" as DocumentId)).toBeUndefined()
})

test("[PJ40] filling a sink loads no document into memory, and leaves those in use there", async () => {
  const store = memoryStore()
  const before = await openReplica({ store, engine: yjs() })
  for (let n = 0; n < 20; n++) (await before.load(`notes/${n}`)).change(draft => Object.assign(draft, { n }))
  await before.close()
  const replica = await openReplica({ store, engine: yjs(), sinks: [memorySink()] })
  const used = await replica.load("notes/3")
  await replica.sink("memory").drain()
  expect(replica.loadedDocuments).toBe(1)
  expect(await replica.load("notes/3")).toMatchObject({ value: used.value })
  expect((await replica.verify()).clean).toBe(true)
  await replica.close()
})
