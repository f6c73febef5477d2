import { expect, test } from "vitest"
import type { Conflict } from "../conflict/conflict.ts"
import type { JsonObject } from "../document/json.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import { exchange, noteId, openCore, pull, put, settle, type TestCore } from "../testing/core-fixture.ts"
import { Conflicts } from "./conflicts.ts"
import { Document } from "./document.ts"

async function documentOf({ core, load }: TestCore): Promise<Document<JsonObject & { x?: string }>> {
  return new Document(core, await load(), async () => {})
}

async function recordsOf(replica: TestCore): Promise<readonly Conflict[]> {
  await settle(replica)
  const records: Conflict[] = []
  for await (const record of new Conflicts(replica.core).list()) records.push(record)
  return records
}

/** Two who have set one key to different values and know it. */
async function disagreeing(): Promise<readonly [TestCore, TestCore, Conflict]> {
  const [a, b] = [await openCore(), await openCore()]
  put(a, await a.load(), "x", "a")
  put(b, await b.load(), "x", "b")
  await exchange(a, b)
  const [record] = await recordsOf(a)
  if (record === undefined) throw new RangeError("there is no conflict")
  return [a, b, record]
}

test("[CF22] a resolution is one commit, and the record is resolved by it everywhere", async () => {
  const [a, b, record] = await disagreeing()
  expect(record.state).toBe("open")
  const commit = await (await documentOf(a)).resolve(record, draft => void (draft.x = "both"), {
    meta: { author: "Ada" }
  })
  await exchange(a, b)
  const [ofA, ofB] = [await recordsOf(a), await recordsOf(b)]
  expect(ofA).toEqual([
    {
      ...record,
      state: "resolved",
      resolution: { dot: commit.dot, stamp: expect.any(Number), author: "Ada" }
    }
  ])
  expect(ofB).toEqual(ofA)
  expect((await documentOf(b)).value.x).toBe("both")
})

test("[CF22] a resolution may leave things as they are", async () => {
  const [a, b, record] = await disagreeing()
  const { x } = (await documentOf(a)).value
  await (await documentOf(a)).resolve(record)
  await exchange(a, b)
  expect((await recordsOf(b)).map(({ state }) => state)).toEqual(["resolved"])
  expect((await documentOf(b)).value.x).toBe(x)
})

test("[CF22] records are listed by state, and subscribers hear of a resolution", async () => {
  const [a, b, record] = await disagreeing()
  const heard: string[] = []
  new Conflicts(b.core).subscribe(event => heard.push(event.type === "found" ? event.conflict.state : "gone"))
  await (await documentOf(a)).resolve(record)
  await exchange(a, b)
  expect(heard).toEqual(["resolved"])
  for await (const _ of new Conflicts(b.core).list({ state: "open" })) heard.push("still open")
  for await (const { state } of new Conflicts(b.core).list({ state: "resolved" })) heard.push(state)
  expect(heard).toEqual(["resolved", "resolved"])
})

test("[CF23] a side that joins later opens the matter again, for whoever had heard of it first as well", async () => {
  const [a, b, record] = await disagreeing()
  const c = await openCore()
  put(c, await c.load(), "x", "c")
  const d = await openCore()
  await pull(d, c)
  await (await documentOf(a)).resolve(record)
  for (const to of [a, b, d]) await pull(to, to === d ? a : c)
  await pull(b, a)
  const all = [await recordsOf(a), await recordsOf(b), await recordsOf(d)]
  expect(all[0]?.map(({ state, sides }) => [state, sides.length])).toEqual([["open", 3]])
  expect(all[1]).toEqual(all[0])
  expect(all[2]).toEqual(all[0])
})

test("[CF24] two who resolve at once: the earlier is the record's, and what they disagree about a record of its own", async () => {
  const [a, b, record] = await disagreeing()
  await (await documentOf(a)).resolve(record, draft => void (draft.x = "first"))
  await (await documentOf(b)).resolve(record, draft => void (draft.x = "second"))
  await exchange(a, b)
  const [ofA, ofB] = [await recordsOf(a), await recordsOf(b)]
  expect(ofA).toEqual(ofB)
  expect(ofA.map(({ state }) => state).sort((x, y) => (x < y ? -1 : 1))).toEqual(["open", "resolved"])
  const opened = ofA.find(({ state }) => state === "open")
  expect(ofA.find(({ state }) => state === "resolved")?.resolution?.dot).toEqual(opened?.sides[0]?.dot)
})

test("[CF22] what was folded or stored before can be resolved later", async () => {
  const [store, witness] = [memoryStore(), memoryWitness()]
  const [a, b] = [await openCore({ store, witness }), await openCore()]
  put(a, await a.load(), "x", "a")
  put(b, await b.load(), "x", "b")
  await exchange(a, b)
  const [record] = await recordsOf(a)
  await a.core.compactor.fold(noteId, 0)
  await a.core.close()
  const again = await openCore({ store, witness })
  await (await documentOf(b)).resolve(record ?? { sides: [] })
  await pull(again, b)
  expect(await recordsOf(again)).toEqual(await recordsOf(b))
  expect((await recordsOf(again)).map(({ state }) => state)).toEqual(["resolved"])
})

test("[CF22] a document just opened can be settled at once", async () => {
  const [store, witness] = [memoryStore(), memoryWitness()]
  const [a, b] = [await openCore({ store, witness }), await openCore()]
  put(a, await a.load(), "x", "a")
  put(b, await b.load(), "x", "b")
  await exchange(a, b)
  await a.core.close()
  const again = await openCore({ store, witness })
  const [record] = await recordsOf(again)
  await (await documentOf(again)).resolve(record ?? { sides: [] })
  expect((await recordsOf(again)).map(({ state }) => state)).toEqual(["resolved"])
})
