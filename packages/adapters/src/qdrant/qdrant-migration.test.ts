import { memoryStore, openReplica, type Replica } from "@syncline/core"
import { migrateSink } from "@syncline/core/migration"
import { featureHashing, vectors } from "@syncline/core/vectors"
import { yjs } from "@syncline/core/yjs"
import { afterEach, expect, it } from "vitest"
import { qdrantAliases } from "./qdrant-aliases.ts"
import { isReal, QdrantPlace } from "./testing/qdrant-place.ts"

interface Note {
  readonly body: string
}

const places: QdrantPlace[] = []

afterEach(async () => {
  for (const place of places.splice(0)) await place.close()
})

async function makePlace(): Promise<QdrantPlace> {
  const place = await QdrantPlace.make()
  places.push(place)
  return place
}

/** The notes in collections of their own for each model. */
const sinkOf = (place: QdrantPlace, name: "v1" | "v2", size: number) =>
  place.sink({
    name,
    prefix: `${name}_`,
    tables: [
      vectors<Note>("note_chunks", {
        collection: "notes",
        text: note => note.body,
        embed: featureHashing({ dimensions: size })
      })
    ]
  })

const aliases = { v1: { chunks: "v1_note_chunks" }, v2: { chunks: "v2_note_chunks" } }

async function write(replica: Replica, key: string, body: string): Promise<void> {
  const note = await replica.load(`notes/${key}`)
  await note.change(draft => Object.assign(draft, { body })).projected
}

/** How long the vectors are that a client of the alias searches among. */
async function aliasDimensions(place: QdrantPlace): Promise<unknown> {
  const { data } = await place.api.getCollection({ collection_name: "chunks" })
  return (data as { result: { config: { params: { vectors: { size: number } } } } }).result.config.params
    .vectors.size
}

it("[QD18] [MI4] [MI9] another embedding model: the alias and searches go to the old one until cutover, and back at a rollback", async () => {
  const place = await makePlace()
  const { url } = place
  const publish = qdrantAliases({ url, aliases })
  const store = memoryStore()
  const before = await openReplica({ store, engine: yjs(), sinks: [sinkOf(place, "v1", 16)] })
  for (const [key, body] of ["a ferry in the mist", "letters", "ropes and salt"].entries())
    await write(before, `${key}`, body)
  await publish("v1")
  await before.close()
  const migration = migrateSink({ from: sinkOf(place, "v1", 16), to: sinkOf(place, "v2", 32), publish })
  const replica = await openReplica({ store, engine: yjs(), sinks: [migration] })
  await migration.reached("cutover")
  expect(await aliasDimensions(place)).toBe(16)
  await migration.cutover()
  expect(await aliasDimensions(place)).toBe(32)
  await write(replica, "3", "the last ferry")
  await replica.sink("v1").drain()
  for (const name of ["v1", "v2"])
    expect((await replica.sink(name).search("the last ferry"))[0]?.document).toBe("notes/3")
  expect((await replica.search("the last ferry"))[0]?.document).toBe("notes/3")
  await migration.rollback()
  expect(await aliasDimensions(place)).toBe(16)
  expect((await replica.search("the last ferry"))[0]?.document).toBe("notes/3")
  await replica.close()
})

const isAliasChange = ({ path }: { readonly path: string }): boolean => path === "/collections/aliases"

/** A server with the collections of both models. */
async function makeModels(): Promise<QdrantPlace> {
  const place = await makePlace()
  const sinks = [sinkOf(place, "v1", 16), sinkOf(place, "v2", 32)]
  await (await openReplica({ store: memoryStore(), engine: yjs(), sinks })).close()
  return place
}

it.skipIf(isReal)(
  "[QD18] where aliases lead is read: a lost answer is no failure, and a yes no success",
  async () => {
    const place = await makeModels()
    const publish = qdrantAliases({ url: place.url, aliases, attempts: 2 })
    place.standIn?.failNext({ kind: "lost" }, 2, isAliasChange)
    await publish("v1")
    expect([place.standIn?.pendingFaults, await aliasDimensions(place)]).toEqual([0, 16])
    place.standIn?.failNext({ kind: "ignored" }, 1, isAliasChange)
    await expect(publish("v2")).rejects.toMatchObject({
      code: "sink-failed",
      message: expect.stringContaining('"chunks" leads to v1_note_chunks') as string
    })
    place.standIn?.failNext({ kind: "reset" }, 2, isAliasChange)
    await expect(publish("v2")).rejects.toMatchObject({ code: "sink-failed" })
    expect(await aliasDimensions(place)).toBe(16)
  }
)

it.skipIf(isReal)(
  "[QD18] a server that does not answer is not waited for longer than told, nor after the signal",
  async () => {
    const place = await makeModels()
    place.standIn?.failNext({ kind: "slow", delayMs: 60_000 }, 3, ({ path }) => path !== "/collections")
    const hasty = qdrantAliases({ url: place.url, aliases, attempts: 1, timeoutMs: 40 })
    await expect(hasty("v1")).rejects.toMatchObject({
      code: "sink-failed",
      message: expect.stringContaining("within 40 ms") as string
    })
    const given = new AbortController()
    const seen = place.standIn?.seen(isAliasChange)
    const patient = qdrantAliases({ url: place.url, aliases })("v1", { signal: given.signal })
    const outcome = patient.catch((error: unknown) => error)
    await seen
    given.abort()
    expect(await outcome).toMatchObject({ code: "aborted" })
    await qdrantAliases({ url: place.url, aliases })("v1")
    expect(await aliasDimensions(place)).toBe(16)
  }
)

it("[QD18] where one of them cannot be changed, none is", async () => {
  const place = await makeModels()
  const { url } = place
  const missing = { chunks: "v2_note_chunks", others: "v2_nothing" }
  const taken = { chunks: "v2_note_chunks", v1_note_chunks: "v2_note_chunks" }
  await qdrantAliases({ url, aliases })("v1")
  await qdrantAliases({ url, aliases })("v1")
  await expect(qdrantAliases({ url, aliases: { v2: missing } })("v2")).rejects.toMatchObject({
    message: expect.stringContaining("v2_nothing") as string
  })
  await expect(qdrantAliases({ url, aliases: { v2: taken } })("v2")).rejects.toMatchObject({
    code: "options-invalid"
  })
  expect(await aliasDimensions(place)).toBe(16)
  await expect(qdrantAliases({ url, aliases })("v3")).rejects.toMatchObject({ code: "options-invalid" })
})

it("[QD18] where there is nothing to point at, that is said at once", () => {
  const none = {} as Parameters<typeof qdrantAliases>[0]
  for (const options of [none, { aliases: {} }, { aliases: { v1: { notes: "v1_notes" }, v2: {} } }])
    expect(() => qdrantAliases({ url: "http://127.0.0.1:6333", ...options })).toThrowError(
      expect.objectContaining({ code: "options-invalid" }) as Error
    )
})
