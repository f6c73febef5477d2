import { memoryStore, openReplica, type Replica } from "@syncline/core"
import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { yjs } from "@syncline/core/yjs"
import { decodeCommits } from "../../packages/core/src/codec/commit-decoder.ts"
import { encodeCommits } from "../../packages/core/src/codec/commit-encoder.ts"
import { readFrame } from "../../packages/core/src/sync/frame-reader.ts"
import { readVersions, writeVersions } from "../../packages/core/src/sync/versions-codec.ts"
import { memoryRoute } from "../core/linked-replicas.ts"
import { type Bench, type BenchContext, type BenchRow, median } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"

/** Two replicas with the same documents, neither of which knows where it is in the other's log. */
interface Strangers {
  readonly near: Replica
  readonly far: Replica
  readonly documents: number
}

/** What one meeting took. */
interface Meeting {
  readonly bytes: number
  /** The commits that had to travel, encoded as one batch in each direction. */
  readonly payload: number
  /** Questions of a reconciliation that had to be answered before what differs was known. */
  readonly roundTrips: number
  readonly ms: number
}

const pageSize = 500
const maxFrame = 2 ** 24

async function runStrangers(context: BenchContext): Promise<void> {
  const documents = context.quick ? 2_000 : 100_000
  const pair = await strangers(documents)
  const random = seededRandom(5)
  for (const changed of [1, 10, 100, 1_000]) {
    const runs: Meeting[] = []
    for (let run = 0; run < (context.quick ? 1 : 9); run++)
      runs.push(await meetingAfter(pair, changed, random))
    const start = performance.now()
    const listing = (await listingBytes(pair.near)) + (await listingBytes(pair.far))
    const listingMs = performance.now() - start
    const input = `${named(documents)} documents, ${named(changed)} changed`
    reportRuns(context, { input, changed }, runs, {
      listing,
      ms: listingMs,
      limit: Math.ceil(log2Choose(documents, changed) / 8)
    })
  }
  await pair.near.close()
  await pair.far.close()
}

function reportRuns(
  context: BenchContext,
  { input, changed }: { readonly input: string; readonly changed: number },
  runs: readonly Meeting[],
  peers: { readonly listing: number; readonly ms: number; readonly limit: number }
): void {
  const middle = (read: (run: Meeting) => number) => median(runs.map(read))
  const [bytes, payload] = [middle(run => run.bytes), middle(run => run.payload)]
  const beyond = middle(run => run.bytes - run.payload)
  const row = (metric: string, ours: number, peerName: string, peer: number, most?: number): BenchRow => ({
    bench: "sync/strangers",
    input,
    metric,
    unit: "B",
    ours,
    peer,
    peerName,
    ratio: ours / peer,
    better: "lower",
    target: most === undefined ? "" : `<= ${most.toLocaleString("en-US")} B`,
    met: most === undefined ? null : ours <= most
  })
  context.report(row("all frames, both ways", bytes, "commits that must travel", payload))
  context.report(
    row(
      "beyond the commits",
      beyond,
      "a listing of all versions",
      peers.listing,
      changed > 100 ? undefined : 12_000
    )
  )
  context.report(row("beyond the commits", beyond, "log2 C(n, d) / 8", peers.limit))
  const roundTrips = middle(run => run.roundTrips)
  context.report({
    ...row("questions before the last push", roundTrips, "worst of these runs", worst(runs)),
    unit: "",
    target: "<= 2",
    met: roundTrips <= 2
  })
  context.report({
    ...row(
      "link opened to equal roots",
      middle(run => run.ms),
      "listing all versions and reading them",
      peers.ms
    ),
    unit: "ms"
  })
}

function worst(runs: readonly Meeting[]): number {
  return Math.max(...runs.map(run => run.roundTrips))
}

/** Changes documents, half of them at each side, and has the sides meet. */
async function meetingAfter(
  { near, far, documents }: Strangers,
  changed: number,
  random: () => number
): Promise<Meeting> {
  const picked = new Set<number>()
  while (picked.size < changed) picked.add(Math.floor(random() * documents))
  const before = new Map([near, far].map(replica => [replica, replica.host.end.position]))
  for (const [i, number] of [...picked].entries())
    (await (i % 2 === 0 ? far : near).load(nameOf(number))).change(draft => {
      draft.body = `Note ${number} says something else now: ${Math.floor(random() * 1e9)}.`
    })
  await Promise.all([near.flush(), far.flush()])
  const payload =
    (await newCommits(near, before.get(near) ?? 0)) + (await newCommits(far, before.get(far) ?? 0))
  for (const [from, to] of [
    [near, far],
    [far, near]
  ] as const)
    await from.host.savePeerCursor({ epoch: to.host.epoch, position: 2 ** 40, logHash: new Uint8Array(16) })
  return { ...(await meet(near, far)), payload }
}

async function meet(near: Replica, far: Replica): Promise<Omit<Meeting, "payload">> {
  let [bytes, roundTrips] = [0, 0]
  const route = memoryRoute(far).transport
  const start = performance.now()
  const link = near.connect({
    name: route.name,
    connect: async signal => {
      const inner = await route.connect(signal)
      return {
        get bufferedBytes() {
          return inner.bufferedBytes
        },
        send: message => {
          bytes += message.length
          if (readFrame(message, maxFrame).frame.kind === "reconcile") roundTrips++
          inner.send(message)
        },
        onMessage: listener =>
          inner.onMessage(message => {
            bytes += message.length
            listener(message)
          }),
        onClose: listener => inner.onClose(listener),
        close: closed => inner.close(closed)
      }
    }
  })
  await link.synced()
  const ms = performance.now() - start
  link.close()
  return { bytes, roundTrips, ms }
}

/** A batch with what a replica wrote since a position of its log. */
async function newCommits(replica: Replica, after: number): Promise<number> {
  const changed = await replica.host.changedSince(after, 100_000)
  const commits = []
  for (const { document } of changed) commits.push(...(await replica.host.delta(document, { after })).commits)
  return commits.length === 0 ? 0 : encodeCommits(commits).length
}

async function strangers(documents: number): Promise<Strangers> {
  const [near, far] = [await open(), await open()]
  for (let from = 0; from < documents; from += pageSize) {
    for (let i = from; i < Math.min(documents, from + pageSize); i++)
      (await near.load(nameOf(i))).change(draft => {
        draft.title = `Note ${i}`
        draft.body = `What note ${i} says, in a sentence or two as such notes do.`
      })
    await near.flush()
    const commits = []
    for (const { document } of await near.host.changedSince(from, pageSize))
      commits.push(...(await near.host.delta(document, {})).commits)
    await far.host.receive({ commits: decodeCommits(encodeCommits(commits)), origin: {} })
  }
  return { near, far, documents }
}

/** What telling every document with its version takes; what is written is read, too. */
async function listingBytes(replica: Replica): Promise<number> {
  let bytes = 0
  for (let page = await replica.host.versions("notes", undefined, 256); page.length > 0; ) {
    const writer = new ByteWriter()
    writeVersions(writer, page)
    bytes += writer.length
    const { length } = readVersions(new ByteReader(writer.finish()).varBytes(maxFrame), {
      maxBytes: maxFrame,
      maxEntries: page.length
    })
    if (length !== page.length) throw new Error("a page does not come back as it was written")
    page = await replica.host.versions("notes", page.at(-1)?.document, 256)
  }
  return bytes
}

function open(): Promise<Replica> {
  return openReplica({ store: memoryStore(), engine: yjs(), memoryBudgetBytes: 1_000_000 })
}

function nameOf(i: number): string {
  return `notes/${String(i).padStart(7, "0")}`
}

/** Bits that name `d` of `n` things. */
function log2Choose(n: number, d: number): number {
  let bits = 0
  for (let i = 0; i < d; i++) bits += Math.log2((n - i) / (d - i))
  return bits
}

function named(count: number): string {
  return count.toLocaleString("en-US")
}

/** What strangers with the same history exchange to become equal. */
export const benches: readonly Bench[] = [{ name: "sync/strangers", run: runStrangers }]
