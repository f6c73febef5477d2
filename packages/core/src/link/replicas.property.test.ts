import fc from "fast-check"
import { expect, it } from "vitest"
import { toHex } from "../codec/hex.ts"
import { Star } from "../testing/core-star.ts"

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

async function edit({ replicas, random }: Star): Promise<void> {
  const document = await random.pick(replicas).load(random.pick(documents))
  const key = random.pick(["x", "y", "z"])
  document.change(draft => {
    if (random.chance(0.2)) delete draft[key]
    else if (random.chance(0.5)) draft[key] = random.integer(1000)
    else draft[key] = { nested: [random.integer(9), "text"] }
  })
}

/** Every document's value and version everywhere, as text. */
async function contents({ replicas, time }: Star): Promise<string[]> {
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
      const star = await Star.open(seed, { retainCommits, faults: bad, limits })
      for (let i = 0; i < 40; i++) {
        await edit(star)
        await star.time.advance(star.random.integer(100))
      }
      await star.settle()
      expect(new Set(await contents(star)).size).toBe(1)
      expect(star.links.map(({ status }) => status)).toEqual(["live", "live"])
      faults += star.faults
      star.close()
    }),
    { numRuns: Number(process.env["SYNC_HISTORIES"] ?? 15) }
  )
  expect(faults).toBeGreaterThan(10)
})
