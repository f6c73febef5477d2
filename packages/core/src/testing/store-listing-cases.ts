import { parseDocumentId } from "../document/document-id.ts"
import { rememberedPositions } from "../store/check-batch.ts"
import type { StoredHead, StoreSession, ValueWrite } from "../store/store.ts"
import { assertEqual } from "./contract-assert.ts"
import { decodeText, encodeText, StoreBatches } from "./store-batches.ts"
import type { StoreCase } from "./store-case.ts"

// In UTF-8 order, which is neither UTF-16's (the last two) nor a locale's; "-", "." and "0" surround the slash.
const ids = [
  "A/z",
  "a-b/x",
  "a.b/x",
  "a/a",
  "a/a/b",
  "a/aa",
  "a/é",
  "a/\uff5e",
  "a/\u{1f600}",
  "a0/x",
  "ab/x"
]
const collections = ["A", "a", "a-b", "a.b", "a0", "ab"]

/** STO8 to STO13: listings, their order and their pages. */
export const storeListingCases: readonly StoreCase[] = [
  {
    title: "[STO8] heads come in the order of their ids' UTF-8 bytes, page after page, each once",
    check: async session => {
      await new StoreBatches().append(
        session,
        [...ids].reverse().map(id => ({ id, record: id }))
      )
      assertEqual(
        (await session.scanHeads({ limit: 99 })).map(({ id }) => id),
        ids,
        "one page"
      )
      for (const limit of [1, 2, 5]) assertEqual(await allHeads(session, limit), ids, `pages of ${limit}`)
      const between = parseDocumentId("a/b")
      assertEqual(
        (await session.scanHeads({ after: between, limit: 1 })).map(({ id }) => id),
        ["a/é"],
        "after no head"
      )
    }
  },
  {
    title: "[STO8] a collection's heads are those under its name and a slash, wherever the page begins",
    check: async session => {
      await new StoreBatches().append(
        session,
        ids.map(id => ({ id, record: id }))
      )
      const expected = ids.filter(id => id.startsWith("a/"))
      assertEqual(await allHeads(session, 2, "a"), expected, "pages")
      const page = (after: string) =>
        session.scanHeads({ collection: "a", after: parseDocumentId(after), limit: 99 })
      assertEqual((await page("A/z")).length, expected.length, "after an earlier collection")
      assertEqual(await page("ab/x"), [], "after a later collection")
      assertEqual(await session.scanHeads({ collection: "none", limit: 9 }), [], "no such collection")
    }
  },
  {
    title: "[STO9] changes list each document once, at its newest record, ascending",
    check: async session => {
      const batches = new StoreBatches()
      for (const id of ["c/1", "c/2", "c/1", "c/3", "c/2"])
        await batches.append(session, [{ id, record: id }])
      const changed = async (after: number, limit: number) =>
        (await session.changedSince({ after, limit })).map(({ id, position }) => `${id}@${position}`)
      assertEqual(await changed(0, 9), ["c/1@3", "c/3@4", "c/2@5"], "from the beginning")
      assertEqual(await changed(3, 9), ["c/3@4", "c/2@5"], "after 3")
      assertEqual(await changed(0, 1), ["c/1@3"], "one")
      assertEqual(await changed(5, 9), [], "after the end")
    }
  },
  {
    title: "[STO9] a document whose records were dropped is still listed as changed",
    check: async session => {
      const batches = new StoreBatches()
      await batches.append(session, [
        { id: "c/1", record: "1" },
        { id: "c/2", record: "2" }
      ])
      await batches.append(session, [{ id: "c/1", base: "b", dropThrough: 1 }])
      assertEqual(
        (await session.changedSince({ after: 0, limit: 9 })).map(({ id }) => id),
        ["c/1", "c/2"],
        "changes"
      )
    }
  },
  {
    title: "[STO10] the log gives the records held, ascending, of all documents or of one",
    check: async session => {
      const batches = new StoreBatches()
      for (const id of ["c/1", "c/2", "c/1", "c/2", "c/1"])
        await batches.append(session, [{ id, record: id }])
      await batches.append(session, [{ id: "c/1", dropThrough: 3 }])
      const document = parseDocumentId("c/2")
      const positions = async (page: Parameters<StoreSession["readLog"]>[0]) =>
        (await session.readLog(page)).map(({ position }) => position)
      assertEqual(await positions({ after: 0, limit: 9 }), [2, 4, 5], "all")
      assertEqual(await positions({ after: 2, limit: 1 }), [4], "a page")
      assertEqual(await positions({ after: 0, limit: 9, document }), [2, 4], "of one document")
      assertEqual(await positions({ after: 2, limit: 9, document }), [4], "of one document, after 2")
      assertEqual(await positions({ after: 0, limit: 1, document }), [2], "of one document, a page")
    }
  },
  {
    title: "[STO11] the hash at every position is known, at 0 it is zeros, beyond the end it is not",
    check: async session => {
      const batches = new StoreBatches()
      const hashes: Uint8Array[] = [new Uint8Array(16)]
      for (const record of ["1", "2", "3"]) {
        await batches.append(session, [{ id: "c/1", record }])
        hashes.push(batches.end.hash)
      }
      await batches.append(session, [{ id: "c/1", dropThrough: 2 }])
      for (const [position, hash] of hashes.entries())
        assertEqual(await session.logHashAt(position), hash, `hash at ${position}`)
      assertEqual(await session.logHashAt(4), undefined, "beyond the end")
    }
  },
  {
    title:
      "[STO11] dropped positions keep their hash for 65,536 more, and nothing needed is forgotten after that",
    check: async session => {
      const batches = new StoreBatches()
      await batches.append(session, [{ id: "c/idle", record: "idle", base: "b", dropThrough: 1 }])
      await batches.append(session, [{ id: "c/held", record: "held" }])
      const wanted = rememberedPositions + 3000
      for (let position = 3; position < wanted; position += 500) {
        const writes = Array.from({ length: 500 }, () => ({ id: "c/busy", record: "r" }))
        await batches.append(session, [...writes, { id: "c/busy", dropThrough: position + 499 }])
      }
      const { position } = session.end
      const known = await session.logHashAt(position - rememberedPositions + 1)
      assertEqual(known?.length, 16, "the oldest hash that must be known")
      const changed = await session.changedSince({ after: 0, limit: 9 })
      assertEqual(
        changed.map(({ id }) => id),
        ["c/idle", "c/held", "c/busy"],
        "changes"
      )
      assertEqual(
        (await session.readLog({ after: 0, limit: 9 })).map(record => record.position),
        [2],
        "records"
      )
      assertEqual(await session.checkIntegrity(), [], "integrity")
    }
  },
  {
    title: "[STO12] collections are listed once each, ascending by their own UTF-8 bytes",
    check: async session => {
      assertEqual(await session.collections(), [], "of an empty store")
      await new StoreBatches().append(
        session,
        ids.map(id => ({ id, record: id }))
      )
      assertEqual(await session.collections(), collections, "collections")
    }
  },
  {
    title: "[STO13] small values are written, replaced and deleted, and listed by space in UTF-8 order",
    check: async session => {
      const keys = ["", "a", "b", "é", "\uff5e", "\u{1f600}"]
      await session.append({
        documents: [],
        values: [...keys.map(key => write(key, key)), write("a", "other", "t")]
      })
      await session.append({
        documents: [],
        values: [write("a", "new"), write("b", null), write("missing", null)]
      })
      assertEqual(decodeText(await session.readValue("s", "a")), "new", "replaced")
      assertEqual(await session.readValue("s", "b"), undefined, "deleted")
      const left = keys.filter(key => key !== "b")
      assertEqual(
        (await session.listValues({ space: "s", limit: 9 })).map(({ key }) => key),
        left,
        "listing"
      )
      const page = await session.listValues({ space: "s", after: "a", limit: 2 })
      assertEqual(
        page.map(({ key }) => key),
        ["é", "\uff5e"],
        "a page"
      )
      assertEqual(decodeText(await session.readValue("t", "a")), "other", "another space")
    }
  }
]

function write(key: string, text: string | null, space = "s"): ValueWrite {
  return { space, key, value: text === null ? null : encodeText(text) }
}

async function allHeads(session: StoreSession, limit: number, collection?: string): Promise<string[]> {
  const found: string[] = []
  for (let last: StoredHead | undefined; ; ) {
    const page = await session.scanHeads({
      limit,
      ...(last && { after: last.id }),
      ...(collection && { collection })
    })
    last = page.at(-1)
    if (last === undefined) return found
    found.push(...page.map(({ id }) => id))
  }
}
