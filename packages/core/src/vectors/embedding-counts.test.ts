import fc from "fast-check"
import { expect, test } from "vitest"
import { silentLogger } from "../ports/system-ports.ts"
import { vectorDesk } from "../testing/core-vector-desk.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import type { Embedder } from "./embedder.ts"
import { EmbeddingAccount, unitsOf } from "./embedding-account.ts"
import { embeddingLimits, type EmbeddingLimits } from "./embedding-limits.ts"
import { EmbeddingQueue } from "./embedding-queue.ts"

/** A queue over an embedder that takes a second for each call, reports a token for each text, and may fail. */
function setUp(
  limits: Partial<EmbeddingLimits> = {},
  fails: (texts: readonly string[]) => boolean = () => false
) {
  const time = new VirtualTime()
  const seen: { readonly texts: readonly string[]; readonly atMs: number; readonly failed: boolean }[] = []
  const embedder: Embedder = {
    id: "model",
    version: "1",
    dimensions: 2,
    embed: async (texts, { countTokens }) => {
      const failed = fails(texts)
      seen.push({ texts, atMs: time.nowMs(), failed })
      await new Promise<void>(resolve => void time.schedule(1_000, resolve))
      if (failed) throw new Error("no")
      countTokens?.(texts.length)
      return texts.map(({ length }) => [length, 1])
    }
  }
  const account = new EmbeddingAccount()
  const ports = { time, timers: time, random: new SeededRandom(1), logger: silentLogger }
  const queue = new EmbeddingQueue(embedder, embeddingLimits(limits), ports, account)
  return { time, seen, account, queue }
}

test("[VE50] whatever fails, counts are what the embedder saw", async () => {
  const asked = fc.array(
    fc.array(fc.string({ minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 6 }),
    {
      minLength: 1,
      maxLength: 6
    }
  )
  await fc.assert(
    fc.asyncProperty(asked, fc.nat(9), async (groups, bad) => {
      const { time, seen, account, queue } = setUp({ texts: 3, attempts: 2 }, texts =>
        texts.some(({ length }) => length === bad)
      )
      const all = Promise.allSettled(groups.map(texts => queue.embed(texts)))
      const query = queue.embedNow("a query").catch(() => {})
      await time.advance(600_000)
      await Promise.all([all, query])
      const { calls, texts, characters, tokens, failures, busyMs, queries } = account.counts
      expect(calls).toBe(seen.length)
      expect(texts).toBe(seen.reduce((sum, call) => sum + call.texts.length, 0))
      expect(characters).toBe(seen.reduce((sum, call) => sum + unitsOf(call.texts), 0))
      expect(failures).toBe(seen.filter(({ failed }) => failed).length)
      expect(tokens).toBe(seen.reduce((sum, call) => sum + (call.failed ? 0 : call.texts.length), 0))
      expect(busyMs).toBe(1_000 * seen.length)
      expect(queries).toBe(seen.filter(call => call.texts[0] === "a query").length)
    })
  )
})

test("[VE50] what is sent again counts as a retry, and what is kept from before as spared", async () => {
  const { definition, put, faults, timers, projector, commit } = await vectorDesk({ limits: { attempts: 2 } })
  await put("a", "ferries")
  expect(definition.counts).toMatchObject({ calls: 1, texts: 1, characters: 7, retries: 0, cached: 0 })
  let failing = 1
  faults.fails = () => failing-- > 0
  commit("b", "anchors")
  commit("c", "ferries")
  await timers.run(projector.drain())
  expect(definition.counts).toMatchObject({ calls: 3, texts: 3, retries: 1, failures: 1, cached: 1 })
  await projector.search("keel")
  expect(definition.counts).toMatchObject({ calls: 4, characters: 25, queries: 1 })
})

test("[VE51] in no hour more is sent than allowed; what waits says until when", async () => {
  const { time, seen, account, queue } = setUp({ unitsPerHour: 10, texts: 1 })
  const all = queue.embed(["12345", "123456", "1", "1234567", "123456789012345"])
  await time.advance(60_000)
  expect(account.counts.heldUntilMs).toBeGreaterThan(time.nowMs())
  await time.advance(6 * 3_600_000)
  await all
  expect(account.counts.heldUntilMs).toBeUndefined()
  expect(seen).toHaveLength(5)
  for (const { atMs } of seen) {
    const within = seen.filter(call => call.atMs > atMs - 3_600_000 && call.atMs <= atMs)
    const sum = within.reduce((units, call) => units + unitsOf(call.texts), 0)
    expect(sum <= 10 || within.length === 1).toBe(true)
  }
})

test("[VE52] a text searched for goes past all that waits, and is counted", async () => {
  const { time, seen, queue } = setUp({ unitsPerHour: 5, texts: 1, concurrency: 1 })
  const all = queue.embed(["12345", "1234", "123"])
  await time.advance(10)
  const query = queue.embedNow("12")
  await time.advance(2_000)
  expect(await query).toEqual(new Float32Array([2, 1]))
  expect(seen.map(({ texts }) => texts)).toEqual([["12345"], ["12"]])
  await time.advance(3 * 3_600_000)
  expect(await all).toHaveLength(3)
})

test("[VE52] a search does not stop the embedding of documents when it is given up", async () => {
  const { time, queue } = setUp()
  const giveUp = new AbortController()
  const documents = queue.embed(["a", "b"])
  const query = queue.embedNow("c", giveUp.signal).catch((error: unknown) => error)
  giveUp.abort()
  await time.advance(2_000)
  expect(await query).toMatchObject({ code: "aborted" })
  expect(await documents).toHaveLength(2)
})
