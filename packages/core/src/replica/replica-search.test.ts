import { expect, onTestFinished, test } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { defineProjection } from "../projection/projection.ts"
import type { Sink } from "../projection/sink.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { featureHashing } from "../vectors/feature-hashing.ts"
import { type VectorDefinition, vectors } from "../vectors/vectors.ts"
import { openReplica } from "./open-replica.ts"
import type { Replica } from "./replica.ts"

interface Note {
  readonly body: string
}

function chunksOf(collection: string, name = `${collection}_chunks`): VectorDefinition {
  const embed = featureHashing({ dimensions: 32 })
  return vectors<Note>(name, { collection, text: note => note.body, embed })
}

function sinkOf(name: string, ...tables: readonly VectorDefinition[]): Sink {
  return memorySink(undefined, { name, projection: defineProjection(tables) })
}

/** Cannot be reached. */
function unreachable(name: string): Sink {
  return { name, open: () => Promise.reject(new Error("the server is away")) }
}

async function open(...sinks: readonly Sink[]): Promise<Replica> {
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    sinks,
    ports: { logger: silentLogger }
  })
  onTestFinished(() => replica.close())
  return replica
}

async function write(replica: Replica, id: string, body: string): Promise<void> {
  const document = await replica.load(id)
  document.change(draft => void (draft["body"] = body))
}

test("[FI11] what was just written is found by who waits, stale for who does not, and what was just deleted is not found", async () => {
  const replica = await open(sinkOf("vectors", chunksOf("notes")))
  await write(replica, "notes/a", "ferries in the mist")
  expect(await replica.search("ferries", { stale: "wait" })).toMatchObject([
    { document: "notes/a", height: 1 }
  ])
  const sink = replica.sink("vectors")
  sink.pause()
  await write(replica, "notes/a", "ferries in the sun")
  expect(await replica.search("ferries")).toMatchObject([{ stale: true, height: 1 }])
  expect(await replica.search("ferries", { stale: "mend" })).toMatchObject([
    { stale: false, height: 2, chunks: [{ text: "ferries in the sun" }] }
  ])
  const note = await replica.load("notes/a")
  note.delete()
  expect(await replica.search("ferries")).toEqual([])
})

test("[FI11] who keeps writing holds up no search", async () => {
  const replica = await open(sinkOf("vectors", chunksOf("notes")))
  const note = await replica.load("notes/a")
  const giveUp = new AbortController()
  const rounds: number[] = []
  const keepWriting = async (): Promise<void> => {
    for (const round of Array.from({ length: 300 }).keys()) {
      if (giveUp.signal.aborted) return
      await note.change(draft => void (draft["body"] = `round ${rounds.push(round)}`)).durable
    }
  }
  const writing = keepWriting()
  await replica.search("round")
  giveUp.abort()
  await writing
  expect(rounds.length).toBeLessThan(300)
})

test("[FI7] a table is meant by its name, by its collection, or by being the only one", async () => {
  const [notes, tasks] = [chunksOf("notes"), chunksOf("tasks")]
  const replica = await open(sinkOf("one", notes), sinkOf("two", tasks))
  await write(replica, "tasks/a", "ferries")
  for (const options of [{ table: tasks }, { table: "tasks_chunks" }, { collection: "tasks" }])
    expect(await replica.search("ferries", { ...options, stale: "wait" })).toHaveLength(1)
  expect(await replica.search("ferries", { collection: { name: "notes" } })).toEqual([])
  expect(await replica.sink("two").search("ferries")).toHaveLength(1)
  await expect(replica.search("ferries")).rejects.toMatchObject({
    code: "query-invalid",
    message: expect.stringContaining("notes_chunks, tasks_chunks") as string
  })
  await expect(replica.search("ferries", { table: tasks, collection: "nots" })).rejects.toMatchObject({
    code: "query-invalid",
    message: expect.stringMatching(
      /table "tasks_chunks" .*collection "nots".*"notes_chunks" of collection "notes"/
    ) as string
  })
})

test("[FI7] [FI9] of several sinks the first that can be reached is asked; one that never was is the reason to fail", async () => {
  const notes = chunksOf("notes")
  const replica = await open(unreachable("down"), sinkOf("up", notes))
  await write(replica, "notes/a", "ferries")
  expect(await replica.search("ferries", { table: notes, stale: "wait" })).toHaveLength(1)
  await expect(replica.search("ferries", { table: "others" })).rejects.toMatchObject({
    code: "sink-failed",
    message: expect.stringMatching(/cannot be reached.*: the server is away$/) as string
  })
  const plain = await open(memorySink())
  await expect(plain.search("ferries")).rejects.toMatchObject({ code: "query-invalid" })
})

test("[FI10] [FI9] a search is given up with its signal, and not begun on a closed replica", async () => {
  const replica = await open(sinkOf("vectors", chunksOf("notes")))
  const search = replica.search("ferries", { signal: AbortSignal.abort() })
  await expect(search).rejects.toMatchObject({ code: "aborted" })
  await replica.close()
  await expect(replica.search("ferries")).rejects.toMatchObject({ code: "replica-closed" })
})
