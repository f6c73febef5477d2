import { describe, expect, test } from "vitest"
import { collection } from "../document/collection.ts"
import { conflictRecord } from "../testing/core-conflict-record.ts"
import {
  engineNames,
  fields,
  first,
  send,
  type Third,
  TaskApps,
  third,
  toSecond,
  toThird
} from "../testing/core-versioned-tasks.ts"

function withCode(expected: string): object {
  return expect.objectContaining({ code: expected }) as object
}

describe.each(engineNames)("upgrades beside the past, schemas and editors on %s", name => {
  const apps = new TaskApps(name)

  test("[SV29] an upgrade is nobody's to undo, and the version no undo's to take", async () => {
    const [ours] = await apps.openOld()
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
    const [ours] = await apps.openOld()
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
    const [, old] = await apps.openOld()
    const ours = await apps.open(judged)
    await send(old, ours)
    const task = await ours.load(judged, "1")
    expect(task.issues).toEqual([])
    expect(() => task.change(draft => delete draft.title)).toThrow(withCode("value-invalid"))
    expect(task.version.height).toBe(1)
    await task.resolve(conflictRecord(task.id), draft => (draft.title = "Answered"))
    expect([task.value.title, task.version.height]).toEqual(["Answered", 3])
  })

  test("[SV32] a deleted document shows upgraded and is upgraded once it is back", async () => {
    const [ours, old] = await apps.openOld()
    ;(await old.load(first, "1")).delete()
    await send(old, ours)
    const task = await ours.load(third, "1")
    expect([task.deleted, task.value.title]).toEqual([true, "Paint"])
    expect(() => task.upgrade()).toThrow(withCode("document-deleted"))
    task.undelete()
    task.change(draft => (draft.title = "Back"))
    expect([task.value.title, task.version.height]).toEqual(["Back", 5])
  })

  test("[SV33] making a container for an editor upgrades first, and a document that begins natively is of this version", async () => {
    const [ours] = await apps.openOld()
    const task = await ours.load(third, "1")
    task.ensureContainer("body")
    expect((await task.at(task.version)).value).toEqual(task.value)
    const fresh = await ours.load(third, "2")
    apps.typeNatively(fresh.native, "title")
    expect((await fresh.at(fresh.version)).value).toEqual({ title: "typed", body: "", schemaVersion: 3 })
    expect(fresh.undoManager().canUndo).toBe(false)
  })

  test("[SV33] what an editor writes into an old document is upgraded with it", async () => {
    const [ours] = await apps.openOld()
    const task = await ours.load(third, "1")
    apps.typeNatively(task.native, "name")
    expect([task.value.title, task.version.height]).toEqual(["typed", 2])
    task.upgrade()
    expect((await task.at(task.version)).value).toEqual(task.value)
  })
})
