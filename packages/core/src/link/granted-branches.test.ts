import { afterEach, expect, test } from "vitest"
import { yjs } from "../engine/yjs/index.ts"
import { compareBytes } from "../codec/hex.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import type { Store } from "../store/store.ts"
import type { Witness } from "../store/witness.ts"
import type { Grant } from "./authorization.ts"
import type { Link } from "./link.ts"
import { memoryTransport } from "./memory-transport.ts"

const { timers } = systemPorts()
const limits = { settleMs: 5, divergedRetryMs: 20 }
const id = "notes/1"
const all: Grant = { read: ["notes"] }
const readOnly: Grant = { read: ["notes"], write: [] }
const ruled: Grant = { ...all, documents: { name: "fixed", mayRead: () => true, mayWrite: () => false } }

const opened: Replica[] = []

afterEach(async () => {
  for (const replica of opened.splice(0)) await replica.close()
})

async function open(store: Store = memoryStore(), witness: Witness = memoryWitness()): Promise<Replica> {
  const replica = await openReplica({ store, witness, engine: yjs(), retainCommits: 1_000 })
  opened.push(replica)
  return replica
}

async function write(replica: Replica, key: string, times = 1): Promise<void> {
  const document = await replica.load(id)
  for (let i = 0; i < times; i++) await document.change(draft => void (draft[`${key}${i}`] = i)).durable
}

/** Two that write under one name, and have one commit of it in common; the one whose branch stays comes first. */
async function twins(lengths: readonly [stays: number, goes: number]): Promise<readonly [Replica, Replica]> {
  const [store, witness, copied] = [memoryStore(), memoryWitness(), memoryWitness()]
  const first = await open(store, witness)
  await write(first, "common")
  const record = witness.load()
  if (record !== undefined) copied.save(record)
  const pair = [first, await open(store.clone(), copied)] as const
  await write(pair[0], "a")
  await write(pair[1], "b")
  const [a, b] = await Promise.all(pair.map(async replica => (await replica.load(id)).version.entries[0]))
  const isFirst = compareBytes(a?.hash ?? new Uint8Array(), b?.hash ?? new Uint8Array()) < 0
  const sorted = isFirst ? pair : ([pair[1], pair[0]] as const)
  for (const [i, length] of lengths.entries()) await write(sorted[i] as Replica, "more", length - 1)
  return sorted
}

interface Line {
  readonly link: Link
  /** How often both sides had all of the other and differed. */
  readonly divergences: () => number
  readonly regrant: (next: Grant) => Promise<void>
}

function connect(client: Replica, server: Replica, granted: Grant): Line {
  let grant = granted
  let accepted: Link | undefined
  const transport = memoryTransport(timers, connection => {
    accepted = server.accept(connection, { limits, authorize: () => grant })
  })
  const link = client.connect(transport, { limits, backoff: { baseMs: 1, maxMs: 5 } })
  let divergences = 0
  link.onProblem(({ kind }) => void (divergences += kind === "diverged" ? 1 : 0))
  return {
    link,
    divergences: () => divergences,
    regrant: async next => {
      grant = next
      await accepted?.reauthorize()
      for (let round = 0; round < 4; round++) await link.synced()
    }
  }
}

/** A reader of what one of the twins wrote. */
async function readerOf(twin: Replica): Promise<Replica> {
  const reader = await open()
  const { link } = connect(reader, twin, readOnly)
  await link.synced()
  link.close()
  return reader
}

async function valueOf(replica: Replica): Promise<unknown> {
  return (await replica.load(id)).value
}

const grants = [
  [readOnly, "a scope"],
  [ruled, "a rule"]
] as const
const cases = (...lengths: readonly (readonly [stays: number, goes: number])[]) =>
  grants.flatMap(([grant, by]) => lengths.map(pair => ({ grant, by, pair, commits: pair.join(" against ") })))

test.each(cases([1, 3], [3, 1], [2, 2]))(
  "[GR64] the branch that stays comes where it may only be read, $commits commits, by $by",
  async ({ grant, pair }) => {
    const [winner, loser] = await twins(pair)
    const client = await readerOf(loser)
    const { link, divergences } = connect(client, winner, grant)
    for (let round = 0; round < 4; round++) await link.synced()
    expect(await valueOf(client)).toEqual(await valueOf(winner))
    expect([link.sync.status.rejected, link.sync.isUnsynced(id), divergences()]).toEqual([[], false, 0])
  }
)

test("[GR64] with it comes what others built on it", async () => {
  const [winner, loser] = await twins([1, 3])
  const [client, server] = [await readerOf(loser), await readerOf(winner)]
  await write(server, "on top")
  const { link, divergences } = connect(client, server, readOnly)
  for (let round = 0; round < 4; round++) await link.synced()
  expect(await valueOf(client)).toEqual(await valueOf(server))
  expect([link.sync.status.rejected, divergences()]).toEqual([[], 0])
})

test.each(cases([3, 1], [2, 2]))(
  "[GR64] the branch that goes is put aside, and the document kept apart, $commits commits, by $by",
  async ({ grant, pair }) => {
    const [winner, loser] = await twins(pair)
    const client = await readerOf(winner)
    const { link, divergences, regrant } = connect(client, loser, grant)
    const quarantined: string[] = []
    client.on(event => void (event.type === "quarantined" && quarantined.push(event.document)))
    for (let round = 0; round < 4; round++) await link.synced()
    expect(await valueOf(client)).toEqual(await valueOf(winner))
    expect([link.sync.status.rejected.length, link.sync.isUnsynced(id), divergences()]).toEqual([1, true, 0])
    expect(quarantined).toEqual([id])
    await regrant(all)
    expect([await valueOf(loser), link.sync.status.rejected]).toEqual([await valueOf(winner), []])
  }
)

test("[GR64] [GR53] nothing is given up to another branch", async () => {
  const [winner, loser] = await twins([3, 1])
  const client = await readerOf(winner)
  const { link } = connect(client, loser, readOnly)
  for (let round = 0; round < 4; round++) await link.synced()
  await expect(link.giveUp(id)).rejects.toMatchObject({ code: "nothing-to-give-up" })
  expect(await valueOf(client)).toEqual(await valueOf(winner))
})
