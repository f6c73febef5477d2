import { parseDocumentId } from "../document/document-id.ts"
import { emptyLog } from "../store/log-hash.ts"
import { assertEqual, assertRejects, assertThat } from "./contract-assert.ts"
import { decodeText, encodeText, StoreBatches } from "./store-batches.ts"
import type { StoreCase } from "./store-case.ts"

const a = parseDocumentId("notes/a")
const b = parseDocumentId("notes/b")

/** STO1 to STO7: what an append does, and what it refuses. */
export const storeAppendCases: readonly StoreCase[] = [
  {
    title: "[STO1] a batch is there whole: heads, records, base, values and the end of the log",
    check: async session => {
      const batches = new StoreBatches()
      const value = { space: "s", key: "k", value: encodeText("v") }
      await batches.append(
        session,
        [
          { id: a, record: "a1", body: "ha" },
          { id: b, record: "b1", base: "bb" }
        ],
        [value]
      )
      assertEqual(session.end, batches.end, "end")
      assertEqual(decodeText((await session.loadHead(a))?.body), "ha", "head")
      assertEqual(decodeText((await session.loadDocument(b))?.base), "bb", "base")
      assertEqual(decodeText((await session.loadDocument(b))?.records[0]?.bytes), "b1", "record")
      assertEqual(decodeText(await session.readValue("s", "k")), "v", "value")
    }
  },
  {
    title: "[STO1] a batch that is refused at its last document leaves nothing of its first",
    check: async session => {
      const [first, last] = new StoreBatches().next(
        { id: a, record: "a1", base: "x" },
        { id: b, record: "b1" }
      )
      assertThat(first !== undefined && last !== undefined, "two writes")
      if (first === undefined || last === undefined) return
      const values = [{ space: "s", key: "k", value: encodeText("v") }]
      const gap = { ...last, head: { ...last.head, position: 3 } }
      await assertRejects(session.append({ documents: [first, gap], values }), "store-conflict", "a gap")
      assertEqual(await session.loadDocument(a), undefined, "first document")
      assertEqual(await session.readValue("s", "k"), undefined, "value")
      assertEqual(await session.readLog({ after: 0, limit: 9 }), [], "log")
      assertEqual(session.end, emptyLog, "end")
    }
  },
  {
    title: "[STO2] appends called without waiting take effect in the order of the calls",
    check: async session => {
      const batches = new StoreBatches()
      const ids = ["c/1", "c/2", "c/1", "c/3", "c/2"]
      await Promise.all(ids.map((id, index) => batches.append(session, [{ id, record: `r${index}` }])))
      const log = await session.readLog({ after: 0, limit: 9 })
      assertEqual(
        log.map(record => decodeText(record.bytes)),
        ["r0", "r1", "r2", "r3", "r4"],
        "log"
      )
      assertEqual(
        log.map(record => record.document),
        ids,
        "documents"
      )
    }
  },
  {
    title: "[STO3] records that do not continue the log are a conflict, and the log goes on where it was",
    check: async session => {
      const batches = new StoreBatches()
      await batches.append(session, [{ id: a, record: "1" }])
      const again = new StoreBatches().next({ id: a, record: "1" })
      await assertRejects(session.append({ documents: again }), "store-conflict", "a position taken")
      await batches.append(session, [{ id: a, record: "2" }])
      assertEqual(session.end.position, 2, "end")
    }
  },
  {
    title: "[STO4] a head that comes without a record keeps its position, or is a conflict",
    check: async session => {
      const batches = new StoreBatches()
      await batches.append(session, [
        { id: a, record: "1" },
        { id: b, record: "2" }
      ])
      await batches.append(session, [{ id: a, body: "new" }])
      const head = await session.loadHead(a)
      assertEqual([head?.position, decodeText(head?.body)], [1, "new"], "head")
      const moved = { id: a, digest: new Uint8Array(32), position: 2, body: new Uint8Array() }
      await assertRejects(
        session.append({ documents: [{ head: moved }] }),
        "store-conflict",
        "a head that moves"
      )
    }
  },
  {
    title: "[STO5] a digest that is not 32 bytes, or a log hash that is not 16, is refused",
    check: async session => {
      const head = { id: a, digest: new Uint8Array(32), position: 1, body: new Uint8Array() }
      const record = { bytes: new Uint8Array(), logHash: new Uint8Array(16) }
      const short = { head: { ...head, digest: new Uint8Array(31) }, record }
      await assertRejects(session.append({ documents: [short] }), "codec-invalid", "digest")
      const long = { head, record: { ...record, logHash: new Uint8Array(17) } }
      await assertRejects(session.append({ documents: [long] }), "codec-invalid", "hash")
      assertEqual(await session.loadHead(a), undefined, "head")
    }
  },
  {
    title: "[STO6] bytes come back as given, empty ones and all 256 values included",
    check: async session => {
      const body = Uint8Array.from({ length: 256 }, (_, index) => index)
      const head = { id: a, digest: new Uint8Array(32).fill(255), position: 1, body }
      const record = { bytes: new Uint8Array(), logHash: new Uint8Array(16).fill(128) }
      const values = [{ space: "", key: "", value: new Uint8Array() }]
      await session.append({ documents: [{ head, record, base: new Uint8Array() }], values })
      const expected = {
        head,
        base: new Uint8Array(),
        records: [{ position: 1, document: a, bytes: record.bytes }]
      }
      assertEqual(await session.loadDocument(a), expected, "document")
      assertEqual(await session.logHashAt(1), record.logHash, "hash")
      assertEqual(await session.readValue("", ""), new Uint8Array(), "value")
    }
  },
  {
    title: "[STO6] buffers may be reused after an append, and changed after a read",
    check: async session => {
      const [write] = new StoreBatches().next({ id: a, record: "record", body: "body", base: "base" })
      if (write === undefined) return
      await session.append({ documents: [write] })
      const before = await session.loadDocument(a)
      const copy = structuredClone(before)
      const parts = [
        write.head.digest,
        write.head.body,
        write.base,
        write.record?.bytes,
        write.record?.logHash
      ]
      for (const bytes of [...parts, before?.head.body, before?.base, before?.records[0]?.bytes])
        bytes?.fill(7)
      assertEqual(await session.loadDocument(a), copy, "document")
      assertThat(
        session.end.hash[0] !== 7 || session.end.hash[1] !== 7,
        "the end's hash is the caller's buffer"
      )
    }
  },
  {
    title: "[STO6] what is handed out slices into copies",
    check: async session => {
      await new StoreBatches().append(session, [{ id: a, record: "record" }])
      const bytes = (await session.loadDocument(a))?.records[0]?.bytes
      bytes?.slice().fill(0)
      assertEqual(decodeText(bytes), "record", "the bytes behind a slice")
    }
  },
  {
    title: "[STO7] a document is its head, newest base and the records not dropped, ascending",
    check: async session => {
      const batches = new StoreBatches()
      for (const record of ["1", "2", "3", "4"])
        await batches.append(session, [
          { id: a, record, body: record },
          { id: b, record: `b${record}` }
        ])
      await batches.append(session, [{ id: a, body: "4", base: "old", dropThrough: 1 }])
      await batches.append(session, [{ id: a, record: "5", body: "5", base: "new", dropThrough: 3 }])
      const document = await session.loadDocument(a)
      assertEqual(decodeText(document?.base), "new", "base")
      assertEqual(
        document?.records.map(({ bytes }) => decodeText(bytes)),
        ["3", "4", "5"],
        "records"
      )
      assertEqual((await session.loadDocument(b))?.records.length, 4, "the other document's records")
    }
  },
  {
    title: "[STO7] a record can be dropped by the batch that brings it, and its document stays",
    check: async session => {
      const batches = new StoreBatches()
      await batches.append(session, [{ id: a, record: "1", base: "all", dropThrough: 1 }])
      assertEqual((await session.loadDocument(a))?.records, [], "records")
      await batches.append(session, [{ id: a, record: "2" }])
      assertEqual(
        (await session.loadDocument(a))?.records.map(({ position }) => position),
        [2],
        "records after it"
      )
      assertEqual(decodeText((await session.loadDocument(a))?.base), "all", "base")
    }
  },
  {
    title: "[STO7] what is not there is undefined, not an error",
    check: async session => {
      assertEqual(await session.loadHead(a), undefined, "head")
      assertEqual(await session.loadDocument(a), undefined, "document")
      assertEqual(await session.readLog({ after: 0, limit: 5, document: a }), [], "log of a document")
      assertEqual(await session.readValue("s", "k"), undefined, "value")
    }
  }
]
