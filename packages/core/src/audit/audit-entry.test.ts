import type { HlcStamp } from "@syncline/clock"
import { expect, test } from "vitest"
import type { Document } from "../replica/document.ts"
import { conflictRecord } from "../testing/core-conflict-record.ts"
import { listTrail } from "../testing/core-audit.ts"
import { edit, exchange, noteId, openCore, pull, put, type, type TestCore } from "../testing/core-fixture.ts"
import { documentOf } from "../testing/core-past.ts"
import { auditTrail } from "./audit-feature.ts"

const audit = auditTrail()

async function changed(replica: TestCore, meta: Parameters<Document["delete"]>[0]): Promise<void> {
  const document = await documentOf(replica)
  document.change(draft => Object.assign(draft, { title: "T" }), meta)
}

test("[AU3] an entry says which replica, when, what kind, which paths, and the patch", async () => {
  const replica = await openCore({ audit })
  const state = await replica.load()
  const { commit } = put(replica, state, "title", "A")
  replica.core.commitBare(state, "delete")
  const [first, second] = await listTrail(replica)
  const { actor } = replica.core.identity
  expect(first).toEqual({
    ...{ document: noteId, index: 1, type: "commit", actor, seq: 1, kind: "change", concurrent: false },
    hash: Buffer.from(commit.hash).toString("hex"),
    ...{ stamp: commit.stamp, time: "2026-01-01T00:00:00.002Z" },
    ...{ paths: ["/title"], patch: [{ op: "add", path: "/title", value: "A" }] }
  })
  expect(second).toMatchObject({ index: 2, seq: 2, kind: "delete", paths: [], patch: [] })
})

test("[AU3] edits of texts are splices", async () => {
  const replica = await openCore({ audit })
  const state = await replica.load()
  type(replica, state, "a text that is long enough to be worth it")
  type(replica, state, "X", 5)
  const [, second] = await listTrail(replica)
  expect(second?.patch).toEqual([
    { op: "splice", path: "/body", splices: [{ index: 5, remove: 0, insert: "X" }] }
  ])
})

test("[AU4] a commit whose author had not seen all that was here is concurrent, also once that is folded", async () => {
  const [a, b] = [await openCore({ audit }), await openCore({ audit })]
  for (const replica of [a, b]) put(replica, await replica.load(), "who", replica === a ? "a" : "b")
  await exchange(a, b)
  put(a, await a.load(), "then", 1)
  const flags = async () => (await listTrail(a)).map(entry => entry.type === "commit" && entry.concurrent)
  expect(await flags()).toEqual([false, true, false])
  await a.core.compactor.fold(noteId, 2)
  expect(await flags()).toEqual([false, true, false])
})

test("[AU5] author and message stand by themselves, other annotations beside them", async () => {
  const replica = await openCore({ audit })
  await changed(replica, { meta: { author: "Ada", message: "why", ticket: 7 } })
  const [entry] = await listTrail(replica)
  expect(entry).toMatchObject({ author: "Ada", message: "why", meta: { ticket: 7 } })
  expect(entry).not.toHaveProperty("inReplyTo")
})

test("[AU5] a revert says what it answers, a resolution which commits", async () => {
  const replica = await openCore({ audit })
  await changed(replica, {})
  const document = await documentOf(replica)
  const { version } = document
  document.change(draft => Object.assign(draft, { title: "U" }))
  await document.revertTo(version, { meta: { author: "Ada" } })
  const [{ actor, seq } = { actor: replica.core.identity.actor, seq: 0 }] = version.entries
  const sides = [{ dot: { actor, seq }, stamp: 0 as HlcStamp, action: "set" as const }]
  await document.resolve(conflictRecord(document.id, sides))
  const [, , reverted, resolved] = await listTrail(replica)
  const digest = Buffer.from(version.digest(noteId)).toString("hex")
  expect(reverted).toMatchObject({ author: "Ada", inReplyTo: { revert: { digest } } })
  expect(resolved).toMatchObject({ inReplyTo: { resolution: { commits: [{ actor, seq }] } } })
})

test("[AU10] a patch beyond the limit is left out and its paths are told", async () => {
  const replica = await openCore({ audit: auditTrail({ maxPatchBytes: 100 }) })
  const state = await replica.load()
  put(replica, state, "small", "x".repeat(20))
  put(replica, state, "large", "x".repeat(200))
  const [small, large] = await listTrail(replica)
  expect(small).toHaveProperty("patch")
  expect(large).toMatchObject({ paths: ["/large"], omitted: "size" })
  expect(large).not.toHaveProperty("patch")
})

test("[AU10] of many paths some are named and the others counted", async () => {
  const replica = await openCore({ audit })
  const keys = Array.from({ length: 100 }, (_, i) => `key${i}`)
  const content = { kind: "register", value: 1 } as const
  edit(replica, await replica.load(), ...keys.map(key => ({ op: "set", path: [key], content }) as const))
  const [entry] = await listTrail(replica)
  expect([entry?.paths.length, entry?.morePaths, entry?.patch?.length]).toEqual([64, 36, 100])
})

test("[AU6] what a peer's snapshot stood for is a gap that says whose commits, how many, and what they changed", async () => {
  const [a, b] = [await openCore(), await openCore({ audit })]
  for (const key of ["x", "y", "z"]) put(a, await a.load(), key, 1)
  await pull(b, a)
  expect((await listTrail(b)).map(entry => entry.type)).toEqual(["commit", "commit", "commit"])
  for (const key of ["u", "v"]) put(a, await a.load(), key, 2)
  await a.core.writer.idle()
  await a.core.compactor.fold(noteId, 0)
  await pull(b, a)
  const entries = await listTrail(b)
  expect(entries.length).toBe(4)
  expect(entries.at(-1)).toMatchObject({
    ...{ type: "gap", taken: [{ actor: a.core.identity.actor, from: 4, to: 5 }], withdrawn: [], commits: 2 },
    ...{ paths: ["/u", "/v"] }
  })
})
