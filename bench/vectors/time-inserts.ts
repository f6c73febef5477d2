import type { Sink } from "@syncline/core"
import { SinkWorkbench } from "@syncline/core/testing"
import { elapsedMs } from "../core/interleaved.ts"
import type { Points } from "./points.ts"

/** Milliseconds a sink takes for all points, in batches of so many. It is given what it is to write: embedding is not in it. */
export async function timeInserts(points: Points, sink: () => Sink, batchSize: number): Promise<number> {
  const bench = new SinkWorkbench({ sink }, points.source)
  const session = await bench.open()
  const captured = await Promise.all(points.ids.map(id => bench.source.capture(id)))
  const documents = captured.filter(document => document !== undefined)
  const writes = await Promise.all(documents.map(document => bench.write(session, document)))
  const { epoch } = bench.source
  const elapsed = await elapsedMs(async () => {
    for (let at = 0; at < writes.length; at += batchSize)
      await session.apply(writes.slice(at, at + batchSize), { epoch, position: at + batchSize })
  })
  await session.close()
  return elapsed
}
