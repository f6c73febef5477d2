import { describe, expect, test } from "vitest"
import { collection } from "../document/collection.ts"
import { replace } from "../document/draft/marker.ts"
import { text } from "../document/shape.ts"
import {
  engineNames,
  fields,
  first,
  second,
  send,
  type Third,
  TaskApps,
  third
} from "../testing/core-versioned-tasks.ts"

function withCode(expected: string): object {
  return expect.objectContaining({ code: expected }) as object
}

describe.each(engineNames)("apps of several versions on %s", name => {
  const apps = new TaskApps(name)

  test("[SV25] a document of a newer app can be read, and is not changed unless that is allowed", async () => {
    const theirs = await apps.open(third)
    const task = await theirs.load(third, "1")
    task.change(draft => (draft.title = "New"))
    const past = task.version
    const ours = await apps.open(second)
    await send(theirs, ours)
    const seen = await ours.load(second, "1")
    expect(seen.value).toEqual({ title: "New", body: "", schemaVersion: 3 })
    expect(() => seen.change(draft => (draft.title = "x"))).toThrow(withCode("schema-newer"))
    expect(() => seen.patch([{ op: "remove", path: "/title" }])).toThrow(withCode("schema-newer"))
    expect(() => seen.upgrade()).toThrow(withCode("schema-newer"))
    expect(() => seen.ensureContainer("body")).toThrow(withCode("schema-newer"))
    task.change(draft => (draft.title = "Newer"))
    await send(theirs, ours)
    await expect(seen.revertTo(past)).rejects.toThrow(withCode("schema-newer"))
    const daring = collection<Third>("tasks", { fields, version: 2, whenNewer: "allow" })
    const other = await apps.open(daring)
    await send(theirs, other)
    const allowed = await other.load(daring, "1")
    allowed.change(draft => (draft.title = "Allowed"))
    expect(allowed.value).toEqual({ title: "Allowed", body: "", schemaVersion: 3 })
  })

  test("[SV26] two that upgrade at once come to the same, and to no conflict", async () => {
    const [a, old] = await apps.openOld()
    const b = await apps.open(third)
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
    const old = await apps.open(first)
    ;(await old.load(first, "1")).change(draft => (draft.name = "Paint"))
    const filled = async (upgrade: (draft: Record<string, unknown>) => void): Promise<unknown[]> => {
      const moving = collection<Third & { note?: string }>("tasks", {
        fields,
        version: 2,
        upgrades: { 2: upgrade }
      })
      const [a, b] = [await apps.open(moving), await apps.open(moving)]
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
    const old = await apps.open(first)
    ;(await old.load(first, "1")).change(draft => Object.assign(draft, { name: "Paint", done: true }))
    const [a, b] = [await apps.open(second), await apps.open(third)]
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
    expect(() => theirs.change(draft => (draft.title = "x"))).toThrow(withCode("schema-newer"))
  })

  test("[SV38] what an older app writes meanwhile is there beside what the upgrade made of it, as a conflict", async () => {
    const [ours, old] = await apps.openOld()
    const [task, theirs] = [await ours.load(third, "1"), await old.load(first, "1")]
    task.upgrade()
    theirs.change(draft => (draft.name = "Paint twice"))
    await send(old, ours)
    expect(task.value).toMatchObject({ title: "Paint", name: "Paint twice", schemaVersion: 3 })
    const paths = []
    for await (const { path } of ours.conflicts.list()) paths.push(path)
    expect(paths).toEqual([["name"]])
  })
})
