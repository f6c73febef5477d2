import type { Replica, SyncHost } from "@syncline/core"
import type * as Y from "yjs"
import type { ConcurrentTrace } from "./editing-trace.ts"
import { applyTransaction, type Paper, papers } from "./replay-trace.ts"

type Commits = Parameters<Parameters<SyncHost["onDurable"]>[0]>[0]["commits"]

/** One of the two: the commits it made, and how many of the other's it has. */
interface Writer {
  readonly replica: Replica
  readonly document: Paper
  readonly made: Commits[number][]
  merged: number
}

/**
 * Replays a recording of two writers, each on a new replica of its own: before a transaction exactly those of the other
 * one that it was made after are handed over. One commit a transaction, each on its own in the store of its writer.
 *
 * @throws Error when the first `count` are all and the replicas do not end with what they should.
 */
export async function replayConcurrent(
  replicas: readonly [Replica, Replica],
  trace: ConcurrentTrace,
  count: number = trace.transactions.length
): Promise<void> {
  const [first, second] = [await writerOn(replicas[0], trace.name), await writerOn(replicas[1], trace.name)]
  // What two insert at one place Yjs orders by identity, and the recording by agent: the lower one is agent 0.
  const writers =
    identityOf(first) < identityOf(second) ? ([first, second] as const) : ([second, first] as const)
  const seen = causalPast(trace)
  for (const [i, transaction] of trace.transactions.slice(0, count).entries()) {
    const [writer, other] = transaction.agent === 0 ? writers : [writers[1], writers[0]]
    await mergeUpTo(writer, other, seen[i]?.[1 - transaction.agent] ?? 0)
    applyTransaction(writer.document, transaction)
    await writer.replica.flush()
  }
  const [a, b] = writers
  await mergeUpTo(a, b, b.made.length)
  await mergeUpTo(b, a, a.made.length)
  const [atA, atB] = [a.document.value.body, b.document.value.body]
  if (atA !== atB || (count >= trace.transactions.length && atA !== trace.endContent))
    throw new Error(`the replay of ${trace.name} did not converge to its content`)
}

async function writerOn(replica: Replica, name: string): Promise<Writer> {
  const writer: Writer = { replica, document: await replica.load(papers, name), made: [], merged: 0 }
  replica.host.onDurable(({ commits, origin }) => {
    if (origin === undefined) writer.made.push(...commits)
  })
  return writer
}

function identityOf({ document }: Writer): number {
  return (document.native as Y.Doc).clientID
}

async function mergeUpTo(writer: Writer, other: Writer, count: number): Promise<void> {
  if (count <= writer.merged) return
  const commits = other.made.slice(writer.merged, count).map((commit, i, all) =>
    // The last one of a batch vouches for those before it.
    i === all.length - 1 ? { ...commit, check8: commit.hash.subarray(0, 8) } : commit
  )
  const { applied } = await writer.replica.host.receive({ commits, origin: other })
  if (applied !== commits.length) throw new Error("a replica did not take the other one's commits")
  writer.merged = count
}

/** How many pairs of the first `count` transactions know nothing of each other. */
export function concurrentPairs(trace: ConcurrentTrace, count: number = trace.transactions.length): number {
  const past = causalPast(trace)
  const made: [number, number] = [0, 0]
  let pairs = 0
  for (const [i, { agent }] of trace.transactions.slice(0, count).entries()) {
    // Each pair is counted with its later one, and nothing earlier in the list comes after that.
    pairs += (made[agent === 0 ? 1 : 0] ?? 0) - (past[i]?.[agent === 0 ? 1 : 0] ?? 0)
    made[agent === 0 ? 0 : 1]++
  }
  return pairs
}

/** For each transaction, how many of each writer's it comes after: those of one writer come after each other. */
export function causalPast({ transactions }: ConcurrentTrace): readonly (readonly [number, number])[] {
  const past: [number, number][] = []
  const made: [number, number] = [0, 0]
  const withItself: [number, number][] = []
  for (const { agent, parents } of transactions) {
    const below: [number, number] = [0, 0]
    for (const parent of parents) {
      below[0] = Math.max(below[0], withItself[parent]?.[0] ?? 0)
      below[1] = Math.max(below[1], withItself[parent]?.[1] ?? 0)
    }
    past.push(below)
    const own: [number, number] = [...below]
    made[agent === 0 ? 0 : 1]++
    own[agent === 0 ? 0 : 1] = made[agent === 0 ? 0 : 1]
    withItself.push(own)
  }
  return past
}
