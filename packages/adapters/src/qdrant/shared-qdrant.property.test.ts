import { childRows, column, type Replica, table } from "@syncline/core"
import { playSharedSink } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import fc from "fast-check"
import { expect, it } from "vitest"
import { loadClient } from "./client/load-client.ts"
import { recordFields, rowFields } from "./points/key-fields.ts"
import { pointNamespace, rowPointId } from "./points/point-id.ts"
import type { StoredPoint } from "./points/point.ts"
import { qdrantSink } from "./qdrant-sink.ts"
import { keyOf } from "./records/record-point.ts"
import { isReal } from "./testing/qdrant-place.ts"
import { QdrantStandIn } from "./testing/qdrant-stand-in.ts"
import { RequestGate } from "./testing/request-gate.ts"

interface Note {
  readonly n: number
}

/** Versions differ in how many rows they have. */
const tables = [
  table<Note>("notes", {
    collection: "notes",
    columns: { n: column.integer(note => note.n) },
    children: {
      note_parts: childRows(
        (note: Note) => Array.from({ length: note.n % 9 }, (_, index) => 9 * note.n + index),
        {
          part: column.integer(part => part)
        }
      )
    }
  })
]

/** Plays a history over a server of its own; gives back how much came in late. */
async function play(
  seed: number,
  gate: RequestGate,
  settle: (live: Replica, url: string) => Promise<void>
): Promise<number> {
  const server = await QdrantStandIn.start()
  const sinkAt = (url: string) => qdrantSink({ url, tables, attempts: 1 })
  const { late } = await playSharedSink(seed, {
    engine: yjs(),
    sink: () => sinkAt(server.url),
    stale: { sink: sinkAt(await server.door(gate)), gate },
    settle: live => settle(live, server.url)
  })
  await server.close()
  return late
}

async function pointsOf(url: string, collection: string): Promise<readonly StoredPoint[]> {
  const client = await loadClient({ url })
  const { data } = await client.api().scrollPoints({ collection_name: collection, limit: 1_000 })
  return (data as { readonly result: { readonly points: readonly StoredPoint[] } }).result.points
}

/** Rows that a record tells of, and which are not there in its version. */
async function missingRows(url: string): Promise<readonly string[]> {
  const missing: string[] = []
  const records = await pointsOf(url, "syncline_records")
  for (const name of ["notes", "note_parts"]) {
    const rows = new Map((await pointsOf(url, name)).map(({ id, payload }) => [id, payload ?? {}]))
    for (const { payload } of records) {
      if (typeof payload?.["document"] !== "string") continue
      const { [name]: count = 0 } = payload["rows"] as Readonly<Record<string, number>>
      for (let ordinal = 0; ordinal < count; ordinal++) {
        const row = rows.get(rowPointId(pointNamespace(name, undefined), payload["document"], ordinal))
        const [own, its] = [keyOf(row ?? {}, rowFields), keyOf(payload, recordFields)]
        if (JSON.stringify(own) !== JSON.stringify(its))
          missing.push(`${payload["document"]} ${name} ${ordinal}`)
      }
    }
  }
  return missing
}

const histories = { numRuns: Number(process.env["SYNCLINE_RUNS"] ?? 20) }

it.skipIf(isReal)(
  "[PJ34] [QD3] two replicas feed one server, any request and answer of one comes late: once the other has written the join, records and rows are right",
  async () => {
    let late = 0
    const history = async (seed: number): Promise<void> => {
      late += await play(seed, new RequestGate(), async () => {})
    }
    await fc.assert(fc.asyncProperty(fc.nat(), history), histories)
    expect(late).toBeGreaterThan(0)
  }
)

it.skipIf(isReal)(
  "[QD2] [QD3] also where requests are given up and done after everything else, no row is missing that a record tells of, and repair finds the rest",
  async () => {
    let late = 0
    const history = async (seed: number): Promise<void> => {
      late += await play(seed, new RequestGate({ cuts: true }), async (live, url) => {
        expect(await missingRows(url)).toEqual([])
        await live.repair()
        expect((await live.verify()).clean).toBe(true)
      })
    }
    await fc.assert(fc.asyncProperty(fc.nat(), history), histories)
    expect(late).toBeGreaterThan(0)
  }
)
