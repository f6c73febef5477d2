import { expect, test } from "vitest"
import { decodeHead } from "../codec/facts-codec.ts"
import { Version, type VersionEntry } from "../commit/version.ts"
import { noteId, openCore, settle, type, type TestCore } from "../testing/core-fixture.ts"

async function typed(count: number, retainCommits = 1_000): Promise<TestCore> {
  const replica = await openCore({ retainCommits })
  const state = await replica.load()
  for (let i = 0; i < count; i++) {
    type(replica, state, "x", i)
    if (i % 10 === 0) await settle(replica)
  }
  await settle(replica)
  return replica
}

/** What is asked with beside a version of one entry, as entries. */
async function askedWith(
  { host }: TestCore,
  entry: VersionEntry
): Promise<readonly VersionEntry[] | undefined> {
  return (await host.entryBeside(noteId, Version.from([entry])))?.parted?.entries
}

test("[DL8] a branch that ends below ours is another one if its hash there is not ours", async () => {
  const replica = await typed(5)
  const { actor } = replica.host
  const hash = (await replica.host.delta(noteId, {})).commits[2]?.hash ?? new Uint8Array()
  const other = new Uint8Array(8).fill(7)
  expect(await askedWith(replica, { actor, seq: 3, hash: hash.subarray(0, 8) })).toBeUndefined()
  expect(await askedWith(replica, { actor, seq: 3, hash: other })).toEqual([{ actor, seq: 3, hash }])
  // Whoever is as far, or further, sees it itself.
  for (const seq of [5, 6]) expect(await askedWith(replica, { actor, seq, hash: other })).toBeUndefined()
})

test("[DL8] what is folded says nothing, but for the end of the base", async () => {
  const replica = await typed(100, 10)
  const head = await replica.core.session.loadHead(noteId)
  const [base] = head === undefined ? [] : decodeHead(head.body).base.entries
  const { actor, seq, hash } = base ?? { actor: replica.host.actor, seq: 0, hash: new Uint8Array() }
  expect(seq).toBeGreaterThan(1)
  const other = new Uint8Array(8).fill(7)
  expect(await askedWith(replica, { actor, seq: seq - 1, hash: other })).toBeUndefined()
  expect(await askedWith(replica, { actor, seq, hash: other })).toEqual([{ actor, seq, hash }])
})
