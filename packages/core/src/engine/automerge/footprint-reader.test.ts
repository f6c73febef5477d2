import { expect, test } from "vitest"
import { mustChange, openDocument, receive, setTo } from "../../testing/engine-case.ts"
import { automerge } from "./automerge-engine.ts"

const engine = automerge()
await engine.ready?.()

test("[FP1] a value that is set again where another contends for its key is what was written", () => {
  const [a, b] = [openDocument(engine), openDocument(engine)]
  const changes = [mustChange(a, setTo(["x"], 1)), mustChange(b, setTo(["x"], 2))] as const
  receive(a, changes[1])
  const shown = a.value()["x"] as number
  const again = mustChange(a, setTo(["x"], shown))
  const updates = [...changes, again].map(({ update }) => update)
  const { writes } = a.footprints?.({ updates }).read(again.update) ?? { writes: [] }
  expect(writes.map(({ key, value }) => [key, value])).toEqual([["x", shown]])
  const removed = mustChange(a, { op: "remove", path: ["x"] })
  const read = a.footprints?.({ updates: [...updates, removed.update] }).read(removed.update)
  expect(read?.writes.map(({ key, value }) => [key, value])).toEqual([["x", undefined]])
})
