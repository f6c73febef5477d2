import type { DocumentId, DocumentWrite } from "@syncline/core"
import { afterEach, expect, test, vi } from "vitest"
import { freshName, useFakeIndexedDb } from "../testing/fake-indexeddb.ts"
import { indexedDbStore } from "./indexeddb-store.ts"

interface Objects {
  readonly name: string
  put: (value: unknown, key: unknown) => unknown
}

useFakeIndexedDb()
const { IDBObjectStore } = globalThis as unknown as { IDBObjectStore: { readonly prototype: Objects } }
const objects = IDBObjectStore.prototype
afterEach(() => void vi.restoreAllMocks())

const id = "notes/1" as DocumentId

function writeAt(position: number): DocumentWrite {
  const bytes = new Uint8Array([position])
  const logHash = new Uint8Array(16).fill(position)
  return { head: { id, position, digest: new Uint8Array(32), body: bytes }, record: { bytes, logHash } }
}

/** As browsers do where there is no memory for a copy, and some with what is too large: there never is a request. */
function refuseBases(): void {
  const { put } = objects
  vi.spyOn(objects, "put").mockImplementation(function (this: Objects, value, key) {
    if (this.name === "bases") throw new DOMException("out of memory", "DataCloneError")
    return put.call(this, value, key)
  })
}

test("[STO1] of an append of which one value is refused when it is handed over, nothing is written", async () => {
  const store = indexedDbStore(freshName(), { durability: "relaxed" })
  const session = await store.open()
  await session.append({ documents: [writeAt(1)] })
  refuseBases()
  const folded = { ...writeAt(2), base: new Uint8Array(9), dropThrough: 2 }
  await expect(session.append({ documents: [folded] })).rejects.toMatchObject({ code: "store-failed" })
  await session.close()
  const reopened = await store.open()
  expect(reopened.end.position).toBe(1)
  expect((await reopened.loadDocument(id))?.records).toHaveLength(1)
  expect(await reopened.checkIntegrity()).toEqual([])
  await reopened.close()
})
