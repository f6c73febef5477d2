import { expect, test } from "vitest"
import type { Conflict } from "../conflict/conflict.ts"
import { originalsOf } from "../conflict/resolution.ts"
import type { JsonObject } from "../document/json.ts"
import type { Operation } from "../document/operation.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import {
  edit,
  exchange,
  noteId,
  openCore,
  pull,
  put,
  settle,
  type TestCore
} from "../testing/core-fixture.ts"
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
  return [a, b, must(record)]
}

function must(record: Conflict | undefined): Conflict {
  if (record === undefined) throw new RangeError("there is no conflict")
  return record
}

test("[CF22] a resolution is one commit, and the record is resolved by it everywhere", async () => {
  const [a, b, record] = await disagreeing()
  expect(record.state).toBe("open")
  const commit = await (await documentOf(a)).resolve(record, draft => void (draft.x = "both"), {
    meta: { author: "Ada" }
  })
  await exchange(a, b)
  const [ofA, ofB] = [await recordsOf(a), await recordsOf(b)]
  const { winner: _, ...settled } = record
  expect(ofA).toEqual([
    {
      ...settled,
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

test("[CF31] a conflict is refused by another document, and stays open", async () => {
  const [a, , record] = await disagreeing()
  const other = new Document<JsonObject>(a.core, await a.load("notes/2"), async () => {})
  await expect(other.resolve(record, draft => void (draft["x"] = "c"))).rejects.toMatchObject({
    code: "options-invalid"
  })
  expect((await recordsOf(a)).map(({ state }) => state)).toEqual(["open"])
  expect(other.exists).toBe(false)
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

test("[CF27] of two conflicts of the same commits, one is settled and the other is not", async () => {
  const [a, b] = [await openCore(), await openCore()]
  for (const [replica, value] of [
    [a, "a"],
    [b, "b"]
  ] as const) {
    const set = (key: string): Operation => ({ op: "set", path: [key], content: { kind: "register", value } })
    edit(replica, await replica.load(), set("x"), set("y"))
  }
  await exchange(a, b)
  const record = must((await recordsOf(a)).find(({ path }) => path?.[0] === "x"))
  await (await documentOf(a)).resolve(record, draft => void (draft.x = "both"))
  await exchange(a, b)
  const states = (await recordsOf(b)).map(({ path, state }) => `${path?.join()}: ${state}`).sort(byText)
  expect(states).toEqual(["x: resolved", "y: open"])
})

test("[CF24] two who resolve the same at once: that which shows is the record's, and that is no conflict", async () => {
  const [a, b, record] = await disagreeing()
  const first = await (await documentOf(a)).resolve(record, draft => void (draft.x = "first"))
  const second = await (await documentOf(b)).resolve(record, draft => void (draft.x = "second"))
  await exchange(a, b)
  const [ofA, ofB] = [await recordsOf(a), await recordsOf(b)]
  expect(ofA).toEqual(ofB)
  expect(ofA.map(({ state }) => state)).toEqual(["resolved"])
  const shown = (await a.load()).document.value()["x"] === "first" ? first : second
  expect(ofA[0]?.resolution?.dot).toEqual(shown.dot)
})

test("[CF28] a resolution that is part of a conflict stands for what it resolved, and the next one names that", async () => {
  const [a, b, record] = await disagreeing()
  const c = await openCore()
  put(c, await c.load(), "x", "c")
  await (await documentOf(a)).resolve(record, draft => void (draft.x = "ab"))
  await exchange(a, c)
  const late = must((await recordsOf(a)).find(({ state }) => state === "open"))
  expect(originalsOf(late)).toHaveLength(3)
  await (await documentOf(a)).resolve(late, draft => void (draft.x = "abc"))
  await pull(b, a)
  expect((await recordsOf(b)).map(({ state, sides }) => [state, sides.length])).toEqual([["resolved", 2]])
})

test("[CF29] who names all that another resolved and more, settles it if that shows; otherwise it is open", async () => {
  const shown = new Set<string>()
  for (let i = 0; i < 8; i++) {
    const [a, b, record] = await disagreeing()
    const c = await openCore()
    put(c, await c.load(), "x", "c")
    await pull(b, c)
    await (await documentOf(a)).resolve(record, draft => void (draft.x = "less"))
    const [grown] = await recordsOf(b)
    await (await documentOf(b)).resolve(must(grown), draft => void (draft.x = "more"))
    await exchange(a, b)
    const [after] = await recordsOf(a)
    const { x = "" } = (await documentOf(a)).value
    expect(must(after).state).toBe(x === "more" ? "resolved" : "open")
    shown.add(x)
  }
  expect(shown).toEqual(new Set(["less", "more"]))
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
  await (await documentOf(b)).resolve(must(record))
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
  await (await documentOf(again)).resolve(must(record))
  expect((await recordsOf(again)).map(({ state }) => state)).toEqual(["resolved"])
})

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}
