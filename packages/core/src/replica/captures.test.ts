import { expect, test } from "vitest"
import { memoryStore } from "../store/memory-store.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { noteId, openCore, settle, type } from "../testing/core-fixture.ts"
import { projectionSource } from "./projection-gate.ts"

test("[GC11] a document asked for while its append is under way is read when that ends", async () => {
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  // The first append writes what the store is born with.
  const delay = (append: number) => (append === 2 ? (begun.resolve(), gate.promise) : undefined)
  const replica = await openCore({ store: faultyStore(memoryStore(), { delay }) })
  type(replica, await replica.load(), "x")
  await begun.promise
  const captured = projectionSource(replica.core).capture(noteId)
  await Promise.resolve()
  gate.resolve()
  await settle(replica)
  expect((await captured)?.value).toEqual({ body: "x" })
})
