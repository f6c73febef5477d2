import { expect, test } from "vitest"
import { codeThrownBy, openDocument } from "../../testing/engine-case.ts"
import { automerge } from "./automerge-engine.ts"

// Nothing here imports "@automerge/automerge": the first two need a process in which nobody has loaded it.

test("[AM16] before it is loaded, no document is made", () => {
  expect(codeThrownBy(() => openDocument(automerge()))).toBe("engine-unavailable")
})

test("[AM16] what cannot be loaded says so, with the cause", async () => {
  const cause = new Error("no network")
  const failing = automerge({ load: () => Promise.reject(cause) })
  await expect(failing.ready?.()).rejects.toMatchObject({ code: "engine-unavailable", cause })
  const idle = automerge({ load: () => Promise.resolve() })
  await expect(idle.ready?.()).rejects.toMatchObject({ code: "engine-unavailable" })
})

test("[AM16] it is loaded once, by whoever is first", async () => {
  await automerge().ready?.()
  await automerge({ load: () => Promise.reject(new Error("asked again")) }).ready?.()
  expect(openDocument(automerge()).value()).toHaveProperty("body", "")
})
