import { expect, test } from "vitest"
import { silentLogger } from "../ports/system-ports.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import type { Embedder } from "./embedder.ts"
import { EmbeddingAccount } from "./embedding-account.ts"
import { embeddingLimits, type EmbeddingLimits } from "./embedding-limits.ts"
import { EmbeddingQueue } from "./embedding-queue.ts"

type Answer = Embedder["embed"]

function setUp(embed: Answer, limits: Partial<EmbeddingLimits> = {}) {
  const time = new VirtualTime()
  const calls: { readonly texts: readonly string[]; readonly atMs: number }[] = []
  const embedder: Embedder = {
    id: "model",
    version: "1",
    dimensions: 2,
    embed: (texts, options) => {
      calls.push({ texts, atMs: time.nowMs() })
      return embed(texts, options)
    }
  }
  const ports = { time, timers: time, random: new SeededRandom(1), logger: silentLogger }
  const account = new EmbeddingAccount()
  const queue = new EmbeddingQueue(embedder, embeddingLimits(limits), ports, account)
  return { time, calls, queue, account }
}

const lengths: Answer = async texts => texts.map(text => [text.length, 1])

/** Lets ten minutes pass; gives what became of it. */
async function outcomeOf<T>(time: VirtualTime, promise: Promise<T>): Promise<T | { readonly code: unknown }> {
  const outcome = promise.catch((error: unknown) => ({ code: (error as { code?: unknown }).code }))
  await time.advance(600_000)
  return outcome
}

test("[VE10] who asks in one tick shares calls, of so many texts and units at most", async () => {
  const { time, calls, queue } = setUp(lengths, { texts: 3, units: 10 })
  const asked = Promise.all([
    queue.embed(["a", "bb"]),
    queue.embed(["ccc", "dddd"]),
    queue.embed(["e".repeat(20), "f"])
  ])
  const [first, , third] = (await outcomeOf(time, asked)) as Awaited<typeof asked>
  expect(calls.map(({ texts }) => texts.map(({ length }) => length))).toEqual([[1, 2, 3], [4], [20], [1]])
  expect(first).toEqual([new Float32Array([1, 1]), new Float32Array([2, 1])])
  expect(third[0]).toEqual(new Float32Array([20, 1]))
})

test("[VE11] a text the embedder does not take fails alone", async () => {
  const { time, queue } = setUp(async texts => {
    if (texts.includes("bad")) throw new Error("policy")
    return texts.map(() => [1, 0])
  })
  const good = queue.embed(["a", "b", "c"])
  const bad = queue.embed(["d", "bad", "e"])
  expect(await outcomeOf(time, bad)).toEqual({ code: "embedding-refused" })
  expect(await good).toHaveLength(3)
})

test("[VE12] while the embedder is down nothing is taken for refused, and calls stay few", async () => {
  const { time, calls, queue } = setUp(async () => Promise.reject(new Error("503")), { attempts: 3 })
  expect(await outcomeOf(time, queue.embed(["a", "b", "c", "d"]))).toEqual({ code: "embedding-failed" })
  expect(calls).toHaveLength(4)
})

test("[VE12] going down while texts are being tried alone does not make them refused", async () => {
  let served = 0
  const { time, queue } = setUp(async texts => {
    if (texts.length > 2 || served > 1) throw new Error("gone")
    served++
    return texts.map(() => [1, 0])
  })
  const [early, late] = [queue.embed(["a", "b"]), queue.embed(["c", "d"])]
  expect(await outcomeOf(time, Promise.allSettled([early, late]))).toMatchObject([
    { status: "fulfilled" },
    { status: "rejected", reason: { code: "embedding-failed" } }
  ])
})

test("[VE13] a call that hangs is given up, its signal fires, and it is made again", async () => {
  const signals: AbortSignal[] = []
  const { time, calls, queue } = setUp(
    (texts, { signal }) => {
      signals.push(signal)
      return signals.length === 1 ? new Promise(() => {}) : lengths(texts, { signal })
    },
    { timeoutMs: 5_000 }
  )
  expect(await outcomeOf(time, queue.embed(["a"]))).toHaveLength(1)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  expect(calls[1]?.atMs).toBeGreaterThanOrEqual(5_000)
})

test("[VE14] not more calls begin in a minute than allowed", async () => {
  const { time, calls, queue } = setUp(lengths, { texts: 1, callsPerMinute: 2 })
  await outcomeOf(time, queue.embed(["a", "b", "c", "d", "e"]))
  expect(calls.map(({ atMs }) => Math.floor(atMs / 60_000))).toEqual([0, 0, 1, 1, 2])
})

test("[VE14] an embedder that says when to come again is left alone until then", async () => {
  let served = 0
  const { time, calls, queue } = setUp(texts => {
    if (served++ === 0) throw Object.assign(new Error("429"), { retryAfterMs: 40_000 })
    return lengths(texts, { signal: AbortSignal.timeout(1) })
  })
  await outcomeOf(time, queue.embed(["a"]))
  expect(calls.map(({ atMs }) => atMs >= 40_000)).toEqual([false, true])
})

test.each([
  ["too few", []],
  ["another length", [[1]]],
  ["no numbers", [["a", "b"]]],
  ["NaN", [[Number.NaN, 1]]],
  ["more than 32 bits hold", [[1e39, 1]]],
  ["no direction", [[0, 0]]],
  ["nothing", undefined]
])("[VE15] an answer with %s is no answer", async (_, answer) => {
  const { time, queue } = setUp(async () => answer as never)
  const outcome = queue.embed(["a"]).catch((error: unknown) => error)
  await time.advance(600_000)
  expect(await outcome).toMatchObject({ code: "embedding-failed", cause: { code: "embedding-invalid" } })
})

test("[VE16] a signal that fires leaves out what no call was begun for; closing ends calls, too", async () => {
  const { time, calls, queue } = setUp(() => new Promise(() => {}), { texts: 1, concurrency: 1 })
  const giveUp = new AbortController()
  const [first, second] = [queue.embed(["a"]), queue.embed(["b"], giveUp.signal)]
  const outcomes = Promise.allSettled([first, second])
  await time.advance(1)
  giveUp.abort()
  queue.close()
  expect(await outcomes).toMatchObject([{ reason: { code: "aborted" } }, { reason: { code: "aborted" } }])
  expect(calls).toHaveLength(1)
})

test("[VE14] a clock that is set back holds calls up no longer than they would have been", async () => {
  const { time, calls, queue } = setUp(lengths, { texts: 1, concurrency: 1, callsPerMinute: 2 })
  const clock = time.nowMs.bind(time)
  let backMs = 0
  time.nowMs = () => clock() - backMs
  await outcomeOf(time, queue.embed(["a"]))
  backMs = 86_400_000
  const asked = queue.embed(["b", "c", "d", "e"])
  await time.advance(180_000)
  expect(await asked).toHaveLength(4)
  expect(calls).toHaveLength(5)
})

test("[VE14] an embedder that wants to be left alone for ever is asked again in a day", async () => {
  let asked = 0
  const { time, queue } = setUp(async texts => {
    if (asked++ === 0) throw Object.assign(new Error("busy"), { retryAfterMs: Infinity })
    return texts.map(() => [1, 0])
  })
  const vectors = queue.embed(["a"])
  await time.advance(86_500_000)
  expect(await vectors).toHaveLength(1)
})

test("[VE36] less than one call in a minute is refused", () => {
  for (const callsPerMinute of [0, 0.5, Number.NaN])
    expect(() => embeddingLimits({ callsPerMinute })).toThrow("give a number from 1")
})

test("[VE15] an embedder that takes the list of its texts apart is given another one each time", async () => {
  let asked = 0
  const { time, calls, queue } = setUp(async texts => {
    const own = texts as string[]
    const vectors = own.splice(0).map(({ length }) => [length, 1])
    if (asked++ === 0) throw new Error("busy")
    return vectors
  })
  expect(await outcomeOf(time, queue.embed(["a", "bb"]))).toEqual([
    new Float32Array([1, 1]),
    new Float32Array([2, 1])
  ])
  expect(calls).toHaveLength(2)
})

test("[VE11] [VE12] an embedder that comes back just after it failed for the last time refused nothing", async () => {
  let asked = 0
  const { time, queue } = setUp(
    async texts => {
      if (asked++ === 0) throw new Error("503")
      return texts.map(() => [1, 0])
    },
    { attempts: 1 }
  )
  expect(await outcomeOf(time, queue.embed(["a"]))).toHaveLength(1)
})

test("[VE17] a service that takes three calls at a time gets about as many, and refuses few", async () => {
  let active = 0
  const outcomes: boolean[] = []
  const takesThree: Answer = async texts => {
    active++
    const isTaken = active <= 3
    outcomes.push(isTaken)
    await new Promise<void>(resolve => time.schedule(isTaken ? 100 : 5, resolve))
    active--
    if (!isTaken) throw new Error("429")
    return texts.map(() => [1, 0])
  }
  const { time, queue } = setUp(takesThree, { texts: 1, concurrency: 16, attempts: 20 })
  const asked = queue.embed(Array.from({ length: 2000 }, (_, i) => `text ${i}`))
  const vectors = (await outcomeOf(time, asked)) as Awaited<typeof asked>
  expect(vectors).toHaveLength(2000)
  const later = outcomes.slice(outcomes.length / 2)
  const refused = later.filter(isTaken => !isTaken).length
  expect(refused / later.length).toBeLessThan(0.25)
})
