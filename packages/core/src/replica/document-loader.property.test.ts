import fc from "fast-check"
import { expect, test } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { memoryStore } from "../store/memory-store.ts"
import { noteId, openCore, settle, type } from "../testing/core-fixture.ts"
import { damageHead, flippingStore } from "../testing/damaged-store.ts"
import { loadDocument } from "./document-loader.ts"

test("[RE5] a bit flipped in head, base or record of a document is an error that names it, never an empty document", async () => {
  const store = memoryStore()
  const replica = await openCore({ store })
  for (let i = 0; i < 20; i++) {
    type(replica, await replica.load(), "x", i)
    await settle(replica)
  }
  await replica.core.compactor.fold(noteId, 5)
  await replica.core.close()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("head" as const, "base" as const, "record" as const),
      fc.nat(),
      async (part, at) => {
        const damaged = await openCore({ store: flippingStore(store, noteId, part, at) })
        await expect(damaged.load()).rejects.toEqual(
          expect.objectContaining({ code: "document-unreadable", details: { document: noteId } })
        )
        expect((await damaged.load("notes/other")).document.value()).toEqual({ body: "" })
        await damaged.core.close()
      }
    )
  )
})

test("[RE6] a document of an engine that its collection does not name is refused, and not touched", async () => {
  const replica = await openCore()
  type(replica, await replica.load(), "x")
  await settle(replica)
  const stored = await replica.core.session.loadDocument(noteId)
  if (stored === undefined) throw new Error("the note is not stored")
  const setup = { ...replica.core.setupOf(noteId), engine: { ...yjs(), name: "other" } }
  expect(() => loadDocument(stored, setup)).toThrow(expect.objectContaining({ code: "engine-unknown" }))
})

test("[RE19] a head that does not decode is a document of which nothing is known, to those who compare versions", async () => {
  const store = memoryStore()
  const replica = await openCore({ store })
  for (const id of ["notes/1", "notes/2"]) type(replica, await replica.load(id), "x")
  await settle(replica)
  await replica.core.close()
  await damageHead(store, noteId)
  const again = await openCore({ store })
  const entries = await again.host.versions("notes", undefined, 10)
  expect(entries.map(({ document, version }) => [document, version.height])).toEqual([
    ["notes/1", 0],
    ["notes/2", 1]
  ])
})
