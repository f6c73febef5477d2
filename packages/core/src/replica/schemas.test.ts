import type * as Y from "yjs"
import { describe, expect, test, vi } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { type Collection, collection } from "../document/collection.ts"
import { counter, list, register, text } from "../document/shape.ts"
import type { StandardSchema } from "../document/standard-schema.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { type MemoryStore, memoryStore } from "../store/memory-store.ts"
import { conflictRecord } from "../testing/core-conflict-record.ts"
import { keepStore } from "../testing/kept-batches.ts"
import type { Document } from "./document.ts"
import { openReplica } from "./open-replica.ts"
import type { Replica } from "./replica.ts"
import type { ReplicaEvent } from "./replica-events.ts"

interface Note {
  title: string
  body: string
  tags: string[]
}

type Validate = StandardSchema["~standard"]["validate"]

/** A title that is not empty, a body without a tab, tags that are words. Says all that is wrong. */
const strict: StandardSchema<Note> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: value => {
      const { title, body, tags } = value as Partial<Note>
      const issues = [
        ...(typeof title === "string" && title !== ""
          ? []
          : [{ path: ["title"], message: "a title is needed" }]),
        ...(body?.includes("\t") ? [{ path: ["body"], message: "no tabs" }] : []),
        ...(tags ?? []).flatMap((tag, at) =>
          typeof tag === "string" ? [] : [{ path: [{ key: "tags" }, at], message: "a tag is a word" }]
        )
      ]
      return issues.length === 0 ? {} : { issues }
    }
  }
}

const fields = { body: text(), tags: list() }
const notes: Collection<Note> = collection("notes", { fields, schema: strict })
/** What an app without the schema takes the same documents for. */
const loose: Collection<Record<string, unknown>> = collection("notes", { fields })

const invalid = expect.objectContaining({ code: "value-invalid" }) as object

async function send(from: Replica, to: Replica): Promise<void> {
  await from.flush()
  const document = (await from.load("notes/1")).id
  const { commits } = await from.host.delta(document, { version: await to.host.version(document) })
  await to.host.receive({ commits: decodeCommits(encodeCommits(commits)), origin: {} })
}

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("a schema on %s", (name, engine) => {
  function open(store: MemoryStore = memoryStore(), declared: Collection<object> = notes): Promise<Replica> {
    return openReplica({ store, engine: engine(), collections: [declared], ports: { logger: silentLogger } })
  }

  /** A valid note, with the same note on a replica that knows no schema. */
  async function openTwo(): Promise<[Document<Note>, Document<Record<string, unknown>>, Replica, Replica]> {
    const [ours, theirs] = [await open(), await open(memoryStore(), loose)]
    const note = await ours.load(notes, "1")
    note.change(draft => Object.assign(draft, { title: "Plan", body: "text", tags: ["a", "b"] }))
    await send(ours, theirs)
    return [note, await theirs.load(loose, "1"), ours, theirs]
  }

  test("[SV2] an invalid local change changes nothing, whichever way it is made", async () => {
    const { store, batches } = keepStore(memoryStore())
    const replica = await openReplica({ store, engine: engine(), collections: [notes] })
    const note = await replica.load(notes, "1")
    note.change(draft => Object.assign(draft, { title: "Plan", body: "text" }))
    await replica.flush()
    const [value, version, written] = [note.value, note.version, batches.length]
    const heard = vi.fn<() => void>()
    note.subscribe(heard)
    for (const attempt of [
      () => note.change(draft => (draft.title = "")),
      () => note.patch([{ op: "remove", path: "/title" }]),
      () => note.text("body").insert(0, "\t"),
      () => note.text("body").codePoints.insert(4, "\t"),
      () => note.change(draft => draft.tags.push(7 as never))
    ])
      expect(attempt).toThrow(invalid)
    await replica.flush()
    expect(note.value).toBe(value)
    expect([note.version.compare(version), batches.length]).toEqual(["equal", written])
    expect(heard).not.toHaveBeenCalled()
  })

  test("[SV2] the error has every issue, and the message the first", async () => {
    const note = await (await open()).load(notes, "1")
    const attempt = () => note.change(draft => Object.assign(draft, { body: "\t" }))
    expect(attempt).toThrow('leave "notes/1" invalid at "title": a title is needed (and 1 more)')
    expect(attempt).toThrow(
      expect.objectContaining({
        details: {
          document: "notes/1",
          issues: [
            { path: ["title"], message: "a title is needed" },
            { path: ["body"], message: "no tabs" }
          ]
        }
      }) as object
    )
    expect(note.exists).toBe(false)
  })

  test("[SV2] nor does a step of a counter, and what a default shows is judged with the rest", async () => {
    const bounded: StandardSchema<{ votes: number; state: string }> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: value => {
          const { votes, state } = value as { votes: number; state: string }
          return votes <= 2 && state === "open" ? {} : { issues: [{ message: "too many" }] }
        }
      }
    }
    const declared = { votes: counter(), state: register({ default: "open" }) }
    const polls = collection("polls", { fields: declared, schema: bounded })
    const poll = await (await open(memoryStore(), polls)).load(polls, "1")
    poll.counter("votes").increment(2)
    expect(() => poll.counter("votes").increment()).toThrow(invalid)
    expect(() => poll.change(draft => (draft.votes += 1))).toThrow(invalid)
    expect(() => poll.change(draft => (draft.state = "shut"))).toThrow(invalid)
    poll.counter("votes").decrement()
    expect([poll.value, poll.issues]).toEqual([{ state: "open", votes: 1 }, []])
  })

  test("[SV3] nor does one by reverting, undoing or resolving", async () => {
    const [note, other, ours, theirs] = await openTwo()
    other.change(draft => (draft["title"] = ""))
    await send(theirs, ours)
    const bad = note.version
    const undo = note.undoManager()
    note.change(draft => (draft.title = "Mended"))
    const good = note.version
    await expect(note.revertTo(bad)).rejects.toThrow(invalid)
    await expect(undo.undo()).rejects.toThrow(invalid)
    await expect(note.resolve(conflictRecord(note.id), draft => (draft.title = ""))).rejects.toThrow(invalid)
    expect([note.value.title, note.version.compare(good), undo.canUndo]).toEqual(["Mended", "equal", true])
  })

  test("[SV4] what others write is taken, flagged once, and told when it is right again", async () => {
    const [note, other, ours, theirs] = await openTwo()
    const events: ReplicaEvent[] = []
    ours.on(event => events.push(event))
    expect(note.issues).toEqual([])
    for (const title of ["", 7, "Right"]) {
      other.change(draft => (draft["title"] = title))
      await send(theirs, ours)
    }
    const issues = [{ path: ["title"], message: "a title is needed" }]
    expect(events).toEqual([
      { type: "invalid", document: note.id, issues },
      { type: "valid", document: note.id }
    ])
    expect([note.value, note.issues]).toEqual([other.value, []])
  })

  test("[SV4] a document is flagged as it is loaded, without an event, and judged once for each value", async () => {
    const [note, other, ours, theirs] = await openTwo()
    const store = memoryStore()
    const validate = vi.fn<Validate>(strict["~standard"].validate)
    const watched = collection("notes", {
      fields,
      schema: { "~standard": { ...strict["~standard"], validate } }
    })
    other.change(draft => (draft["title"] = ""))
    await send(theirs, ours)
    const third = await open(store, watched)
    await send(ours, third)
    await third.close()
    const events: ReplicaEvent[] = []
    const again = await openReplica({
      store,
      engine: engine(),
      collections: [watched],
      onEvent: event => events.push(event)
    })
    validate.mockClear()
    const loaded = await again.load(watched, "1")
    expect([loaded.issues, loaded.issues, loaded.issues]).toEqual([note.issues, note.issues, note.issues])
    expect([note.issues.length, validate.mock.calls.length, events]).toEqual([1, 1, []])
  })

  test("[SV4] a local change costs one validation", async () => {
    const validate = vi.fn<Validate>(strict["~standard"].validate)
    const watched = collection("notes", {
      fields,
      schema: { "~standard": { ...strict["~standard"], validate } }
    })
    const replica = await open(memoryStore(), watched)
    const note = await replica.load(watched, "1")
    note.change(draft => Object.assign(draft, { title: "Plan" }))
    validate.mockClear()
    for (const letter of ["a", "b", "c"]) note.text("body").insert(0, letter)
    await replica.flush()
    expect([note.issues, validate.mock.calls.length]).toEqual([[], 3])
  })

  test("[SV5] a document that is invalid takes changes that add nothing, so that it can be mended in steps", async () => {
    const [note, other, ours, theirs] = await openTwo()
    other.change(draft => Object.assign(draft, { title: "", tags: ["ok", 1, 2] }))
    await send(theirs, ours)
    expect(() => note.text("body").insert(0, "\t")).toThrow(invalid)
    expect(() => note.change(draft => draft.tags.push(3 as never))).toThrow(invalid)
    note.text("body").insert(0, "more ")
    note.change(draft => draft.tags.shift())
    note.change(draft => draft.tags.pop())
    expect(note.issues.map(({ path }) => path)).toEqual([["title"], ["tags", 0]])
    note.change(draft => (draft.title = "Mended"))
    note.change(draft => (draft.tags = []))
    expect(note.issues).toEqual([])
  })

  test("[SV5] a document that is not there yet has to be valid with its first content", async () => {
    const note = await (await open()).load(notes, "1")
    expect(note.issues).toEqual([])
    note.ensureContainer("body")
    expect(() => note.text("body").insert(0, "x")).toThrow(invalid)
    note.change(draft => Object.assign(draft, { title: "now" }))
    note.text("body").insert(0, "x")
    expect(note.issues).toEqual([])
  })

  test("[SV6] a validator that throws refuses, with what it threw, and flags", async () => {
    const cause = new Error("on purpose")
    const throwing: StandardSchema<Note> = {
      "~standard": {
        ...strict["~standard"],
        validate: () => {
          throw cause
        }
      }
    }
    const broken = collection("notes", { fields, schema: throwing })
    const ours = await open(memoryStore(), broken)
    const [, , theirs] = await openTwo()
    await send(theirs, ours)
    const note = await ours.load(broken, "1")
    expect(() => note.text("body").insert(0, "x")).toThrow(
      expect.objectContaining({ code: "value-invalid", cause }) as object
    )
    expect(note.issues).toEqual([{ path: [], message: "on purpose" }])
  })

  test("[SV6] a validator that changes the document refuses what it judges", async () => {
    const held: { note?: Document<Note> } = {}
    const writing: StandardSchema<Note> = {
      "~standard": {
        ...strict["~standard"],
        validate: value => {
          if (!("done" in (value as object))) held.note?.change(draft => Object.assign(draft, { done: true }))
          return {}
        }
      }
    }
    const watched = collection("notes", { fields, schema: writing })
    const note = await (await open(memoryStore(), watched)).load(watched, "1")
    held.note = note
    expect(() => note.text("body").insert(0, "x")).toThrow(
      expect.objectContaining({ code: "draft-invalid" }) as object
    )
    expect(note.value).toEqual({ body: "", tags: [], done: true })
  })

  test("[SV7] a validator that takes time is refused, and says what to do", async () => {
    const slow: StandardSchema<Note> = {
      "~standard": { ...strict["~standard"], validate: () => Promise.reject(new Error("late")) }
    }
    const later = collection("notes", { fields, schema: slow })
    const note = await (await open(memoryStore(), later)).load(later, "1")
    const attempt = () => note.change(draft => Object.assign(draft, { title: "x" }))
    expect(attempt).toThrow(expect.objectContaining({ code: "validator-async" }) as object)
    expect(note.exists).toBe(false)
  })

  test.runIf(name === "yjs")("[SV4] what an editor writes is committed and flagged", async () => {
    const [note, , ours] = await openTwo()
    const events: string[] = []
    ours.on(({ type }) => events.push(type))
    ;(note.native as Y.Doc).getMap("root").set("title", "")
    await ours.flush()
    expect([note.issues.length, events, note.version.height]).toEqual([1, ["invalid"], 2])
  })

  test("[SV8] a validator sees frozen values, and what it makes of them is not used", async () => {
    const trimming: StandardSchema<Note> = {
      "~standard": {
        ...strict["~standard"],
        validate: value => {
          expect([Object.isFrozen(value), Object.isFrozen((value as Note).tags)]).toEqual([true, true])
          return { value: { title: "trimmed" } } as object
        }
      }
    }
    const trimmed = collection("notes", { fields, schema: trimming })
    const note = await (await open(memoryStore(), trimmed)).load(trimmed, "1")
    note.change(draft => Object.assign(draft, { title: "  as typed  ", tags: ["a"] }))
    expect(note.value.title).toBe("  as typed  ")
  })

  test("[SV9] a collection is loaded with the rules it was opened with", async () => {
    const replica = await open()
    const other = collection("notes", { fields, schema: { ...strict } })
    const later = collection("notes", { fields, schema: strict, version: 2 })
    for (const declared of [loose, other, later])
      await expect(replica.load(declared, "1")).rejects.toThrow(
        expect.objectContaining({ code: "shape-invalid" }) as object
      )
    await expect(replica.load(notes, "1")).resolves.toBeDefined()
  })
})

test("[SV10] what is no Standard Schema is refused at declaration", () => {
  for (const schema of [{}, null, "x", { "~standard": {} }])
    expect(() => collection("notes", { schema: schema as never })).toThrow(
      expect.objectContaining({ code: "shape-invalid" }) as object
    )
})
