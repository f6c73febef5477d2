import { fork } from "node:child_process"
import { once } from "node:events"
import { qdrantSink } from "@syncline/adapters/qdrant"
import { type DocumentId, parseDocumentId, systemPorts } from "@syncline/core"
import { SinkWorkbench, SyntheticSource } from "@syncline/core/testing"
import { type VectorDefinition, vectors } from "@syncline/core/vectors"
import { QdrantClient } from "@qdrant/js-client-rest"
import { QdrantStandIn } from "../../packages/adapters/src/qdrant/testing/qdrant-stand-in.ts"
import { elapsedMs, interleaved } from "../core/interleaved.ts"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { dimensions, Points } from "./points.ts"
import { timeInserts } from "./time-inserts.ts"

const standInProcess = new URL(
  "../../packages/adapters/src/qdrant/testing/stand-in-process.ts",
  import.meta.url
)

/** As the projector's own batches, and one request each. */
const batchSize = 500
const insertTarget = 0.7
const bytesTarget = 120

async function runQdrant(context: BenchContext): Promise<void> {
  await reportInsert(context, new Points(context.quick ? 1_000 : 4_000))
  await reportVerification(context, context.quick ? 2_000 : 100_000)
}

async function reportInsert(context: BenchContext, points: Points): Promise<void> {
  const count = points.ids.length
  const taken = await interleaved(
    context.quick ? 1 : 5,
    () => inServer(async url => (1_000 * count) / (await insertOurs(points, url))),
    () => inServer(async url => (1_000 * count) / (await insertBare(points, url)))
  )
  context.report({
    bench: "vectors/qdrant",
    input: `${count} × ${dimensions}, batches of ${batchSize}, into the stand-in`,
    metric: "documents inserted, with row, seal and bookkeeping",
    unit: "1/s",
    ...taken,
    peerName: "@qdrant/js-client-rest, points and nothing else",
    better: "higher",
    target: `≥ ${insertTarget}×`,
    met: taken.ratio >= insertTarget
  })
}

function insertOurs(points: Points, url: string): Promise<number> {
  return timeInserts(points, () => qdrantSink({ url, tables: [points.definition()] }), batchSize)
}

async function insertBare(points: Points, url: string): Promise<number> {
  const client = new QdrantClient({ url, checkCompatibility: false })
  await client.createCollection("points", { vectors: { size: dimensions, distance: "Cosine" } })
  const { all, ids } = points
  return elapsedMs(async () => {
    for (let at = 0; at < all.length; at += batchSize) {
      const batch = all.slice(at, at + batchSize).map((vector, i) => ({
        id: at + i,
        vector: Array.from(vector),
        payload: { parent_id: ids[at + i], ordinal: 0, text: ids[at + i], start: 0 }
      }))
      await client.upsert("points", { wait: true, points: batch })
    }
  })
}

/** Runs with a server of another process. */
async function inServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const server = fork(standInProcess)
  const exited = once(server, "exit")
  try {
    const [url] = (await once(server, "message")) as [string]
    return await work(url)
  } finally {
    server.disconnect()
    await exited
  }
}

/** Bytes on the wire in both directions, counted at the sockets; vectors are short, for none is to go over it. */
async function reportVerification(context: BenchContext, count: number): Promise<void> {
  const standIn = await QdrantStandIn.start()
  const bench = new SinkWorkbench(
    { sink: () => qdrantSink({ url: standIn.url, tables: [shortVectors()] }) },
    sourceOf(count)
  )
  const projector = await bench.project()
  const bytesOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = standIn.trafficBytes
    await work()
    return (standIn.trafficBytes - before) / count
  }
  const client = new QdrantClient({ url: standIn.url, checkCompatibility: false })
  const peer = await bytesOf(() => scrollAll(client))
  for (const contents of [false, true]) {
    const ours = await bytesOf(async () => {
      if (!(await bench.verify(projector, { contents })).clean)
        throw new Error("the verification is not clean")
    })
    context.report({
      bench: "vectors/qdrant",
      input: `${count} documents of one point each`,
      metric: `verification ${contents ? "with" : "without"} contents, per point`,
      unit: "B",
      ours,
      peer,
      peerName: "@qdrant/js-client-rest, scrolling all points without vectors",
      ratio: ours / peer,
      better: "lower",
      // What contents come to is for the contents to say.
      target: contents ? "" : `≤ ${bytesTarget} B`,
      met: contents ? null : ours <= bytesTarget
    })
  }
  await projector.close()
  await standIn.close()
}

async function scrollAll(client: QdrantClient): Promise<void> {
  let offset: Awaited<ReturnType<QdrantClient["scroll"]>>["next_page_offset"]
  do {
    const page = await client.scroll("points", {
      limit: batchSize,
      with_payload: true,
      with_vector: false,
      ...(offset !== undefined && offset !== null && { offset })
    })
    offset = page.next_page_offset
  } while (offset !== undefined && offset !== null)
}

const shortLength = 4

function shortVectors(): VectorDefinition {
  return vectors<{ readonly body: string }>("points", {
    collection: "points",
    text: point => point.body,
    embed: {
      id: "short",
      version: "1",
      dimensions: shortLength,
      // Each another one, so that none of the hashes compresses.
      embed: texts =>
        Promise.resolve(texts.map(text => Array.from({ length: shortLength }, (_, i) => numberOf(text) + i)))
    }
  })
}

function numberOf(text: string): number {
  return 1 + Number(/\d+/.exec(text)?.[0] ?? 0)
}

function sourceOf(count: number): SyntheticSource {
  const source = new SyntheticSource(systemPorts())
  const ids: readonly DocumentId[] = Array.from({ length: count }, (_, i) => parseDocumentId(`points/${i}`))
  for (const [i, id] of ids.entries())
    source.put(id, { body: `What point ${i} has to say, in a sentence or so.` })
  return source
}

/** Vectors in Qdrant, by its stand-in: what inserting costs beside the bare client, and what a verification transfers. */
export const benches: readonly Bench[] = [{ name: "vectors/qdrant", run: runQdrant }]
