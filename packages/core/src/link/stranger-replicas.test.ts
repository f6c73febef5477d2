import { expect, it } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { toHex } from "../codec/hex.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryTransport } from "./memory-transport.ts"

const names = Array.from({ length: 40 }, (_, i) => `notes/${i}`)

/** Two replicas with the same documents that never met. */
async function strangers(): Promise<readonly [Replica, Replica]> {
  const open = () => openReplica({ store: memoryStore(), engine: yjs() })
  const [near, far] = [await open(), await open()]
  const commits = []
  for (const name of names) (await near.load(name)).change(draft => (draft["body"] = name))
  await near.flush()
  for (const { document } of await near.host.changedSince(0, 100))
    commits.push(...(await near.host.delta(document, {})).commits)
  await far.host.receive({ commits: decodeCommits(encodeCommits(commits)), origin: {} })
  return [near, far]
}

async function state(replica: Replica): Promise<unknown> {
  const documents = await Promise.all(names.map(name => replica.load(name)))
  return documents.map(({ value, deleted, version }) => [value, deleted, toHex(version.encode())])
}

it("[SY49] deletions, deletions against edits, and edits of both reach strangers through a sketch", async () => {
  const [near, far] = await strangers()
  ;(await near.load("notes/1")).delete()
  ;(await far.load("notes/2")).delete()
  ;(await near.load("notes/2")).change(draft => (draft["more"] = 1))
  for (const replica of [near, far])
    (await replica.load("notes/3")).change(draft => (draft[replica.actor] = true))
  const link = near.connect(memoryTransport(near.host.ports.timers, connection => far.accept(connection)))
  await link.synced()
  expect(await state(near)).toEqual(await state(far))
  expect(link.metrics.levels.rateless).toMatchObject({ used: 1, decoded: 1 })
  expect((await far.load("notes/1")).deleted).toBe(true)
  await Promise.all([near.close(), far.close()])
})
