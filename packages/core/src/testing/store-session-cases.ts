import { parseDocumentId } from "../document/document-id.ts"
import { assertEqual, assertRejects } from "./contract-assert.ts"
import { encodeText, StoreBatches } from "./store-batches.ts"
import type { StoreCase } from "./store-case.ts"

const id = parseDocumentId("c/1")

/** STO14 to STO17: opening, closing, checking. */
export const storeSessionCases: readonly StoreCase[] = [
  {
    title: "[STO14] everything is there again after closing and opening",
    check: async (session, store) => {
      const batches = new StoreBatches()
      const values = [{ space: "s", key: "k", value: encodeText("v") }]
      await batches.append(
        session,
        [
          { id, record: "1" },
          { id: "d/1", record: "2", base: "b" }
        ],
        values
      )
      await batches.append(session, [{ id, record: "3", dropThrough: 1 }])
      const before = [
        await session.loadDocument(id),
        await session.readLog({ after: 0, limit: 9 }),
        session.end
      ]
      await session.close()
      const again = await store.open()
      assertEqual(
        [await again.loadDocument(id), await again.readLog({ after: 0, limit: 9 }), again.end],
        before,
        "what was read before"
      )
      assertEqual(await again.readValue("s", "k"), encodeText("v"), "value")
      await batches.append(again, [{ id, record: "4" }])
      assertEqual(
        (await again.loadDocument(id))?.records.map(record => record.position),
        [3, 4],
        "the log goes on"
      )
      await again.close()
    }
  },
  {
    title: "[STO15] a store is open once; closing it makes room",
    check: async (session, store) => {
      await assertRejects(store.open(), "store-locked", "a second session")
      await new StoreBatches().append(session, [{ id, record: "the first session is unharmed" }])
      await session.close()
      await (await store.open()).close()
    }
  },
  {
    title: "[STO16] after close every call is rejected, but a second close",
    check: async session => {
      await session.close()
      const calls: Readonly<Record<string, Promise<unknown>>> = {
        append: session.append({ documents: [] }),
        loadHead: session.loadHead(id),
        loadDocument: session.loadDocument(id),
        scanHeads: session.scanHeads({ limit: 1 }),
        changedSince: session.changedSince({ after: 0, limit: 1 }),
        readLog: session.readLog({ after: 0, limit: 1 }),
        logHashAt: session.logHashAt(0),
        collections: session.collections(),
        readValue: session.readValue("s", "k"),
        listValues: session.listValues({ space: "s", limit: 1 }),
        checkIntegrity: session.checkIntegrity()
      }
      await Promise.all(
        Object.entries(calls).map(([name, call]) => assertRejects(call, "store-closed", name))
      )
      await session.close()
    }
  },
  {
    title: "[STO17] an undamaged store has no problems; the check can be cancelled",
    check: async session => {
      const batches = new StoreBatches()
      await batches.append(session, [
        { id, record: "1", base: "b" },
        { id: "c/2", record: "2" }
      ])
      await batches.append(session, [{ id, record: "3", dropThrough: 1 }])
      assertEqual(await session.checkIntegrity(), [], "problems")
      await assertRejects(session.checkIntegrity(AbortSignal.abort()), "aborted", "a cancelled check")
    }
  }
]
