import { sinkContract, vectorSinkContract } from "@syncline/core/testing"
import { afterEach, describe, expect, it } from "vitest"
import { contractSink, contractVectorSink } from "./testing/contract-fixtures.ts"
import { isReal, type QdrantPlace } from "./testing/qdrant-place.ts"
import { VectorNotes } from "./testing/vector-notes.ts"

const places: QdrantPlace[] = []

afterEach(async () => {
  for (const place of places.splice(0)) await place.close()
})

/** Notes in a server of its own, and what indexes a collection of it has. */
async function makeNotes(
  ...args: Parameters<typeof VectorNotes.make>
): Promise<{ notes: VectorNotes; readonly indexes: (name: string) => Promise<readonly string[]> }> {
  const notes = await VectorNotes.make(...args)
  places.push(notes.place)
  const indexes = async (name: string): Promise<readonly string[]> => {
    const { data } = await notes.place.api.getCollection({ collection_name: name })
    return Object.keys((data as { result: { payload_schema: object } }).result.payload_schema).sort()
  }
  return { notes, indexes }
}

const rowKey = ["syncline_generation", "syncline_height", "syncline_projection"]
const recordKey = ["generation", "height", "projection", "seal"]

/** As Qdrant's cloud sets it, and narrow limits beside. */
const strict = {
  enabled: true,
  unindexed_filtering_retrieve: false,
  unindexed_filtering_update: false,
  upsert_max_batchsize: 40,
  max_query_limit: 50,
  filter_max_conditions: 8,
  condition_max_size: 7,
  read_rate_limit: 30,
  write_rate_limit: 30,
  search_allow_exact: false
} as const

/** Some damages, and no long schedule: what differs here is which requests are taken. */
const isShort = ({ title }: { readonly title: string }): boolean =>
  !title.includes("any schedule") && (!title.startsWith("[RP4]") || /row|ids|many/.test(title))

describe.skipIf(isReal)("qdrantSink in strict mode", () => {
  const cases = sinkContract("qdrant, strict mode", () => contractSink({ strict })).filter(isShort)

  it("[QD19] what deletions are conditioned by has an index", async () => {
    const { notes, indexes } = await makeNotes({}, { strict })
    await (await notes.open()).close()
    expect(await indexes("note_chunks")).toEqual(expect.arrayContaining(rowKey))
    expect(await indexes("syncline_records")).toEqual(["document", ...recordKey])
  })

  it("[QD19] an index that is gone while the sink is open is sink-fenced; opened anew, it is there", async () => {
    const { notes, indexes } = await makeNotes({}, { strict })
    const session = await notes.open()
    await notes.apply(session, notes.note(1, "The tide comes in over ropes and salt. ".repeat(8)))
    await notes.place.api.deleteFieldIndex({
      collection_name: "note_chunks",
      field_name: rowKey[1],
      wait: true
    })
    const short = notes.note(1, "ropes")
    await expect(notes.apply(session, short)).rejects.toMatchObject({ code: "sink-fenced" })
    const again = await notes.open()
    await notes.apply(again, short)
    expect(await indexes("note_chunks")).toEqual(expect.arrayContaining(rowKey))
    expect(await notes.texts(again)).toEqual(["ropes"])
  })

  it("[QD19] elsewhere there are no more indexes than searches take", async () => {
    const { notes, indexes } = await makeNotes()
    await (await notes.open()).close()
    expect(await indexes("note_chunks")).toEqual(["parent_id", "size", "topic"])
    expect(await indexes("syncline_records")).toEqual(["document"])
  })

  const vectorCases = vectorSinkContract("qdrant, strict mode", () => contractVectorSink({ strict }), {
    vectorContents: false
  })
  for (const { title, run } of cases) it(title, () => run())
  for (const { title, run } of vectorCases) it(title, () => run())
})

describe.skipIf(isReal)("qdrantSink on a server without conditions", () => {
  const cases = sinkContract("qdrant 1.15", () => contractSink({ version: "1.15.4" })).filter(isShort)
  for (const { title, run } of cases) it(title, () => run())
})
