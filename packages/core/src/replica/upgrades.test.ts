import type * as Y from "yjs"
import { describe, expect, test } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { type Collection, collection } from "../document/collection.ts"
import { replace } from "../document/draft/marker.ts"
import { list, text } from "../document/shape.ts"
import type { AutomergeNative } from "../engine/automerge/native-handle.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Store } from "../store/store.ts"
import type { Document } from "./document.ts"
import { openReplica } from "./open-replica.ts"
import type { Replica } from "./replica.ts"
import type { ReplicaEvent } from "./replica-events.ts"
import { conflictRecord } from "../testing/core-conflict-record.ts"

interface First {
  name?: string
  done?: boolean
}

interface Third {
  title?: string
  state?: string
  body: string
  schemaVersion?: number
}

const fields = { body: text() }

/** `name` becomes `title`; finds its work done. */
function toSecond(draft: { name?: string; title?: string }): void {
  if (draft.name === undefined) return
  draft.title = draft.name
  delete draft.name
}

/** `done` becomes `state`. */
function toThird(draft: { done?: boolean; state?: string }): void {
  if (draft.done === undefined) return
  draft.state = draft.done ? "done" : "open"
  delete draft.done
}

const first: Collection<First & { body: string }> = collection("tasks", { fields })
const second: Collection<Third> = collection("tasks", { fields, version: 2, upgrades: { 2: toSecond } })
const third: Collection<Third> = collection("tasks", {
  fields,
  version: 3,
  upgrades: { 2: toSecond, 3: toThird }
})

async function send(from: Replica, to: Replica): Promise<void> {
  await from.flush()
  const { id } = await from.load("tasks/1")
  const { commits } = await from.host.delta(id, { version: await to.host.version(id) })
  await to.host.receive({ commits: decodeCommits(encodeCommits(commits)), origin: {} })
}

function code(expected: string): object {
  return expect.objectContaining({ code: expected }) as object
}

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("versions on %s", (name, engine) => {
  function open(
    declared: Collection<object>,
    store: Store = memoryStore(),
    onEvent: (event: ReplicaEvent) => void = () => {}
  ): Promise<Replica> {
    const ports = { logger: silentLogger }
    return openReplica({ store, engine: engine(), collections: [declared], ports, onEvent })
  }

  /** Writes as an editor does. */
  function typeTitle(native: unknown, key = "title"): void {
    if (name === "yjs") (native as Y.Doc).getMap("root").set(key, "typed")
    else (native as AutomergeNative).change(draft => (draft[key] = "typed"))
  }

  /** A replica of a newer app, with a document of the first version. */
  async function openOld(declared: Collection<Third> = third): Promise<[Replica, Replica]> {
    const old = await open(first)
    const task = await old.load(first, "1")
    task.change(draft => Object.assign(draft, { name: "Paint", done: true, body: "the shed" }))
    const ours = await open(declared)
    await send(old, ours)
    return [ours, old]
  }

  test("[SV20] an old document shows upgraded, and nothing is committed for reading it", async () => {
    const [ours] = await openOld()
    const task = await ours.load(third, "1")
    expect(task.value).toEqual({ title: "Paint", state: "done", body: "the shed", schemaVersion: 3 })
    expect(task.value).toBe(task.value)
    expect([Object.isFrozen(task.value), task.version.height]).toEqual([true, 1])
    expect((await task.at(task.version)).value).toEqual({ name: "Paint", done: true, body: "the shed" })
  })

  test("[SV21] the first local change commits the upgrade by itself, and then the change", async () => {
    const [ours, old] = await openOld()
    const task = await ours.load(third, "1")
    task.text("body").insert(8, "!")
    const [change, upgrade] = (await task.history()).entries
    expect([change?.upgraded, upgrade?.upgraded, upgrade?.meta]).toEqual([
      undefined,
      3,
      { syncline: { upgrade: 3 } }
    ])
    expect(task.value).toEqual({ title: "Paint", state: "done", body: "the shed!", schemaVersion: 3 })
    await send(ours, old)
    expect((await old.load(first, "1")).value).toEqual(task.value)
    task.change(draft => (draft.state = "open"))
    expect(task.version.height).toBe(4)
  })

  test("[SV21] a change that is refused, or changes nothing, commits no upgrade", async () => {
    const [ours] = await openOld()
    const task = await ours.load(third, "1")
    task.change(() => {})
    expect(() => task.text("body").insert(99, "!")).toThrow(code("path-invalid"))
    expect(() =>
      task.change(() => {
        throw new Error("on purpose")
      })
    ).toThrow("on purpose")
    expect(() => task.patch([{ op: "test", path: "/title", value: "other" }])).toThrow(
      code("patch-test-failed")
    )
    expect(task.version.height).toBe(1)
  })

  test("[SV21] what the upgrade appends is not of the change that appends to it", async () => {
    const logged = collection<Third & { log: string[] }>("tasks", {
      fields: { body: text(), log: list() },
      version: 2,
      upgrades: { 2: (draft: { log: string[] }) => void draft.log.push("upgraded") }
    })
    const old = await open(first)
    ;(await old.load(first, "1")).change(draft => (draft.name = "Paint"))
    const ours = await open(logged)
    await send(old, ours)
    const task = await ours.load(logged, "1")
    const before = task.version
    task.change(draft => draft.log.push("changed"))
    const [change, upgrade] = (await task.history({ after: before })).entries
    expect((await upgrade?.changes())?.patch).toContainEqual(expect.objectContaining({ value: "upgraded" }))
    expect((await change?.changes())?.patch).toEqual([{ op: "add", path: "/log/1", value: "changed" }])
  })

  test("[SV21] who writes on hearing of the upgrade writes after the change", async () => {
    const [ours, old] = await openOld()
    const task = await ours.load(third, "1")
    const heard: unknown[] = []
    const stop = task.subscribe(({ paths }) => {
      stop()
      heard.push(...paths)
      task.text("body").insert(0, "> ")
    })
    task.text("body").insert(8, "!")
    expect(heard.map(String).sort()).toEqual(["body", "done", "name", "schemaVersion", "state", "title"])
    expect([task.value.body, task.version.height]).toEqual(["> the shed!", 4])
    await send(ours, old)
    expect((await old.load(first, "1")).value).toEqual(task.value)
  })

  test("[SV22] a document that begins here has the version in its first commit", async () => {
    const ours = await open(third)
    const [task, bare, patched] = [
      await ours.load(third, "1"),
      await ours.load(third, "2"),
      await ours.load(third, "3")
    ]
    task.change(draft => (draft.title = "New"))
    bare.ensureContainer("body")
    patched.patch([{ op: "add", path: "/title", value: "Patched" }])
    bare.change(() => {})
    expect([task.value, task.version.height]).toEqual([{ title: "New", body: "", schemaVersion: 3 }, 1])
    expect(bare.value).toEqual({ body: "", schemaVersion: 3 })
    expect(patched.value).toEqual({ title: "Patched", body: "", schemaVersion: 3 })
  })

  test("[SV22] a document that nothing is put into gets no version, whatever was tried", async () => {
    const task = await (await open(third)).load(third, "1")
    task.change(draft => {
      draft.title = "for a moment"
      delete draft.title
    })
    expect([task.exists, task.value]).toEqual([false, { body: "" }])
  })

  test("[SV22] what a change writes as the version is passed over", async () => {
    const ours = await open(third)
    const task = await ours.load(third, "1")
    task.change(draft => Object.assign(draft, { title: "New", schemaVersion: 1 }))
    task.change(draft => delete draft.schemaVersion)
    task.change(draft => Object.assign(draft, { title: "Newer", schemaVersion: 1, state: "open" }))
    const held = { title: "Newer", state: "open", body: "", schemaVersion: 3 }
    expect((await task.at(task.version)).value).toEqual(held)
    task.patch([{ op: "replace", path: "", value: { body: "all of it" } }])
    expect(task.value).toEqual({ body: "all of it", schemaVersion: 3 })
  })

  test("[SV9] a collection is loaded with the version it was opened with", async () => {
    const ours = await open(third)
    await expect(ours.load(second, "1")).rejects.toThrow(code("shape-invalid"))
    await expect(ours.load(third, "1")).resolves.toBeDefined()
  })

  test("[SV23] the version is kept under another key where that is said", async () => {
    const named = collection<Third & { v?: number }>("tasks", { fields, version: 2, versionField: "v" })
    const task = await (await open(named)).load(named, "1")
    task.change(draft => (draft.title = "New"))
    expect(task.value).toEqual({ title: "New", body: "", v: 2 })
  })

  test("[SV24] an upgrade that fails shows what is stored, loudly, and keeps it from being changed", async () => {
    const cause = new Error("on purpose")
    const failing = collection<Third>("tasks", {
      fields,
      version: 3,
      upgrades: {
        3: () => {
          throw cause
        }
      }
    })
    const old = await open(first)
    ;(await old.load(first, "1")).change(draft => (draft.name = "Paint"))
    const events: ReplicaEvent[] = []
    const ours = await open(failing, memoryStore(), event => events.push(event))
    await send(old, ours)
    const task = await ours.load(failing, "1")
    expect([task.value, task.upgradeError?.code]).toEqual([{ name: "Paint", body: "" }, "upgrade-failed"])
    const details = { document: "tasks/1", version: 3 }
    const expected = expect.objectContaining({ code: "upgrade-failed", cause, details }) as object
    expect(() => task.text("body").insert(0, "x")).toThrow(expected)
    expect(task.upgradeError).toEqual(expected)
    expect(() => task.change(draft => (draft.title = "x"))).toThrow(
      new RegExp(
        `^"tasks/1" could not be upgraded and shows as it is stored: the upgrade to version 3 failed: [^;]*; mend`
      )
    )
    ;(await old.load(first, "1")).change(draft => (draft.name = "Paint twice"))
    await send(old, ours)
    expect([events.map(({ type }) => type), task.version.height]).toEqual([["upgrade-failed"], 2])
  })

  test("[SV24] nothing is brought back that could not be upgraded, but into what cannot be either", async () => {
    const picky = collection<First & Third>("tasks", {
      fields,
      version: 2,
      upgrades: {
        2: (draft: First) => {
          if (draft.name === "bad") throw new Error("on purpose")
        }
      }
    })
    const old = await open(first)
    const theirs = await old.load(first, "1")
    const ours = await open(picky)
    theirs.change(draft => (draft.name = "bad"))
    await send(old, ours)
    const task = await ours.load(picky, "1")
    const bad = task.version
    theirs.change(draft => Object.assign(draft, { name: "bad", done: true }))
    await send(old, ours)
    await task.revertTo(bad)
    theirs.change(draft => (draft.name = "good"))
    await send(old, ours)
    expect(task.upgradeError).toBeUndefined()
    await expect(task.revertTo(bad)).rejects.toThrow(code("upgrade-failed"))
  })

  test("[SV24] an upgrade that changes the document fails, and says so in a line", async () => {
    const opened: Document<Third>[] = []
    const circular = collection<Third>("tasks", {
      fields,
      version: 2,
      upgrades: { 2: () => void opened[0]?.change(draft => (draft.title = "x")) }
    })
    const [ours] = await openOld(circular)
    const task = await ours.load(circular, "1")
    opened.push(task)
    let failed: unknown
    try {
      task.change(draft => (draft.title = "y"))
    } catch (error) {
      failed = error
    }
    expect(failed).toEqual(code("upgrade-failed"))
    expect((failed as Error).message.length).toBeLessThan(200)
  })

  test("[SV24] an upgrade that takes time fails", async () => {
    const late = (): unknown => Promise.reject(new Error("late"))
    const slow = collection<Third>("tasks", { fields, version: 2, upgrades: { 2: late } })
    const [ours] = await openOld(slow)
    expect((await ours.load(slow, "1")).upgradeError?.message).toContain("must be synchronous")
  })

  test("[SV24] an upgrade that the engine refuses fails when it is made", async () => {
    const removing = collection<Third>("tasks", {
      fields,
      version: 2,
      upgrades: { 2: draft => delete draft["body"] }
    })
    const [ours] = await openOld(removing)
    const task = await ours.load(removing, "1")
    expect(() => task.change(draft => (draft.title = "x"))).toThrow(code("upgrade-failed"))
    expect(task.version.height).toBe(1)
  })

  test("[SV25] a document of a newer app can be read, and is not changed unless that is allowed", async () => {
    const theirs = await open(third)
    const task = await theirs.load(third, "1")
    task.change(draft => (draft.title = "New"))
    const past = task.version
    const ours = await open(second)
    await send(theirs, ours)
    const seen = await ours.load(second, "1")
    expect(seen.value).toEqual({ title: "New", body: "", schemaVersion: 3 })
    expect(() => seen.change(draft => (draft.title = "x"))).toThrow(code("schema-newer"))
    expect(() => seen.patch([{ op: "remove", path: "/title" }])).toThrow(code("schema-newer"))
    expect(() => seen.upgrade()).toThrow(code("schema-newer"))
    expect(() => seen.ensureContainer("body")).toThrow(code("schema-newer"))
    task.change(draft => (draft.title = "Newer"))
    await send(theirs, ours)
    await expect(seen.revertTo(past)).rejects.toThrow(code("schema-newer"))
    const daring = collection<Third>("tasks", { fields, version: 2, whenNewer: "allow" })
    const other = await open(daring)
    await send(theirs, other)
    const allowed = await other.load(daring, "1")
    allowed.change(draft => (draft.title = "Allowed"))
    expect(allowed.value).toEqual({ title: "Allowed", body: "", schemaVersion: 3 })
  })

  test("[SV26] two that upgrade at once come to the same, and to no conflict", async () => {
    const [a, old] = await openOld()
    const b = await open(third)
    await send(old, b)
    for (const replica of [a, b]) (await replica.load(third, "1")).upgrade()
    await send(a, b)
    await send(b, a)
    const [ours, theirs] = [await a.load(third, "1"), await b.load(third, "1")]
    expect([ours.value, ours.version.height]).toEqual([theirs.value, 3])
    expect(ours.value).toEqual({ title: "Paint", state: "done", body: "the shed", schemaVersion: 3 })
    const conflicts = []
    for await (const conflict of a.conflicts.list()) conflicts.push(conflict)
    expect(conflicts).toEqual([])
  })

  test("[SV27] a declared text that both fill is doubled; a new one put in its place is not", async () => {
    const old = await open(first)
    ;(await old.load(first, "1")).change(draft => (draft.name = "Paint"))
    const filled = async (upgrade: (draft: Record<string, unknown>) => void): Promise<unknown[]> => {
      const moving = collection<Third & { note?: string }>("tasks", {
        fields,
        version: 2,
        upgrades: { 2: upgrade }
      })
      const [a, b] = [await open(moving), await open(moving)]
      for (const replica of [a, b]) {
        await send(old, replica)
        ;(await replica.load(moving, "1")).upgrade()
      }
      await send(a, b)
      await send(b, a)
      return [(await a.load(moving, "1")).value, (await b.load(moving, "1")).value]
    }
    const doubled = { name: "Paint", body: "PaintPaint", schemaVersion: 2 }
    expect(await filled(draft => (draft["body"] = draft["name"]))).toEqual([doubled, doubled])
    const single = { name: "Paint", body: "", note: "Paint", schemaVersion: 2 }
    expect(await filled(draft => (draft["note"] = replace(text("Paint"))))).toEqual([single, single])
  })

  test("[SV28] of two apps that upgrade at once the newer one has the last word", async () => {
    const old = await open(first)
    ;(await old.load(first, "1")).change(draft => Object.assign(draft, { name: "Paint", done: true }))
    const [a, b] = [await open(second), await open(third)]
    for (const replica of [a, b]) await send(old, replica)
    ;(await a.load(second, "1")).upgrade()
    ;(await b.load(third, "1")).upgrade()
    await send(a, b)
    const task = await b.load(third, "1")
    const value = { title: "Paint", state: "done", body: "", schemaVersion: 3 }
    expect(task.value).toEqual(value)
    task.change(draft => (draft.body = "in the end"))
    await send(b, a)
    const theirs = await a.load(second, "1")
    expect(theirs.value).toEqual({ ...value, body: "in the end" })
    expect(() => theirs.change(draft => (draft.title = "x"))).toThrow(code("schema-newer"))
  })

  test("[SV38] what an older app writes meanwhile is there beside what the upgrade made of it, as a conflict", async () => {
    const [ours, old] = await openOld()
    const [task, theirs] = [await ours.load(third, "1"), await old.load(first, "1")]
    task.upgrade()
    theirs.change(draft => (draft.name = "Paint twice"))
    await send(old, ours)
    expect(task.value).toMatchObject({ title: "Paint", name: "Paint twice", schemaVersion: 3 })
    const paths = []
    for await (const { path } of ours.conflicts.list()) paths.push(path)
    expect(paths).toEqual([["name"]])
  })

  test("[SV29] an upgrade is nobody's to undo, and the version no undo's to take", async () => {
    const [ours] = await openOld()
    const task = await ours.load(third, "1")
    const undo = task.undoManager({ captureMs: 0 })
    task.change(draft => (draft.title = "Paint it"))
    await undo.undo()
    expect(task.value).toEqual({ title: "Paint", state: "done", body: "the shed", schemaVersion: 3 })
    expect(undo.canUndo).toBe(false)
    await undo.redo()
    expect(task.value.title).toBe("Paint it")
    const fresh = await ours.load(third, "2")
    const other = fresh.undoManager()
    fresh.change(draft => (draft.title = "New"))
    await other.undo()
    expect(fresh.value).toEqual({ body: "", schemaVersion: 3 })
  })

  test("[SV30] a revert brings back what was there, of the version it was", async () => {
    const [ours] = await openOld()
    const task = await ours.load(third, "1")
    const past = task.version
    task.change(draft => (draft.title = "Paint it"))
    await task.revertTo(past)
    expect((await task.at(task.version)).value).toEqual({ name: "Paint", done: true, body: "the shed" })
    expect(task.value).toEqual({ title: "Paint", state: "done", body: "the shed", schemaVersion: 3 })
  })

  test("[SV31] a schema judges the upgraded value, and an answer to a conflict upgrades first", async () => {
    const judged = collection("tasks", {
      fields,
      version: 3,
      upgrades: { 2: toSecond, 3: toThird },
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value: unknown) =>
            "title" in (value as object)
              ? {}
              : { issues: [{ message: "a title is needed", path: ["title"] }] },
          types: { input: {} as Third, output: {} as Third }
        }
      }
    })
    const [, old] = await openOld()
    const ours = await open(judged)
    await send(old, ours)
    const task = await ours.load(judged, "1")
    expect(task.issues).toEqual([])
    expect(() => task.change(draft => delete draft.title)).toThrow(code("value-invalid"))
    expect(task.version.height).toBe(1)
    await task.resolve(conflictRecord(task.id), draft => (draft.title = "Answered"))
    expect([task.value.title, task.version.height]).toEqual(["Answered", 3])
  })

  test("[SV32] a deleted document shows upgraded and is upgraded once it is back", async () => {
    const [ours, old] = await openOld()
    ;(await old.load(first, "1")).delete()
    await send(old, ours)
    const task = await ours.load(third, "1")
    expect([task.deleted, task.value.title]).toEqual([true, "Paint"])
    expect(() => task.upgrade()).toThrow(code("document-deleted"))
    task.undelete()
    task.change(draft => (draft.title = "Back"))
    expect([task.value.title, task.version.height]).toEqual(["Back", 5])
  })

  test("[SV33] making a container for an editor upgrades first, and a document that begins natively is of this version", async () => {
    const [ours] = await openOld()
    const task = await ours.load(third, "1")
    task.ensureContainer("body")
    expect((await task.at(task.version)).value).toEqual(task.value)
    const fresh = await ours.load(third, "2")
    typeTitle(fresh.native)
    expect((await fresh.at(fresh.version)).value).toEqual({ title: "typed", body: "", schemaVersion: 3 })
    expect(fresh.undoManager().canUndo).toBe(false)
  })

  test("[SV33] what an editor writes into an old document is upgraded with it", async () => {
    const [ours] = await openOld()
    const task = await ours.load(third, "1")
    typeTitle(task.native, "name")
    expect([task.value.title, task.version.height]).toEqual(["typed", 2])
    task.upgrade()
    expect((await task.at(task.version)).value).toEqual(task.value)
  })

  test("[SV34] what is no version is version 1", async () => {
    const old = await open(first)
    const task = await old.load<Record<string, unknown>>(first as never, "1")
    task.change(draft => Object.assign(draft, { name: "Paint", schemaVersion: "three" }))
    const ours = await open(third)
    await send(old, ours)
    expect((await ours.load(third, "1")).value).toEqual({ title: "Paint", body: "", schemaVersion: 3 })
  })
})

test("[SV35] versions, upgrades and names that cannot be are refused at declaration", () => {
  for (const options of [
    { version: 0 },
    { version: 1.5 },
    { upgrades: { 2: toSecond } },
    { version: 2, upgrades: { 3: toSecond } },
    { version: 2, upgrades: { 1: toSecond } },
    { version: 2, versionField: "" },
    { version: 2, versionField: "body" }
  ])
    expect(() => collection("tasks", { fields, ...options })).toThrow(code("shape-invalid"))
})
