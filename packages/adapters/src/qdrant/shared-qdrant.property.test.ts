import { childRows, column, table } from "@syncline/core"
import { playSharedSink } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import fc from "fast-check"
import { expect, it } from "vitest"
import { qdrantSink } from "./qdrant-sink.ts"
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

it.skipIf(isReal)(
  "[PJ34] [QD3] two replicas feed one server, any request and answer of one comes late: once the other has written the join, records and rows are right",
  async () => {
    let late = 0
    const history = async (seed: number): Promise<void> => {
      const server = await QdrantStandIn.start()
      const gate = new RequestGate()
      const url = await server.door(gate)
      const stale = { sink: qdrantSink({ url, tables }), gate }
      const counts = await playSharedSink(seed, {
        engine: yjs(),
        sink: () => qdrantSink({ url: server.url, tables }),
        stale
      })
      late += counts.late
      await server.close()
    }
    await fc.assert(fc.asyncProperty(fc.nat(), history), {
      numRuns: Number(process.env["SYNCLINE_RUNS"] ?? 20)
    })
    expect(late).toBeGreaterThan(0)
  }
)
