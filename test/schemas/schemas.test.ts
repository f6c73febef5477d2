import {
  collection,
  counter,
  type Collection,
  type Document,
  type DocumentOf,
  type Draft,
  type JsonValue,
  list,
  map,
  memoryStore,
  openReplica,
  register,
  silentLogger,
  text
} from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { type } from "arktype"
import * as v from "valibot"
import { describe, expect, expectTypeOf, onTestFinished, test } from "vitest"
import { z } from "zod"

const fields = { body: text(), tags: list(), meta: map({ note: text() }) }

interface Note {
  title: string
  done?: boolean | undefined
  body: string
  tags: string[]
  meta: { note: string }
}

const byZod = collection("notes", {
  fields,
  schema: z.object({
    title: z.string().min(1),
    done: z.boolean().optional(),
    body: z.string().optional(),
    tags: z.array(z.string()),
    meta: z.object({ note: z.string().max(5) })
  })
})

const byValibot = collection("notes", {
  fields,
  schema: v.object({
    title: v.pipe(v.string(), v.minLength(1)),
    done: v.optional(v.boolean()),
    body: v.optional(v.string()),
    tags: v.array(v.string()),
    meta: v.object({ note: v.pipe(v.string(), v.maxLength(5)) })
  })
})

const byArktype = collection("notes", {
  fields,
  schema: type({
    title: "string > 0",
    "done?": "boolean",
    "body?": "string",
    tags: "string[]",
    meta: { note: "string <= 5" }
  })
})

async function openNote(notes: Collection<Note>): Promise<Document<Note>> {
  const ports = { logger: silentLogger }
  const replica = await openReplica({ store: memoryStore(), engine: yjs(), collections: [notes], ports })
  onTestFinished(() => replica.close())
  return replica.load(notes, "1")
}

/** The paths of what is wrong with what a change would leave. */
function pathsRefused(change: () => unknown): unknown {
  try {
    change()
    return "made"
  } catch (error) {
    const { details } = error as { details?: { issues?: readonly { path: unknown }[] } }
    return details?.issues?.map(({ path }) => JSON.stringify(path)).sort()
  }
}

describe.each<[string, Collection<Note>]>([
  ["zod", byZod],
  ["valibot", byValibot],
  ["arktype", byArktype]
])("a schema of %s", (_, notes) => {
  test("[SV11] takes what it describes, and refuses all else with every place", async () => {
    const note = await openNote(notes)
    note.change(draft => Object.assign(draft, { title: "Plan", tags: ["a"] }))
    expect(pathsRefused(() => note.change(draft => Object.assign(draft, { title: "" })))).toEqual([
      '["title"]'
    ])
    const attempt = (): unknown =>
      note.change(draft => {
        draft.tags.push(7 as never)
        draft.meta.note = "much too long"
      })
    expect(pathsRefused(attempt)).toEqual(['["meta","note"]', '["tags",1]'])
    expect(note.value).toEqual({ title: "Plan", body: "", tags: ["a"], meta: { note: "" } })
  })

  test("[SV7] is refused where it takes time", async () => {
    const slow = {
      zod: z.object({ title: z.string().refine(async () => true) }),
      valibot: v.objectAsync({ title: v.string() })
    }
    for (const schema of Object.values(slow)) {
      const note = await openNote(collection("notes", { fields, schema }) as unknown as Collection<Note>)
      expect(() => note.change(draft => Object.assign(draft, { title: "x" }))).toThrow(
        expect.objectContaining({ code: "validator-async" }) as object
      )
    }
  })
})

test("[SV8] defaults and transforms of a schema are not used", async () => {
  const schema = z.object({ title: z.string().trim().default("untitled"), extra: z.string().optional() })
  const notes = collection("notes", { schema })
  expectTypeOf<DocumentOf<typeof notes>>().toEqualTypeOf<{
    title?: string | undefined
    extra?: string | undefined
  }>()
  const replica = await openReplica({ store: memoryStore(), engine: yjs(), collections: [notes] })
  const note = await replica.load(notes, "1")
  note.change(draft => (draft.extra = "x"))
  note.change(draft => Object.assign(draft, { title: " as typed " }))
  expect(note.value).toEqual({ title: " as typed ", extra: "x" })
  await replica.close()
})

test("[SV12] values and drafts have the type the schema takes, with declared containers always there", () => {
  expectTypeOf<DocumentOf<typeof byZod>["title"]>().toEqualTypeOf<string>()
  expectTypeOf<DocumentOf<typeof byZod>["done"]>().toEqualTypeOf<boolean | undefined>()
  expectTypeOf<DocumentOf<typeof byZod>["body"]>().toEqualTypeOf<string>()
  expectTypeOf<DocumentOf<typeof byZod>["tags"]>().toEqualTypeOf<string[]>()
  expectTypeOf<DocumentOf<typeof byZod>["meta"]["note"]>().toEqualTypeOf<string>()
  expectTypeOf<DocumentOf<typeof byValibot>["tags"]>().toEqualTypeOf<string[]>()
  expectTypeOf<DocumentOf<typeof byArktype>["body"]>().toEqualTypeOf<string>()
  expectTypeOf<Draft<DocumentOf<typeof byZod>>["tags"]>().toEqualTypeOf<string[]>()
  const part = collection("notes", { fields: { log: list() }, schema: z.object({ title: z.string() }) })
  expectTypeOf<DocumentOf<typeof part>["log"]>().toEqualTypeOf<readonly JsonValue[]>()
  expectTypeOf<DocumentOf<typeof part>["title"]>().toEqualTypeOf<string>()
  const counted = collection("notes", {
    fields: { votes: counter(), state: register({ default: "open" }), owner: register<string>() },
    schema: z.object({ votes: z.number().optional(), state: z.enum(["open", "shut"]).optional() })
  })
  expectTypeOf<DocumentOf<typeof counted>["votes"]>().toEqualTypeOf<number>()
  expectTypeOf<DocumentOf<typeof counted>["state"]>().toEqualTypeOf<"open" | "shut">()
  expectTypeOf<DocumentOf<typeof counted>["owner"]>().toEqualTypeOf<string | undefined>()
  const stated = collection<Note>("notes", { fields, schema: z.object({}) })
  expectTypeOf<DocumentOf<typeof stated>>().toEqualTypeOf<Note>()
  const plain = collection("notes", { fields: { body: text() } })
  expectTypeOf<DocumentOf<typeof plain>["body"]>().toEqualTypeOf<string>()
})
