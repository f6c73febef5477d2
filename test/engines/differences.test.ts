import type { Document, Engine } from "@syncline/core"
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

test.each(both)("[EG8] %s: a number that two count up at once counts one", async (_, engine) => {
  const { documents, sync } = await openTwo(engine(), document =>
    document.change(draft => void (draft.votes = 0))
  )
  for (const document of documents)
    document.change(draft => {
      draft.votes = (document.value.votes ?? 0) + 1
    })
  await sync()
  expect(documents.map(({ value }) => value.votes)).toEqual([1, 1])
})

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
