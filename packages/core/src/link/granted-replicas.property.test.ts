import fc from "fast-check"
import { expect, it } from "vitest"
import { parseDocumentId } from "../document/document-id.ts"
import { inScope, syncScope } from "../sync/sync-scope.ts"
import { Star } from "../testing/core-star.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import type { Grant } from "./authorization.ts"

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
  readonly star: Star
  readonly granted: readonly Grant[]
}

async function open(seed: number, retainCommits: number): Promise<World> {
  const random = new SeededRandom(seed)
  const granted = [random.pick(grants), random.pick(grants)]
  const acceptOptions = (client: number) => ({ authorize: () => granted[client] ?? { refused: "nobody" } })
  return { star: await Star.open(seed, { retainCommits, faults: bad, limits, acceptOptions }), granted }
}

async function edit({ replicas, random }: Star): Promise<void> {
  const document = await random.pick(replicas).load(random.pick(documents))
  const key = random.pick(["x", "y", "z"])
  document.change(draft => (draft[key] = { nested: [random.integer(9), "text"] }))
}

/** What is not as granted, and how many documents differ as granted. */
async function look({ star, granted }: World): Promise<[string[], number]> {
  const {
    links,
    replicas: [server, ...clients]
  } = star
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
      const { star } = world
      for (let i = 0; i < 30; i++) {
        await edit(star)
        await star.time.advance(star.random.integer(100))
      }
      await star.settle()
      const [wrong, more] = await look(world)
      expect(wrong).toEqual([])
      kept += more
      expect(star.links.map(({ status }) => status)).toEqual(["live", "live"])
      faults += star.faults
      star.close()
    }),
    { numRuns: Number(process.env["SYNCLINE_RUNS"] ?? 12) }
  )
  expect(Math.min(kept, faults)).toBeGreaterThan(5)
})
