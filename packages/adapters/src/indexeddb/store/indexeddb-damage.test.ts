import { isSynclineError } from "@syncline/core"
import { SeededRandom, StoreBatches } from "@syncline/core/testing"
import { expect, test } from "vitest"
import type { IdbObjectStore } from "../driver/idb-driver.ts"
import { freshName, useFakeIndexedDb } from "../testing/fake-indexeddb.ts"
import { otherTab } from "../testing/other-tab.ts"
import { damage } from "../testing/raw-database.ts"
import { indexedDbStore } from "./indexeddb-store.ts"

useFakeIndexedDb()

/** A closed store with some documents, each append a segment of its own; gives its name. */
async function filled(rounds = 6): Promise<string> {
  const name = freshName()
  const session = await indexedDbStore(name).open()
  const batches = new StoreBatches()
  for (let round = 0; round < rounds; round++)
    await batches.append(session, [
      { id: "c/1", record: `one ${round}`, ...(round === 2 && { base: "base" }) },
      { id: "c/2", record: `two ${round}` }
    ])
  await session.close()
  return name
}

/** Everything a store can tell but its opaque bytes, as text. */
async function readEverything(name: string): Promise<string> {
  const session = await indexedDbStore(name).open()
  try {
    const heads = await session.scanHeads({ limit: 99 })
    const documents = await Promise.all(heads.map(head => session.loadDocument(head.id)))
    const changed = await session.changedSince({ after: 0, limit: 99 })
    const log = await session.readLog({ after: 0, limit: 99 })
    const shapes = documents.map(document => [
      document?.head.id,
      document?.base?.length,
      document?.records.map(({ position, bytes }) => [position, bytes.length])
    ])
    return JSON.stringify([
      shapes,
      changed.map(head => [head.id, head.position]),
      log.map(one => one.position)
    ])
  } finally {
    await session.close()
  }
}

async function findings(name: string): Promise<number> {
  const session = await indexedDbStore(name).open()
  const { length } = await session.checkIntegrity()
  await session.close()
  return length
}

/** What a damaged store's user sees: nothing, a typed error, what the check says, or (never) something wrong. */
async function outcomeOf(name: string, whole: string): Promise<string> {
  try {
    const read = await readEverything(name)
    if (read === whole) return "harmless"
    return (await findings(name)) > 0 ? "finding" : `undetected: ${read}`
  } catch (cause) {
    if (isSynclineError(cause, "store-corrupt")) return "error"
    throw cause
  }
}

const rubbish = new Uint8Array([200])
const cases: readonly (readonly [string, string, (objects: IdbObjectStore) => Promise<unknown>])[] = [
  ["a lost segment", "log", log => log.delete(6)],
  ["the newest segment lost", "log", log => log.delete(12)],
  ["a segment of rubbish", "log", log => log.put(rubbish, 6)],
  ["a segment that is no bytes", "log", log => log.put("text", 6)],
  ["a page of rubbish", "documents", documents => documents.put(rubbish, new ArrayBuffer(0))],
  ["no page at all", "documents", documents => documents.clear()],
  ["a position that is none", "syncline_store", meta => meta.put("many", "folded")]
]

test.each(cases)("[IDB9] %s is an error, and never read as absence", async (_, store, change) => {
  const name = await filled()
  await damage(name, store, change)
  expect(await outcomeOf(name, "")).toBe("error")
})

test.each([
  ["log", 2],
  ["pending", 1]
])("[IDB9] a lost row with heads that were held back, in %s, refuses the opening", async (store, key) => {
  const name = freshName()
  const dying = await (await otherTab()).indexedDbStore(name).open()
  const batches = new StoreBatches()
  for (const record of ["1", "2", "3"]) {
    await batches.append(dying, [{ id: "c/1", record }])
    await batches.append(dying, [{ id: "c/1", body: record }])
  }
  await damage(name, store, rows => rows.delete(key))
  await expect(indexedDbStore(name).open()).rejects.toMatchObject({ code: "store-corrupt" })
})

test("[IDB9] a lost page among others refuses the opening", async () => {
  const name = freshName()
  const session = await indexedDbStore(name).open()
  const writes = Array.from({ length: 300 }, (_, index) => ({ id: `c/${index}`, record: "r" }))
  await new StoreBatches().append(session, writes)
  await session.close()
  await damage(name, "documents", async pages => pages.delete((await pages.getAllKeys())[2] as ArrayBuffer))
  await expect(indexedDbStore(name).open()).rejects.toMatchObject({ code: "store-corrupt" })
})

test("[IDB9] the check finds a base without a document, and a log record nobody has", async () => {
  const name = await filled()
  await damage(name, "bases", bases => bases.put(rubbish, new TextEncoder().encode("c/9").buffer))
  expect(await findings(name)).toBe(1)
})

test("[IDB9] one flipped byte gives a typed error, or a finding, or lies in opaque bytes", async () => {
  const outcomes: string[] = []
  for (let seed = 1; seed <= 60; seed++) {
    const random = new SeededRandom(seed)
    const name = await filled(2)
    const whole = await readEverything(name)
    await damage(name, random.pick(["log", "documents"]), rows => flipByte(rows, random))
    outcomes.push(await outcomeOf(name, whole))
  }
  expect(outcomes.filter(outcome => outcome.startsWith("undetected"))).toEqual([])
  for (const outcome of ["harmless", "error"]) expect(outcomes).toContain(outcome)
})

/** Flips a bit of the first row. */
async function flipByte(rows: IdbObjectStore, random: SeededRandom): Promise<void> {
  const cursor = await rows.openCursor()
  if (cursor === null) throw new Error("there is no row to damage")
  const bytes = (cursor.value as Uint8Array).slice()
  const at = random.integer(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8))
  await (cursor as unknown as { update(value: unknown): Promise<unknown> }).update(bytes)
}
