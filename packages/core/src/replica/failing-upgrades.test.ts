import { describe, expect, test } from "vitest"
import { collection } from "../document/collection.ts"
import {
  engineNames,
  fields,
  first,
  send,
  type First,
  type Third,
  TaskApps
} from "../testing/core-versioned-tasks.ts"
import type { Document } from "./document.ts"
import type { ReplicaEvent } from "./replica-events.ts"

function withCode(expected: string): object {
  return expect.objectContaining({ code: expected }) as object
}

describe.each(engineNames)("upgrades that fail on %s", name => {
  const apps = new TaskApps(name)

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
    const old = await apps.open(first)
    ;(await old.load(first, "1")).change(draft => (draft.name = "Paint"))
    const events: ReplicaEvent[] = []
    const ours = await apps.open(failing, event => events.push(event))
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
    const old = await apps.open(first)
    const theirs = await old.load(first, "1")
    const ours = await apps.open(picky)
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
    await expect(task.revertTo(bad)).rejects.toThrow(withCode("upgrade-failed"))
  })

  test("[SV24] an upgrade that changes the document fails, and says so in a line", async () => {
    const opened: Document<Third>[] = []
    const circular = collection<Third>("tasks", {
      fields,
      version: 2,
      upgrades: { 2: () => void opened[0]?.change(draft => (draft.title = "x")) }
    })
    const [ours] = await apps.openOld(circular)
    const task = await ours.load(circular, "1")
    opened.push(task)
    let failed: unknown
    try {
      task.change(draft => (draft.title = "y"))
    } catch (error) {
      failed = error
    }
    expect(failed).toEqual(withCode("upgrade-failed"))
    expect((failed as Error).message.length).toBeLessThan(200)
  })

  test("[SV24] an upgrade that takes time fails", async () => {
    const late = (): unknown => Promise.reject(new Error("late"))
    const slow = collection<Third>("tasks", { fields, version: 2, upgrades: { 2: late } })
    const [ours] = await apps.openOld(slow)
    expect((await ours.load(slow, "1")).upgradeError?.message).toContain("must be synchronous")
  })

  test("[SV24] an upgrade that the engine refuses fails when it is made", async () => {
    const removing = collection<Third>("tasks", {
      fields,
      version: 2,
      upgrades: { 2: draft => delete draft["body"] }
    })
    const [ours] = await apps.openOld(removing)
    const task = await ours.load(removing, "1")
    expect(() => task.change(draft => (draft.title = "x"))).toThrow(withCode("upgrade-failed"))
    expect(task.version.height).toBe(1)
  })
})
