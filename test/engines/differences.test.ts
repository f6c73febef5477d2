import { collection, counter, type Document, type Engine } from "@syncline/core"
import { type AutomergeNative, automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"
import { Counter, getConflicts } from "@automerge/automerge"
import { expect, test } from "vitest"
import { both, openTwo, type Page, pagesIn, type Two } from "./engine-place.ts"

function setTitle(document: Document<Page>, title: string): void {
  document.change(draft => {
    draft.title = title
  })
}

test.each(both)("[EG7] %s: an element that two move at once is there twice", async (_, engine) => {
  const { documents, sync } = await openTwo(engine(), document =>
    document.change(draft => draft.tags.push("moved", "b", "c"))
  )
  for (const document of documents)
    document.change(draft => {
      const [first = ""] = draft.tags.splice(0, 1)
      draft.tags.push(first)
    })
  await sync()
  expect(documents.map(({ value }) => value.tags)).toEqual([
    ["b", "c", "moved", "moved"],
    ["b", "c", "moved", "moved"]
  ])
})

test.each(both)(
  "[EG8] %s: a number that is no counter counts one where two count it up at once",
  async (_, engine) => {
    const { documents, sync } = await openTwo(engine(), document =>
      document.change(draft => void (draft.votes = 0))
    )
    for (const document of documents)
      document.change(draft => {
        draft.votes = (document.value.votes ?? 0) + 1
      })
    await sync()
    expect(documents.map(({ value }) => value.votes)).toEqual([1, 1])
  }
)

test("[EG8] automerge: its own counter, set and counted up through native, counts two", async () => {
  const { documents, sync } = await openTwo(automerge(), document =>
    (document.native as AutomergeNative).change(doc => void (doc["votes"] = new Counter(0)))
  )
  for (const document of documents)
    (document.native as AutomergeNative).change(doc => (doc["votes"] as Counter).increment(1))
  await sync()
  expect(documents.map(({ value }) => value.votes)).toEqual([2, 2])
})

/** Which of two titles set at once stays, where the replica at `busy` has made ten more changes before. */
async function winner(engine: Engine, two: Two, busy: 0 | 1, round: number): Promise<number> {
  const { documents, sync } = two
  for (let at = 0; at < 10; at++) documents[busy].text("body").insert(0, "x")
  for (const [at, document] of documents.entries()) setTitle(document, `${round} of ${at}`)
  await sync()
  expect(documents[0].value.title, engine.name).toBe(documents[1].value.title)
  return Number(documents[0].value.title?.at(-1))
}

test("[EG9] of two values set at once automerge keeps that of the replica which had seen more changes", async () => {
  const two = await openTwo(automerge(), document => setTitle(document, "start"))
  expect([await winner(automerge(), two, 0, 1), await winner(automerge(), two, 1, 2)]).toEqual([0, 1])
})

test("[EG9] and yjs that of one and the same replica, whatever else it did", async () => {
  const two = await openTwo(yjs(), document => setTitle(document, "start"))
  const first = await winner(yjs(), two, 0, 1)
  expect(await winner(yjs(), two, 1, 2)).toBe(first)
})

test("[EG10] automerge still has the value that lost, and native shows it", async () => {
  const { documents, sync } = await openTwo(automerge(), document => setTitle(document, "start"))
  for (const [at, document] of documents.entries()) setTitle(document, `of ${at}`)
  await sync()
  const conflicts = getConflicts((documents[0].native as AutomergeNative).doc(), "title")
  expect(
    Object.values(conflicts ?? {})
      .map(String)
      .toSorted()
  ).toEqual(["of 0", "of 1"])
})

test.each([
  ["yjs", yjs, false],
  ["automerge", automerge, true]
] as const)("[EG11] %s: what was deleted, in a folded document", (_, make, isKept) => {
  const engine = make()
  const random = { bytes: (length: number) => new Uint8Array(length).fill(0xa5) }
  const document = engine.open({ shape: pagesIn("pages").shape, identity: engine.createIdentity(random) })
  document.change([{ op: "splice", path: ["body"], index: 0, remove: 0, insert: "a secret" }])
  document.change([{ op: "splice", path: ["body"], index: 0, remove: 8, insert: "" }])
  expect(document.value()["body"]).toBe("")
  expect(Buffer.from(document.snapshot()).includes("secret")).toBe(isKept)
})

test.each(both)("[EG18] %s: of a removal and a value set at once, the value stays", async (_, engine) => {
  const { documents, sync } = await openTwo(engine(), document => setTitle(document, "start"))
  documents[0].change(draft => delete draft.title)
  setTitle(documents[1], "set")
  await sync()
  expect(documents.map(({ value }) => value.title)).toEqual(["set", "set"])
})

test.each(both)(
  "[EG19] %s: of two containers made at once under one key, one stays whole",
  async (_, engine) => {
    const { documents, sync } = await openTwo(engine(), () => {})
    for (const [at, document] of documents.entries())
      document.change(draft => Object.assign(draft, { free: { [`of${at}`]: 1 } }))
    await sync()
    const [here, there] = documents.map(({ value }) => JSON.stringify(Reflect.get(value, "free")))
    expect(there).toBe(here)
    expect(['{"of0":1}', '{"of1":1}']).toContain(here)
  }
)

/** What two make of one place, each inserting letter by letter; forwards, or each letter before the last one. */
async function typeAtOnce(engine: Engine, isForward: boolean): Promise<string> {
  const { documents, sync } = await openTwo(engine, () => {})
  for (const [at, word] of ["abc", "xyz"].entries())
    for (const [index, letter] of Array.from(word).entries())
      documents[at]?.text("body").insert(isForward ? index : 0, letter)
  await sync()
  expect(documents[1].value.body).toBe(documents[0].value.body)
  return documents[0].value.body
}

test.each(both)("[EG20] %s: words typed at one place at once stay words", async (_, engine) => {
  expect(["abcxyz", "xyzabc"]).toContain(await typeAtOnce(engine(), true))
})

test("[EG20] typed backwards, they do in yjs, and are shuffled in automerge", async () => {
  expect(["cbazyx", "zyxcba"]).toContain(await typeAtOnce(yjs(), false))
  expect(["czbyax", "zcybxa"]).toContain(await typeAtOnce(automerge(), false))
})

/** Bytes of an update and of the document, after so many steps of a counter. */
function bytesOfCounting(
  engine: Engine,
  steps: number
): { readonly update: number; readonly document: number } {
  const random = { bytes: (length: number) => new Uint8Array(length).fill(0xa5) }
  const { shape } = collection("polls", { fields: { votes: counter() } })
  const document = engine.open({ shape, identity: engine.createIdentity(random) })
  let update = 0
  for (let step = 0; step < steps; step++)
    update = document.change([{ op: "increment", path: ["votes"], by: 1 }])?.update.length ?? 0
  return { update, document: document.snapshot().length }
}

test("[EG21] a step of a counter takes about 30 bytes in yjs and 100 in automerge, which keeps them all", () => {
  const [few, many] = [10, 1_000].map(steps => bytesOfCounting(yjs(), steps))
  expect([few?.update, many?.update].every(size => size !== undefined && size < 40)).toBe(true)
  expect(many?.document).toBeLessThan((few?.document ?? 0) + 20)
  const [fewThere, manyThere] = [10, 1_000].map(steps => bytesOfCounting(automerge(), steps))
  expect(manyThere?.update).toBeGreaterThan(80)
  expect(manyThere?.document).toBeGreaterThan((fewThere?.document ?? 0) + 800)
})
