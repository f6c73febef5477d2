import { compareUtf8, parseDocumentId } from "@syncline/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import { freshName, useFakeIndexedDb } from "../testing/fake-indexeddb.ts"
import { openDatabase } from "../driver/open-database.ts"
import type { DocumentEntry } from "./document-entry.ts"
import { EntryPages } from "./entry-pages.ts"
import { storeKind, stores } from "./store-schema.ts"
import { writeAll } from "./store-write.ts"

useFakeIndexedDb()

const token = new Uint8Array(16)
const events = { onBlocking: () => {}, onVanished: () => {} }
// Few enough that they repeat; some of UTF-16's and UTF-8's orders differ, and some are longer than a page is large.
const key = fc.oneof(fc.nat(400).map(String), fc.constantFrom("é", "\uff5e", "\u{1f600}", "\ufeffx"))
const entry = fc.record({
  key,
  position: fc.nat(1e6),
  bytes: fc.oneof({ weight: 30, arbitrary: fc.constant(10) }, fc.constant(20_000))
})
const entries = fc.uniqueArray(entry, { selector: one => one.key, maxLength: 120, size: "max" })
const merges = fc.array(entries, { minLength: 1, maxLength: 4 })

function entryOf({
  key: name,
  position,
  bytes
}: {
  key: string
  position: number
  bytes: number
}): DocumentEntry {
  const body = new Uint8Array(bytes)
  return {
    id: parseDocumentId(`c/${name}`),
    position,
    dropped: 0,
    recent: [],
    digest: new Uint8Array(32),
    body
  }
}

function shapeOf({ id, position, body }: DocumentEntry): unknown {
  return [id, position, body.length]
}

test("[IDB4] entries merged into pages are those of a sorted list, in order, also when read anew", async () => {
  await fc.assert(
    fc.asyncProperty(merges, async rounds => {
      const database = await openDatabase(freshName(), storeKind, events)
      await database.transaction([stores.log], "readwrite").objectStore(stores.log).put(token, "session")
      const pages = await EntryPages.open(database)
      const expected = new Map<string, DocumentEntry>()
      for (const round of rounds) {
        const sortedRound = round.map(entryOf).sort((a, b) => compareUtf8(a.id, b.id))
        const { writes, apply } = await pages.merge(sortedRound)
        await writeAll(database, "relaxed", token, writes)
        apply()
        for (const one of sortedRound) expected.set(one.id, one)
      }
      const sorted = [...expected.values()].sort((a, b) => compareUtf8(a.id, b.id))
      for (const side of [pages, await EntryPages.open(database)]) {
        const found = await Promise.all(Array.from({ length: side.count }, (_, index) => side.page(index)))
        expect(found.flat().map(shapeOf)).toEqual(sorted.map(shapeOf))
        for (const one of sorted.slice(0, 5)) expect(await side.find(one.id)).toEqual(one)
      }
      database.close()
    })
  )
})
