import { expect, test } from "vitest"
import { compareBytes } from "../codec/hex.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { memoryTransport } from "../link/memory-transport.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { noteId } from "../testing/core-fixture.ts"
import { openReplica } from "./open-replica.ts"
import type { Replica } from "./replica.ts"

const { timers } = systemPorts()

async function write(replica: Replica, key: string, value: number): Promise<Uint8Array> {
  const document = await replica.load(noteId)
  await document.change(draft => {
    draft[key] = value
  }).projected
  return document.version.entries[0]?.hash ?? new Uint8Array()
}

/** Two replicas under one name with sinks, forked by one commit each; the one whose branch stays comes first. */
async function forkedTwins(): Promise<readonly [Replica, Replica]> {
  const [store, witness, copy] = [memoryStore(), memoryWitness(), memoryWitness()]
  const open = (of = store, by = witness) =>
    openReplica({ store: of, witness: by, engine: yjs(), sinks: [memorySink()] })
  const first = await open()
  await write(first, "common", 0)
  await first.close()
  const record = witness.load()
  if (record !== undefined) copy.save(record)
  const twins = [await open(store.clone(), copy), await open()] as const
  const [ours, theirs] = [await write(twins[0], "a", 1), await write(twins[1], "b", 2)]
  return compareBytes(ours, theirs) < 0 ? twins : [twins[1], twins[0]]
}

/** Links both to a third one, and waits until all agree. */
async function agree(twins: readonly Replica[]): Promise<Replica> {
  const hub = await openReplica({ store: memoryStore(), engine: yjs(), sinks: [memorySink()] })
  const limits = { divergedRetryMs: 20, settleMs: 5 }
  const transport = memoryTransport(timers, connection => void hub.accept(connection, { limits }))
  const links = twins.map(twin => twin.connect(transport, { limits }))
  for (let round = 0; round < 4; round++) for (const link of links) await link.synced()
  return hub
}

test("[FK1] twins converge over links also where the branch that stays is the shorter one", async () => {
  const [winner, loser] = await forkedTwins()
  for (let i = 0; i < 5; i++) await write(loser, `more ${i}`, i)
  const { value } = await winner.load(noteId)
  const all = [winner, loser, await agree([loser, winner])]
  for (const replica of all) expect((await replica.load(noteId)).value).toEqual(value)
  for (const replica of all) await replica.close()
})

test("[PJ21] a sink follows a fork down: records of more commits than are left are replaced", async () => {
  const [winner, loser] = await forkedTwins()
  for (let i = 0; i < 5; i++) await write(loser, `more ${i}`, i)
  const all = [winner, loser, await agree([loser, winner])]
  for (const replica of all) {
    const report = await replica.verify()
    expect([report.clean, report.sinks[0]?.findings]).toEqual([true, []])
  }
  for (const replica of all) await replica.close()
})
