import { memoryStore, openReplica, type Version } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import * as Y from "yjs"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"
import { readTrace, type SequentialTrace } from "../traces/editing-trace.ts"
import { type Paper, papers, replayTrace } from "../traces/replay-trace.ts"

/** How many versions each way of walking through the past looks at. */
const steps = 200

/** Reading a long past, beside what Yjs itself offers for it: a document without garbage collection, and snapshots of it. */
async function runHistory(context: BenchContext): Promise<void> {
  const trace = readTrace("automerge-paper")
  if (trace === undefined) return
  const commits = context.quick ? 1_000 : 20_000
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    collections: [papers],
    retainCommits: Number.POSITIVE_INFINITY
  })
  const document = await replayTrace(replica, trace, { perTick: 1, to: commits })
  const peer = snapshotsOf(trace, commits)
  const pages = await timePages(document)
  const versions = await versionsOf(document)
  for (const [metric, order] of walks(commits, context.quick ? 20 : steps)) {
    const ours = await msEach(order, async at => (await document.at(versionAt(versions, at))).value.body)
    const theirs = await msEach(order, peer.textAt)
    if (ours.text !== theirs.text) throw new Error(`${metric}: not what Yjs gives`)
    report(context, commits, metric, ours.ms, theirs.ms, "Y.createDocFromSnapshot")
  }
  const opening = timeApplying(peer.updates)
  report(context, commits, "page of 50, the first", pages.first, opening, "Y.applyUpdate of all")
  report(context, commits, "page of 50, from the middle", pages.middle, opening, "Y.applyUpdate of all")
  await replica.close()
}

/** Places in a past, in the order in which somebody might look at them. */
function walks(
  commits: number,
  count: number
): readonly (readonly [metric: string, order: readonly number[]])[] {
  const middle = Math.floor(commits / 2)
  const random = seededRandom(1)
  const forward = Array.from({ length: count }, (_, i) => middle + i)
  return [
    ["a version, one step forward each time", forward],
    ["a version, one step back each time", forward.toReversed()],
    ["a version anywhere", forward.map(() => 1 + Math.floor(random() * (commits - 1)))]
  ]
}

async function msEach(
  order: readonly number[],
  textAt: (commit: number) => string | Promise<string>
): Promise<{ readonly ms: number; readonly text: string }> {
  let text = ""
  const start = performance.now()
  for (const at of order) text = await textAt(at)
  return { ms: (performance.now() - start) / order.length, text }
}

async function timePages(document: Paper): Promise<{ readonly first: number; readonly middle: number }> {
  let start = performance.now()
  await document.history()
  const first = performance.now() - start
  const [half] = (
    await document.history({ limit: Math.min(10_000, Math.ceil(document.version.height / 2)) })
  ).entries.slice(-1)
  start = performance.now()
  await document.history(half === undefined ? {} : { before: half.version })
  return { first, middle: performance.now() - start }
}

/** Newest first. */
async function versionsOf(document: Paper): Promise<readonly Version[]> {
  const versions: Version[] = []
  let page = await document.history({ limit: 10_000 })
  for (;;) {
    for (const { version } of page.entries) versions.push(version)
    if (page.older === undefined) return versions
    page = await document.history({ limit: 10_000, before: page.older })
  }
}

function versionAt(versions: readonly Version[], commit: number): Version {
  const version = versions[versions.length - commit]
  if (version === undefined) throw new Error(`there is no commit ${commit}`)
  return version
}

interface YjsPast {
  readonly textAt: (commit: number) => string
  readonly updates: readonly Uint8Array[]
}

/** The same edits in Yjs, with a snapshot after each. */
function snapshotsOf(trace: SequentialTrace, commits: number): YjsPast {
  const doc = new Y.Doc({ gc: false })
  const body = doc.getText("body")
  const snapshots: Uint8Array[] = []
  const updates: Uint8Array[] = []
  doc.on("update", update => updates.push(update))
  for (const { patches } of trace.transactions.slice(0, commits)) {
    doc.transact(() => {
      for (const [index, remove, insert] of patches) {
        body.delete(index, remove)
        body.insert(index, insert)
      }
    })
    snapshots.push(Y.encodeSnapshotV2(Y.snapshot(doc)))
  }
  const textAt = (commit: number): string => {
    const snapshot = snapshots[commit - 1]
    if (snapshot === undefined) throw new Error(`there is no snapshot ${commit}`)
    return Y.createDocFromSnapshot(doc, Y.decodeSnapshotV2(snapshot)).getText("body").toJSON()
  }
  return { textAt, updates }
}

/** Applying every commit to an empty document: what opening it from its log costs at least. */
function timeApplying(updates: readonly Uint8Array[]): number {
  const start = performance.now()
  const target = new Y.Doc()
  for (const update of updates) Y.applyUpdate(target, update)
  return performance.now() - start
}

function report(
  context: BenchContext,
  commits: number,
  metric: string,
  ours: number,
  peer: number,
  peerName: string
): void {
  context.report({
    bench: "core/history",
    input: `the first ${commits.toLocaleString("en-US")} commits of automerge-paper`,
    metric,
    unit: "ms",
    ours,
    peer,
    peerName,
    ratio: ours / peer,
    better: "lower",
    target: "",
    met: null
  })
}

/** What it costs to look at a document's past. */
export const benches: readonly Bench[] = [{ name: "core/history", run: runHistory }]
