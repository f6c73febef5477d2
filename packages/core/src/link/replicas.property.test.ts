import fc from "fast-check"
import { expect, it } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { FaultyNetwork, noFaults } from "../testing/faulty-network.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { toHex } from "../codec/hex.ts"
import type { Link } from "./link.ts"

const bad = { drop: 0.03, duplicate: 0.05, reorder: 0.03, cut: 0.01, maxDelayMs: 30 }
const limits = {
  windowBytes: 4096,
  maxFrameBytes: 8192,
  batchBytes: 500,
  helloTimeoutMs: 1_000,
  pingIntervalMs: 500,
  pingTimeoutMs: 500
}
const documents = ["notes/a", "notes/b", "tasks/a"]

interface World {
  readonly time: VirtualTime
  readonly random: SeededRandom
  readonly network: FaultyNetwork
  readonly replicas: readonly Replica[]
  readonly links: readonly Link[]
}

async function open(seed: number, retainCommits: number): Promise<World> {
  const [time, random] = [new VirtualTime(), new SeededRandom(seed)]
  const network = new FaultyNetwork({ timers: time, now: () => time.nowMs(), random, faults: bad })
  const replicas: Replica[] = []
  for (let i = 0; i < 3; i++)
    replicas.push(
      await openReplica({ store: memoryStore(), engine: yjs(), ports: time.ports(random), retainCommits })
    )
  const [server, ...clients] = replicas as [Replica, ...Replica[]]
  const links = clients.map((client, i) =>
    client.connect(
      network.transport(`line ${i}`, connection => void server.accept(connection, { limits })),
      {
        limits,
        backoff: { baseMs: 50, maxMs: 500 }
      }
    )
  )
  return { time, random, network, replicas, links }
}

async function edit({ replicas, random }: World): Promise<void> {
  const document = await random.pick(replicas).load(random.pick(documents))
  const key = random.pick(["x", "y", "z"])
  document.change(draft => {
    if (random.chance(0.2)) delete draft[key]
    else if (random.chance(0.5)) draft[key] = random.integer(1000)
    else draft[key] = { nested: [random.integer(9), "text"] }
  })
}

/** Every document's value and version everywhere, as text. */
async function contents({ replicas, time }: World): Promise<string[]> {
  const texts: string[] = []
  for (const replica of replicas) {
    const parts: unknown[] = []
    for (const id of documents) {
      const document = await replica.load(id)
      parts.push([id, document.value, toHex(document.version.encode())])
    }
    texts.push(JSON.stringify(parts))
  }
  await time.advance(0)
  return texts
}

it("[LK3] real replicas hold equal values and equal versions once a bad network heals", async () => {
  let faults = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.constantFrom(2, 1_000), async (seed, retainCommits) => {
      const world = await open(seed, retainCommits)
      for (let i = 0; i < 40; i++) {
        await edit(world)
        await world.time.advance(world.random.integer(100))
      }
      world.network.faults = noFaults
      let done = 0
      for (let round = 0; round < 2; round++)
        for (const link of world.links) void link.synced().then(() => done++)
      await world.time.until(() => done === 4, 120_000)
      await world.time.advance(5_000)
      expect(new Set(await contents(world)).size).toBe(1)
      expect(world.links.map(({ status }) => status)).toEqual(["live", "live"])
      faults += world.network.counts.dropped + world.network.counts.cut
      for (const link of world.links) link.close()
    }),
    { numRuns: Number(process.env["SYNC_HISTORIES"] ?? 15) }
  )
  expect(faults).toBeGreaterThan(10)
})
