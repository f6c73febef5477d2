import { type Engine, memoryStore, type Replica, type SyncHost } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { readConcurrentTrace } from "../traces/editing-trace.ts"
import { concurrentPairs, replayConcurrent } from "../traces/replay-concurrent.ts"
import { elapsedMs, interleaved } from "./interleaved.ts"
import { openPapers } from "./linked-replicas.ts"
import { typingInto } from "./typing.ts"

type Batch = Parameters<SyncHost["receive"]>[0]["commits"]
type Commits = Parameters<Parameters<SyncHost["onDurable"]>[0]>[0]["commits"]

const name = "core/conflicts"
const commitsABatch = 100
const targetRatio = 1.05

async function runConflicts(context: BenchContext): Promise<void> {
  await measureSequential(context)
  const trace = readConcurrentTrace()
  if (trace === undefined) return
  const whole = context.quick ? 1_000 : trace.transactions.length
  for (const count of [Math.floor(whole / 4), whole]) {
    const made = await commitsOf(async replica => {
      const other = await openPapers(memoryStore(), unfolded)
      await replayConcurrent([replica, other], trace, count)
      await other.close()
    })
    const input = `${trace.name}, ${count.toLocaleString("en-US")} commits of two`
    await measureMerging(context, input, made, context.quick ? 1 : 5)
    const pairs = concurrentPairs(trace, count)
    const found = await conflictsIn(made)
    context.report({
      bench: name,
      input,
      metric: "conflicts found",
      unit: "",
      ours: found,
      peer: pairs,
      peerName: "pairs of commits that do not know each other",
      ratio: found / pairs,
      better: "lower",
      target: "",
      met: null
    })
  }
}

/** Commits of one writer: nothing to look for. */
async function measureSequential(context: BenchContext): Promise<void> {
  const count = context.quick ? 1_000 : 10_000
  const made = await commitsOf(async replica => {
    const tick = await typingInto(replica, commitsABatch)
    for (let at = 0; at < count; at += commitsABatch) await tick()
  })
  const input = `${count.toLocaleString("en-US")} commits of one`
  await measureMerging(context, input, made, context.quick ? 1 : 9, targetRatio)
}

/** What receiving takes, with and without footprints to find conflicts by. */
async function measureMerging(
  context: BenchContext,
  input: string,
  made: Commits,
  rounds: number,
  target?: number
): Promise<void> {
  const { ours, peer, ratio } = await interleaved(
    rounds,
    () => receiveAll(made, yjs()),
    () => receiveAll(made, withoutFootprints(yjs()))
  )
  context.report({
    bench: name,
    input,
    metric: `merging ${commitsABatch} at a time`,
    unit: "ms",
    ours,
    peer,
    peerName: "not looking for conflicts",
    ratio,
    better: "lower",
    target: target === undefined ? "" : `≤ ${target}`,
    met: target === undefined ? null : ratio <= target
  })
}

/** Nothing is folded, so that all commits are looked at. */
const unfolded = { retainCommits: Number.POSITIVE_INFINITY }

async function commitsOf(work: (replica: Replica) => Promise<void>): Promise<Commits> {
  const replica = await openPapers(memoryStore(), unfolded)
  const made: Commits[number][] = []
  replica.host.onDurable(({ commits }) => made.push(...commits))
  await work(replica)
  await replica.close()
  return made
}

/** Milliseconds in `receive`. */
async function receiveAll(made: Commits, engine: Engine): Promise<number> {
  const replica = await openPapers(memoryStore(), { ...unfolded, engine })
  const spent = await elapsedMs(() => receiveIn(replica, made))
  await replica.close()
  return spent
}

async function conflictsIn(made: Commits): Promise<number> {
  const replica = await openPapers(memoryStore(), unfolded)
  await receiveIn(replica, made)
  let found = 0
  for await (const _ of replica.conflicts.list()) found++
  await replica.close()
  return found
}

async function receiveIn(replica: Replica, made: Commits): Promise<void> {
  const origin = {}
  for (let at = 0; at < made.length; at += commitsABatch) {
    const commits = batchOf(made.slice(at, at + commitsABatch))
    const { applied } = await replica.host.receive({ commits, origin })
    if (applied !== commits.length) throw new Error("commits were not taken")
  }
}

/** The last commit of each writer vouches for those before it. */
function batchOf(commits: Commits): Batch {
  const last = new Map(commits.map(({ dot }, i) => [dot.actor, i]))
  return commits.map((commit, i) =>
    last.get(commit.dot.actor) === i ? { ...commit, check8: commit.hash.subarray(0, 8) } : commit
  )
}

function withoutFootprints(engine: Engine): Engine {
  return {
    ...engine,
    open: options => Object.assign(engine.open(options), { footprints: undefined })
  }
}

/** What looking for conflicts costs whoever merges, and how many there are where two people type into one text. */
export const benches: readonly Bench[] = [{ name, run: runConflicts }]
