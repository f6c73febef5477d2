import {
  collection,
  type Document,
  type Engine,
  type MemoryStore,
  memoryStore,
  openReplica,
  type Replica,
  type ReplicaOptions,
  text
} from "@syncline/core"
import { auditTrail } from "@syncline/core/audit"
import { automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"
import type { Bench, BenchContext, BenchRow } from "../harness/bench.ts"
import { elapsedMs, interleaved } from "./interleaved.ts"

const name = "core/audit"

const pages = collection<{ body: string; [key: string]: unknown }>("pages", { fields: { body: text() } })

type Page = Document<{ body: string; [key: string]: unknown }>

/** What somebody works on, and how. */
interface Work {
  readonly what: string
  /** Fewer where each takes tens of milliseconds. */
  readonly commits: number
  readonly begin: (page: Page) => void
  readonly step: (page: Page, at: number) => void
}

const works: readonly Work[] = [
  {
    what: "changes of a record of 12 members",
    commits: 1_000,
    begin: page => page.change(draft => fill(draft, 12)),
    step: (page, at) => page.change(draft => Object.assign(draft, { [`member${at % 12}`]: `value ${at}` }))
  },
  typing(2_000, 1_000),
  typing(100_000, 100),
  {
    what: "changes of one of 10,000 members",
    commits: 100,
    begin: page => page.change(draft => fill(draft, 10_000)),
    step: (page, at) => page.change(draft => Object.assign(draft, { [`member${at * 7}`]: at }))
  }
]

/** What a fold costs, and a store grows, where what commits did is kept. */
async function runAudit(context: BenchContext): Promise<void> {
  for (const engine of [yjs(), automerge()])
    for (const work of context.quick ? works.slice(0, 1) : works) await measure(context, engine, work)
}

async function measure(context: BenchContext, engine: Engine, work: Work): Promise<void> {
  const store = await written(engine, work)
  const row = { bench: name, input: `${engine.name}: ${work.commits.toLocaleString("en-US")} ${work.what}` }
  const { ours, peer, ratio } = await interleaved(
    context.quick ? 1 : 5,
    () => foldMs(store, { engine, audit: auditTrail() }),
    () => foldMs(store, { engine })
  )
  const none = { better: "lower", target: "", met: null } as const satisfies Partial<BenchRow>
  context.report({
    ...{ ...row, ...none, metric: "folding them", unit: "ms", ours, peer, ratio },
    peerName: "without an audit trail"
  })
  const { commits } = work
  const { kept, log } = await bytesOf(store, engine)
  context.report({
    ...{ ...row, ...none, metric: "kept of each", unit: "B", ours: kept / commits, peer: log / commits },
    ...{ ratio: kept / log, peerName: "its commit in the log" }
  })
}

function typing(length: number, commits: number): Work {
  return {
    what: `keys typed into a text of ${length.toLocaleString("en-US")}`,
    commits,
    begin: page => page.text("body").insert(0, "Documents that people edit. ".repeat(length / 28)),
    step: (page, at) => page.text("body").insert(Math.floor(length / 3) + at, "x")
  }
}

function fill(draft: Record<string, unknown>, members: number): void {
  for (let i = 0; i < members; i++) draft[`member${i}`] = `value ${i}`
}

async function written(engine: Engine, { begin, step, commits }: Work): Promise<MemoryStore> {
  const store = memoryStore()
  const replica = await open(store, { engine })
  const page = await replica.load(pages, "1")
  begin(page)
  for (let at = 1; at < commits; at++) {
    step(page, at)
    await replica.flush()
  }
  await replica.close()
  return store
}

function open(store: MemoryStore, options: Pick<ReplicaOptions, "engine" | "audit">): Promise<Replica> {
  return openReplica({ store, collections: [pages], retainCommits: Number.POSITIVE_INFINITY, ...options })
}

async function foldMs(
  store: MemoryStore,
  options: Pick<ReplicaOptions, "engine" | "audit">
): Promise<number> {
  const replica = await open(store.clone(), options)
  await replica.load(pages, "1")
  const spent = await elapsedMs(() => replica.compact("pages/1", 0))
  await replica.close()
  return spent
}

/** Bytes of the trail, and of the log it is about. */
async function bytesOf(
  store: MemoryStore,
  engine: Engine
): Promise<{ readonly kept: number; readonly log: number }> {
  const copy = store.clone()
  const replica = await open(copy, { engine, audit: auditTrail() })
  await replica.compact("pages/1", 0)
  await replica.close()
  const [before, after] = [await store.open(), await copy.open()]
  const records = await before.readLog({ after: 0, limit: 1_000 })
  const values = await after.listValues({ space: "audit", limit: 1_000 })
  await Promise.all([before.close(), after.close()])
  return {
    kept: values.reduce((sum, { value }) => sum + value.length, 0),
    log: records.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }
}

/** What keeping an audit trail costs. */
export const benches: readonly Bench[] = [{ name, run: runAudit }]
