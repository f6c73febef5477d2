import { describe, expect, test } from "vitest"
import type { JsonPatch } from "@syncline/diff/json"
import { collection } from "../document/collection.ts"
import { counter, list, map, register, text } from "../document/shape.ts"
import type { StandardSchema } from "../document/standard-schema.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Document } from "./document.ts"
import { openReplica } from "./open-replica.ts"

const fields = { body: text(), tags: list(), meta: map({ note: text() }) }
const notes = collection("notes", { fields })

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("document.patch on %s", (_, engine) => {
  async function openNote(): Promise<Document<Record<string, unknown>>> {
    const ports = { logger: silentLogger }
    const replica = await openReplica({ store: memoryStore(), engine: engine(), collections: [notes], ports })
    const note = await replica.load<Record<string, unknown>>(notes as never, "1")
    note.change(draft => Object.assign(draft, { body: "one two", tags: ["a", "b"], free: { n: 1 } }))
    return note
  }

  /** The bytes of the commit a patch makes. */
  async function patched(note: Document<Record<string, unknown>>, patch: JsonPatch): Promise<unknown> {
    const paths: unknown[] = []
    const stop = note.subscribe(change => paths.push(...change.paths))
    note.patch(patch, { meta: { author: "Ada" } })
    stop()
    const [entry] = (await note.history({ limit: 1 })).entries
    expect(entry?.meta).toEqual({ author: "Ada" })
    return paths
  }

  test("[PA2] is one commit that touches what it names", async () => {
    const note = await openNote()
    const { height } = note.version
    const paths = await patched(note, [
      { op: "test", path: "/tags/0", value: "a" },
      { op: "add", path: "/tags/-", value: "c" },
      { op: "replace", path: "/free/n", value: 2 }
    ])
    expect([paths, note.version.height]).toEqual([[["tags"], ["free", "n"]], height + 1])
    expect(note.value).toMatchObject({ tags: ["a", "b", "c"], free: { n: 2 } })
  })

  test("[PA3] a text that is replaced is edited in place, and stays a text where it is moved or copied", async () => {
    const note = await openNote()
    const { body, free } = note.value
    note.patch([
      { op: "replace", path: "/body", value: "one and two" },
      { op: "copy", from: "/body", path: "/twin" },
      { op: "move", from: "/twin", path: "/meta/copy" }
    ])
    expect([body, note.value["free"]]).toEqual(["one two", free])
    note.text("meta", "copy").insert(0, "> ")
    expect(note.value).toMatchObject({ body: "one and two", meta: { copy: "> one and two" } })
  })

  test("[PA4] is refused whole, naming the operation and why", async () => {
    const note = await openNote()
    const { value } = note
    const refused: [JsonPatch, number, string][] = [
      [[{ op: "test", path: "/free/n", value: 2 }], 0, "patch-test-failed"],
      [
        [
          { op: "add", path: "/x", value: 1 },
          { op: "remove", path: "/y" }
        ],
        1,
        "patch-invalid"
      ],
      [[{ op: "add", path: "/tags/3", value: "x" }], 0, "patch-invalid"],
      [[{ op: "add", path: "/tags/01", value: "x" }], 0, "patch-invalid"],
      [[{ op: "replace", path: "/tags/-", value: "x" }], 0, "patch-invalid"],
      [[{ op: "add", path: "tags", value: "x" }], 0, "patch-invalid"],
      [[{ op: "add", path: "/body/0", value: "x" }], 0, "patch-invalid"],
      [[{ op: "move", from: "/free", path: "/free/n" }], 0, "patch-invalid"],
      [[{ op: "remove", path: "" }], 0, "patch-invalid"],
      [[{ op: "replace", path: "", value: [] }], 0, "patch-invalid"],
      [[{ op: "add", path: "/x", value: undefined }], 0, "patch-invalid"],
      [[{ op: "add", path: "/x" } as never], 0, "patch-invalid"],
      [[{ op: "jump", path: "/x" } as never], 0, "patch-invalid"],
      [[null as never], 0, "patch-invalid"]
    ]
    for (const [patch, index, code] of refused)
      expect(() => note.patch(patch)).toThrow(
        expect.objectContaining({ code, details: expect.objectContaining({ index }) as object }) as object
      )
    expect(() => note.patch("x" as never)).toThrow(
      expect.objectContaining({ code: "patch-invalid" }) as object
    )
    expect(note.value).toBe(value)
  })

  test("[PA5] a declared container is emptied, not removed; the root is merged into", async () => {
    const note = await openNote()
    for (const patch of [
      [{ op: "remove", path: "/body" }],
      [{ op: "move", from: "/tags", path: "/old" }],
      [{ op: "replace", path: "", value: { body: "x" } }]
    ] as JsonPatch[])
      expect(() => note.patch(patch)).toThrow(expect.objectContaining({ code: "path-invalid" }) as object)
    note.patch([{ op: "replace", path: "", value: { body: "", tags: ["b"], meta: { note: "" }, own: 1 } }])
    expect(note.value).toEqual({ body: "", tags: ["b"], meta: { note: "" }, own: 1 })
    note.text("body").insert(0, "still a text")
  })

  test("[PA5] so it is under a schema that would miss the container", async () => {
    const schema: StandardSchema<{ body: string }> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: value =>
          "body" in (value as object) ? {} : { issues: [{ path: ["body"], message: "a body is needed" }] }
      }
    }
    const strict = collection("strict", { fields: { body: text() }, schema })
    const ports = { logger: silentLogger }
    const replica = await openReplica({
      store: memoryStore(),
      engine: engine(),
      collections: [strict],
      ports
    })
    const note = await replica.load(strict, "1")
    const refused = expect.objectContaining({ code: "path-invalid" }) as object
    expect(() => note.patch([{ op: "remove", path: "/body" }])).toThrow(refused)
    expect(() => note.change(draft => void Reflect.deleteProperty(draft, "body"))).toThrow(refused)
  })

  test("[PA8] a counter that is replaced counts the difference, a declared register that is removed shows its default", async () => {
    const polls = collection("polls", { fields: { votes: counter(), state: register({ default: "open" }) } })
    const ports = { logger: silentLogger }
    const replica = await openReplica({ store: memoryStore(), engine: engine(), collections: [polls], ports })
    const poll = await replica.load(polls, "1")
    poll.counter("votes").increment(2)
    poll.patch([
      { op: "replace", path: "/votes", value: 7 },
      { op: "add", path: "/state", value: "closed" }
    ])
    expect(poll.value).toEqual({ votes: 7, state: "closed" })
    poll.patch([{ op: "remove", path: "/state" }])
    expect([poll.value, poll.counter("votes").value]).toEqual([{ votes: 7, state: "open" }, 7])
    expect(() => poll.patch([{ op: "add", path: "/votes/0", value: 1 }])).toThrow(
      expect.objectContaining({ code: "patch-invalid" }) as object
    )
  })

  test("[PA6] keys are keys, `__proto__` like any other", async () => {
    const note = await openNote()
    note.patch([
      { op: "add", path: "/__proto__", value: { polluted: true } },
      { op: "add", path: "/a~1b", value: 1 },
      { op: "add", path: "/m~0n", value: 2 },
      { op: "add", path: "/-", value: 3 }
    ])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    expect(Object.keys(note.value)).toEqual(expect.arrayContaining(["__proto__", "a/b", "m~n", "-"]))
    note.patch([{ op: "remove", path: "/__proto__" }])
    expect(Object.hasOwn(note.value, "__proto__")).toBe(false)
  })
})
