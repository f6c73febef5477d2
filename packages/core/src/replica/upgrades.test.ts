import { describe, expect, test } from "vitest"
import { collection } from "../document/collection.ts"
import { list, text } from "../document/shape.ts"
import {
  engineNames,
  fields,
  first,
  second,
  send,
  type Third,
  TaskApps,
  third,
  toSecond
} from "../testing/core-versioned-tasks.ts"

function withCode(expected: string): object {
  return expect.objectContaining({ code: expected }) as object
}

describe.each(engineNames)("upgrading on %s", name => {
  const apps = new TaskApps(name)

  test("[SV20] an old document shows upgraded, and nothing is committed for reading it", async () => {
    const [ours] = await apps.openOld()
    const task = await ours.load(third, "1")
    expect(task.value).toEqual({ title: "Paint", state: "done", body: "the shed", schemaVersion: 3 })
    expect(task.value).toBe(task.value)
    expect([Object.isFrozen(task.value), task.version.height]).toEqual([true, 1])
    expect((await task.at(task.version)).value).toEqual({ name: "Paint", done: true, body: "the shed" })
  })

  test("[SV21] the first local change commits the upgrade by itself, and then the change", async () => {
    const [ours, old] = await apps.openOld()
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
    const [ours] = await apps.openOld()
    const task = await ours.load(third, "1")
    task.change(() => {})
    expect(() => task.text("body").insert(99, "!")).toThrow(withCode("path-invalid"))
    expect(() =>
      task.change(() => {
        throw new Error("on purpose")
      })
    ).toThrow("on purpose")
    expect(() => task.patch([{ op: "test", path: "/title", value: "other" }])).toThrow(
      withCode("patch-test-failed")
    )
    expect(task.version.height).toBe(1)
  })

  test("[SV21] what the upgrade appends is not of the change that appends to it", async () => {
    const logged = collection<Third & { log: string[] }>("tasks", {
      fields: { body: text(), log: list() },
      version: 2,
      upgrades: { 2: (draft: { log: string[] }) => void draft.log.push("upgraded") }
    })
    const old = await apps.open(first)
    ;(await old.load(first, "1")).change(draft => (draft.name = "Paint"))
    const ours = await apps.open(logged)
    await send(old, ours)
    const task = await ours.load(logged, "1")
    const before = task.version
    task.change(draft => draft.log.push("changed"))
    const [change, upgrade] = (await task.history({ after: before })).entries
    expect((await upgrade?.changes())?.patch).toContainEqual(expect.objectContaining({ value: "upgraded" }))
    expect((await change?.changes())?.patch).toEqual([{ op: "add", path: "/log/1", value: "changed" }])
  })

  test("[SV21] who writes on hearing of the upgrade writes after the change", async () => {
    const [ours, old] = await apps.openOld()
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
    const ours = await apps.open(third)
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
    const task = await (await apps.open(third)).load(third, "1")
    task.change(draft => {
      draft.title = "for a moment"
      delete draft.title
    })
    expect([task.exists, task.value]).toEqual([false, { body: "" }])
  })

  test("[SV22] what a change writes as the version is passed over", async () => {
    const ours = await apps.open(third)
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
    const ours = await apps.open(third)
    await expect(ours.load(second, "1")).rejects.toThrow(withCode("shape-invalid"))
    await expect(ours.load(third, "1")).resolves.toBeDefined()
  })

  test("[SV23] the version is kept under another key where that is said", async () => {
    const named = collection<Third & { v?: number }>("tasks", { fields, version: 2, versionField: "v" })
    const task = await (await apps.open(named)).load(named, "1")
    task.change(draft => (draft.title = "New"))
    expect(task.value).toEqual({ title: "New", body: "", v: 2 })
  })

  test("[SV34] what is no version is version 1", async () => {
    const old = await apps.open(first)
    const task = await old.load<Record<string, unknown>>(first as never, "1")
    task.change(draft => Object.assign(draft, { name: "Paint", schemaVersion: "three" }))
    const ours = await apps.open(third)
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
    expect(() => collection("tasks", { fields, ...options })).toThrow(withCode("shape-invalid"))
})
