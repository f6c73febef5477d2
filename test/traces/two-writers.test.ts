import { SeededRandom } from "@syncline/core/testing"
import { describe, expect, test } from "vitest"
import { type ConcurrentTrace, readConcurrentTrace } from "../../bench/traces/editing-trace.ts"
import { concurrentPairs } from "../../bench/traces/replay-concurrent.ts"
import { recordRandomly } from "./random-recording.ts"
import { complaintsOf, pairsOf, replay, replayNew, type ReplayOptions } from "./replay.ts"
import { play, scheduleOf, type Writers } from "./schedule.ts"

const settings: readonly ReplayOptions[] = (["yjs", "automerge"] as const).flatMap(engine =>
  (["memory", "disk"] as const).map(place => ({ engine, place }))
)

/** The whole of it is `node --conditions=@syncline/source test/traces/run.ts`. */
const partLength = 800

const recording = readConcurrentTrace()

function partOf(trace: ConcurrentTrace, length: number): ConcurrentTrace {
  return { ...trace, transactions: trace.transactions.slice(0, length) }
}

test("[TT1] a schedule gives every transaction the past it was made on", async () => {
  const [parents, patches] = [[[], [0], [0], [2], [1, 2], [3, 4]], [[0, 0, "x"]]] as const
  const agents = [0, 0, 1, 1, 0, 1]
  const transactions = parents.map((of, at) => ({ agent: agents[at] ?? 0, parents: of, patches }))
  const log: string[] = []
  const writers: Writers = {
    write: (agent, made) => void log.push(`${agent} makes ${made.length}`),
    merge: (agent, count) => void log.push(`${agent} has ${count}`)
  }
  await play(writers, scheduleOf({ name: "six", transactions, endContent: "" }))
  expect(log.join(", ")).toBe(
    "0 makes 1, 1 has 1, 1 makes 1, 0 makes 1, 0 has 1, 0 makes 1, 1 makes 1, 1 has 3, 1 makes 1, 0 has 3, 1 has 3"
  )
})

describe.each(settings)("[TT2] two writers on $engine, $place", setting => {
  test.each([1, 2])(
    "[TT2] a random recording (seed %i) is replayed on what each edit was made on",
    async seed => {
      const random = new SeededRandom(seed)
      const report = await replayNew(setting, writers => recordRandomly(writers, random, 300))
      expect(complaintsOf(report, report.libraryText)).toEqual([])
      expect(pairsOf(report)).toBeGreaterThan(300)
      expect(report.conflicts[0]).toBe(report.conflicts[1])
    }
  )

  test.skipIf(recording === undefined)(
    `[TT3] the first ${partLength} transactions of two people typing are replayed, without a conflict`,
    async () => {
      const part = partOf(recording as ConcurrentTrace, partLength)
      const report = await replay(setting, part)
      expect(complaintsOf(report, undefined)).toEqual([])
      expect(pairsOf(report)).toBe(concurrentPairs(part))
      expect(report.conflicts).toEqual([0, 0])
    }
  )
})

test.skipIf(recording === undefined)("[TT4] all of it on Yjs ends with what was recorded", async () => {
  const trace = recording as ConcurrentTrace
  const report = await replay({ engine: "yjs", place: "memory" }, trace)
  expect(complaintsOf(report, trace.endContent)).toEqual([])
  expect(pairsOf(report)).toBe(concurrentPairs(trace))
  expect(report.conflicts).toEqual([0, 0])
})
