import * as A from "@automerge/automerge"
import { expect, test } from "vitest"
import { codeThrownBy, mustChange, openDocument, receive, setTo } from "../../testing/engine-case.ts"
import type { EngineChange, EngineDocument } from "../engine.ts"
import { automerge } from "./automerge-engine.ts"
import type { AutomergeNative } from "./native-handle.ts"

await automerge().ready?.()

type Doc = A.Doc<Record<string, unknown>>

function open(): { document: EngineDocument; native: AutomergeNative; made: EngineChange[] } {
  const document = openDocument(automerge())
  const made: EngineChange[] = []
  document.onNativeChange(change => made.push(change))
  return { document, native: document.native as AutomergeNative, made }
}

const foreign = A.change(A.init<Record<string, unknown>>(), doc => void (doc["x"] = 1))

const attempts: readonly (readonly [string, (doc: Doc) => unknown])[] = [
  ["change", doc => A.change(doc, draft => void (draft["x"] = 1))],
  ["changeAt", doc => A.changeAt(doc, A.getHeads(doc), draft => void (draft["x"] = 1))],
  ["emptyChange", doc => A.emptyChange(doc)],
  ["applyChanges", doc => A.applyChanges(doc, A.getAllChanges(foreign))],
  ["merge", doc => A.merge(doc, foreign)],
  ["loadIncremental", doc => A.loadIncremental(doc, A.save(foreign))],
  ["free", doc => A.free(doc)]
]

test.each(attempts)("[AM24] A.%s of native.doc() is refused, and all is as before", (_, attempt) => {
  const { document, native } = open()
  const first = mustChange(document, setTo(["a"], 1))
  const state = document.stateKey()
  expect(codeThrownBy(() => attempt(native.doc()))).toBe("draft-invalid")
  expect(document.stateKey()).toEqual(state)
  const other = openDocument(automerge())
  receive(other, first, mustChange(document, setTo(["b"], 2)))
  expect(other.value()).toEqual(document.value())
})

test("[AM24] a draft that was kept is refused, so that nothing gets in between two changes", () => {
  const { document, native, made } = open()
  let kept: Record<string, unknown> = {}
  native.change(doc => {
    doc["map"] = {}
    kept = doc["map"] as typeof kept
  })
  expect(codeThrownBy(() => (kept["late"] = 1))).toBe("draft-invalid")
  native.change(doc => void (doc["b"] = 2))
  const other = openDocument(automerge())
  receive(other, ...made)
  expect([document.value()["map"], other.value()]).toEqual([{}, document.value()])
})

test("[AM24] a callback that returns a promise is refused, and leaves nothing", async () => {
  const { document, native, made } = open()
  let late: Promise<void> = Promise.resolve()
  const callback: (doc: Record<string, unknown>) => unknown = doc => {
    doc["a"] = 1
    late = Promise.resolve().then(() => void (doc["b"] = 2))
    return late
  }
  const attempt = (): void => native.change(callback)
  expect(codeThrownBy(attempt)).toBe("draft-invalid")
  await expect(late).rejects.toMatchObject({ code: "draft-invalid" })
  expect([made, document.value()]).toEqual([[], openDocument(automerge()).value()])
})

test("[AM24] a clone is the application's own", () => {
  const { document, native } = open()
  const changed = A.change(A.clone(native.doc()), doc => void (doc["x"] = 1))
  expect([changed["x"], document.value()["x"]]).toEqual([1, undefined])
  document.setIdentity(new Uint8Array(8).fill(0xbb))
  expect(codeThrownBy(() => A.emptyChange(native.doc()))).toBe("draft-invalid")
})

test("[AM5] listeners are told beside a patchCallback that the application gives, also where that throws", () => {
  const { document, native } = open()
  const told: string[] = []
  native.on("change", () => told.push("listener"))
  expect(document.value()["x"]).toBeUndefined()
  native.change(doc => void (doc["x"] = 1), { patchCallback: () => told.push("callback") })
  const patchCallback = (): never => {
    throw new Error("of the application")
  }
  native.change(doc => void (doc["x"] = 2), { patchCallback })
  expect(told.filter(who => who === "callback")).toHaveLength(1)
  expect([told.at(-1), document.value()["x"]]).toEqual(["listener", 2])
})
