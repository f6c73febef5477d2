import { join } from "node:path"
import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import {
  coreError,
  type DurableDocument,
  openReplica,
  type Sink,
  type SinkWrite,
  type Watermark
} from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { rawDocuments } from "./raw-rows.ts"

const documents = 1_000
const rounds = 3

/** A sink that can be switched off, and counts what it is given. */
class SwitchedSink implements Sink {
  readonly name: string
  readonly #sink: Sink
  isDown = false
  /** What it was given, in order. */
  written: DurableDocument[] = []

  constructor(sink: Sink) {
    this.name = sink.name
    this.#sink = sink
  }

  async open(context: Parameters<Sink["open"]>[0]): ReturnType<Sink["open"]> {
    this.#mustBeUp()
    const session = await this.#sink.open(context)
    const apply = session.apply.bind(session)
    return Object.assign(session, {
      apply: async (writes: readonly SinkWrite[], watermark: Watermark) => {
        this.#mustBeUp()
        this.written.push(...writes.map(({ document }) => document))
        await apply(writes, watermark)
      }
    })
  }

  #mustBeUp(): void {
    if (this.isDown) throw coreError("sink-failed", "the sink is switched off")
  }
}

/** What happens once the sink is back. */
interface Return {
  readonly label: string
  /** Whoever knows that it is back says so. Otherwise it is found out, after the rest that an open breaker gives a sink. */
  readonly isTold: boolean
  readonly breaker?: { readonly restMs: number }
}

const told: Return = { label: "resumed by hand", isTold: true }
const leftAlone: Return = { label: "left alone, all defaults", isTold: false }
/** The same, for a look that must not take half a minute. */
const leftBriefly: Return = {
  label: "left alone, resting 0.3 s at most",
  isTold: false,
  breaker: { restMs: 300 }
}

interface Round {
  readonly records: number
  readonly ms: number
  readonly rawMs: number
}

async function run(context: BenchContext): Promise<void> {
  for (const back of [told, context.quick ? leftBriefly : leftAlone]) await runOne(context, back)
}

async function runOne(context: BenchContext, back: Return): Promise<void> {
  const commits = context.quick ? 2_000 : 10_000
  const all: Round[] = []
  for (let round = 0; round < rounds; round++)
    all.push(await inTemporaryFolder(folder => catchUp(folder, commits, back)))
  const input = `${commits} commits to ${documents} documents while the sink was down, ${back.label}`
  const bench = "projection/sink-down"
  const records = Math.max(...all.map(each => each.records))
  const ms = median(all.map(each => each.ms))
  context.report({
    bench,
    input,
    metric: "records written to catch up, at most",
    unit: "records",
    ours: records,
    peer: commits,
    peerName: "one for each commit",
    ratio: records / commits,
    better: "lower",
    target: `≤ ${documents}`,
    met: records <= documents
  })
  context.report({
    bench,
    input,
    metric: "from coming back to caught up",
    unit: "ms",
    ours: ms,
    peer: median(all.map(each => each.rawMs)),
    peerName: "raw upserts of the same rows, made beforehand",
    ratio: median(all.map(each => each.ms / each.rawMs)),
    better: "lower",
    target: "< 5,000 ms",
    met: ms < 5000
  })
}

async function catchUp(folder: string, commits: number, { isTold, breaker }: Return): Promise<Round> {
  const sink = new SwitchedSink(sqliteSink(join(folder, "rows.db")))
  const replica = await openReplica({
    store: sqliteStore(join(folder, "store.db"), {
      durability: "process",
      stateDirectory: join(folder, "state")
    }),
    engine: yjs(),
    sinks: [breaker === undefined ? sink : { sink, breaker }]
  })
  const notes = await Promise.all(Array.from({ length: documents }, (_, n) => replica.load(`notes/${n}`)))
  for (const [n, note] of notes.entries())
    note.change(draft => Object.assign(draft, { n, title: `title ${n}` }))
  await replica.sink("sqlite").flush()
  sink.isDown = true
  for (let n = 0; n < commits; n++) {
    notes[n % documents]?.change(draft => Object.assign(draft, { n, title: `title ${n}` }))
    if (n % 100 === 99) await replica.flush()
  }
  await replica.flush()
  const projector = replica.sink("sqlite")
  // It has failed often enough to be given up for a while: nothing is tried before that is over, unless somebody resumes it.
  while (projector.status.breaker !== "open") await new Promise<void>(resolve => setTimeout(resolve, 10))
  sink.written = []
  sink.isDown = false
  const begun = performance.now()
  if (isTold) projector.resume()
  // Who waits does not shorten a pause.
  await projector.drain()
  const ms = performance.now() - begun
  await replica.close()
  return { records: sink.written.length, ms, rawMs: timeRaw(join(folder, "raw.db"), sink.written) }
}

function timeRaw(path: string, written: readonly DurableDocument[]): number {
  const raw = rawDocuments(path)
  const rows = written.map(document => raw.toRow(document))
  const begun = performance.now()
  raw.write(rows)
  const ms = performance.now() - begun
  raw.close()
  return ms
}

/** A sink comes back after a long time: what it takes to bring it up to date. */
export const benches: readonly Bench[] = [{ name: "projection/sink-down", run }]
