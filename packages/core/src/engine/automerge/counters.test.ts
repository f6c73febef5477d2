import { Counter } from "@automerge/automerge"
import { expect, test } from "vitest"
import { count, mustChange, openDocument, receive } from "../../testing/engine-case.ts"
import type { EngineChange, EngineDocument } from "../engine.ts"
import { automerge } from "./automerge-engine.ts"
import type { AutomergeNative } from "./native-handle.ts"

await automerge().ready?.()

type Loose = Record<string, unknown>

function natively(document: EngineDocument, edit: (root: Loose) => unknown): EngineChange {
  const told: EngineChange[] = []
  const stop = document.onNativeChange(change => told.push(change))
  ;(document.native as AutomergeNative).change(root => void edit(root))
  stop()
  const [change] = told
  if (change === undefined) throw new Error("nothing was told")
  return change
}

test("[AM20] a declared counter is Automerge's own, also for whoever counts it natively", () => {
  const [a, b] = [openDocument(automerge()), openDocument(automerge())]
  const first = mustChange(a, count(["votes"], 2))
  expect((a.native as AutomergeNative).doc()["votes"]).toBeInstanceOf(Counter)
  const second = natively(a, root => (root["votes"] as Counter).increment(3))
  expect([second.paths, second.containers]).toEqual([[["votes"]], [{ path: ["votes"], kind: "counter" }]])
  const apart = mustChange(b, count(["votes"], 10))
  receive(a, apart)
  receive(b, first, second)
  expect([a.value()["votes"], b.value()["votes"], b.kindAt(["votes"])]).toEqual([15, 15, "counter"])
})

test("[AM20] somebody's counter elsewhere reads as its number, and is a register", () => {
  const document = openDocument(automerge())
  natively(document, root => (root["free"] = new Counter(3)))
  natively(document, root => (root["free"] as Counter).increment(Number.MAX_SAFE_INTEGER))
  expect(document.value()["free"]).toBe(Number.MAX_SAFE_INTEGER)
  expect(document.kindAt(["free"])).toBe("register")
  expect(() => document.change([count(["free"], 1)])).toThrow(
    expect.objectContaining({ code: "path-invalid" })
  )
})

test("[AM20] what is put in its place natively shows, and counting it is refused", () => {
  const [a, b] = [openDocument(automerge()), openDocument(automerge())]
  const first = mustChange(a, count(["votes"], 2))
  receive(b, first)
  const apart = mustChange(b, count(["votes"], 5))
  const put = natively(a, root => (root["votes"] = 7))
  receive(a, apart)
  receive(b, put)
  for (const document of [a, b, openDocument(automerge(), a.snapshot())]) {
    expect([document.value()["votes"], document.kindAt(["votes"])]).toEqual([7, "register"])
    expect(() => document.change([count(["votes"], 1)])).toThrow(
      expect.objectContaining({ code: "path-invalid" })
    )
  }
})
