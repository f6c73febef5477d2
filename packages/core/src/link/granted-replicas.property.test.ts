import fc from "fast-check"
import { expect, it } from "vitest"
import { parseDocumentId } from "../document/document-id.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { inScope, syncScope } from "../sync/sync-scope.ts"
import { FaultyNetwork, noFaults } from "../testing/faulty-network.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import type { Grant } from "./authorization.ts"
import type { Link } from "./link.ts"

const bad = { drop: 0.02, duplicate: 0.03, reorder: 0.02, cut: 0.01, maxDelayMs: 30 }
const limits = {
  windowBytes: 4096,
  maxFrameBytes: 8192,
  batchBytes: 500,
  pageEntries: 3,
  helloTimeoutMs: 1_000
}
const documents = ["notes/a/1", "notes/a/2", "notes/b/1", "notes/b", "tasks/1"].map(parseDocumentId)
const evenOnly = { name: "even", mayRead: () => true, mayWrite: (id: string) => !id.endsWith("1") }
const grants: readonly Grant[] = [
  { read: "all", write: ["notes/a/"] },
  { read: ["notes/a/", "tasks/1"] },
  { read: ["notes"], documents: evenOnly },
  { read: "all", write: [] }
]

interface World {
  readonly time: VirtualTime
  readonly random: SeededRandom
  readonly network: FaultyNetwork
  readonly replicas: readonly Replica[]
  readonly links: readonly Link[]
  readonly granted: readonly Grant[]
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
  const granted = clients.map(() => random.pick(grants))
  const links = clients.map((client, i) => {
    const authorize = () => granted[i] ?? { refused: "nobody" }
    const accept = (connection: Parameters<Replica["accept"]>[0]) =>
      void server.accept(connection, { limits, authorize })
    return client.connect(network.transport(`line ${i}`, accept), {
      limits,
      backoff: { baseMs: 50, maxMs: 500 }
    })
  })
  return { time, random, network, replicas, links, granted }
}

async function edit({ replicas, random }: World): Promise<void> {
  const document = await random.pick(replicas).load(random.pick(documents))
  const key = random.pick(["x", "y", "z"])
  document.change(draft => (draft[key] = { nested: [random.integer(9), "text"] }))
}

/** Twice over all links: what comes over one is sent on over the other. */
async function settle({ time, links, network }: World): Promise<void> {
  network.faults = noFaults
  let done = 0
  for (let round = 0; round < 2; round++) for (const link of links) void link.synced().then(() => done++)
  await time.until(() => done === 2 * links.length, 120_000)
  await time.advance(5_000)
}

/** What is not as granted, and how many documents differ as granted. */
async function look({ replicas: [server, ...clients], links, granted }: World): Promise<[string[], number]> {
  const wrong: string[] = []
  let kept = 0
  for (const [i, client] of clients.entries())
    for (const id of documents) {
      const { read, write = read, documents: rule } = granted[i] ?? { read: [] }
      if (server === undefined || !inScope(syncScope(read), id)) continue
      const order = (await client.load(id)).version.compare((await server.load(id)).version)
      const isWritable = inScope(syncScope(write), id) && rule?.mayWrite(id) !== false
      const isKept = order === "after" && !isWritable
      if ((order !== "equal" && !isKept) || links[i]?.sync.isUnsynced(id) !== isKept)
        wrong.push(`${id}: ${order}`)
      if (isKept) kept++
    }
  return [wrong, kept]
}

it("[GR21] real replicas end as granted, folded or not, and nothing diverges", async () => {
  let [kept, faults] = [0, 0]
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.constantFrom(2, 1_000), async (seed, retainCommits) => {
      const world = await open(seed, retainCommits)
      for (let i = 0; i < 30; i++) {
        await edit(world)
        await world.time.advance(world.random.integer(100))
      }
      await settle(world)
      const [wrong, more] = await look(world)
      expect(wrong).toEqual([])
      kept += more
      expect(world.links.map(({ status }) => status)).toEqual(["live", "live"])
      faults += world.network.counts.dropped + world.network.counts.cut
      for (const link of world.links) link.close()
    }),
    { numRuns: Number(process.env["SYNCLINE_RUNS"] ?? 12) }
  )
  expect(Math.min(kept, faults)).toBeGreaterThan(5)
})
