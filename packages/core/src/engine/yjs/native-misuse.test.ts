import { expect, test } from "vitest"
import * as Y from "yjs"
import { openDocument } from "../../testing/engine-case.ts"
import type { EngineChange } from "../engine.ts"
import { yjs } from "./yjs-engine.ts"

function open() {
  const document = openDocument(yjs())
  const native = document.native as Y.Doc
  const changes: EngineChange[] = []
  document.onNativeChange(change => changes.push(change))
  return { document, native, root: native.getMap("root"), changes }
}

function elsewhere(clientID: number): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = clientID
  doc.getMap("root").set("imported", 1)
  return Y.encodeStateAsUpdate(doc)
}

test("[YJ19] content of a reserved clientID put in natively is refused and told, for no replica would take it", () => {
  const { document, native, changes } = open()
  let damages = 0
  document.onNativeDamage(() => damages++)
  expect(() => Y.applyUpdate(native, elsewhere(5))).toThrow(
    expect.objectContaining({ code: "engine-identity-reserved" })
  )
  expect([changes, damages]).toEqual([[], 1])
  Y.applyUpdate(open().native, elsewhere(2 ** 31 + 5))
})

test("[YJ19] a genesis that comes in natively is one", () => {
  const { native, changes } = open()
  Y.applyUpdate(native, yjs().genesis({ kind: "map", path: ["elsewhere"] }))
  expect(changes).toHaveLength(1)
})

test("[YJ20] destroying the native document tells its listeners, and it goes on being heard", () => {
  const { document, native, root, changes } = open()
  let destroyed = 0
  native.on("destroy", () => destroyed++)
  native.destroy()
  root.set("a", 1)
  expect([destroyed, changes.length, document.value()]).toMatchObject([1, 1, { a: 1 }])
})

test("[YJ21] halves of surrogate pairs written natively are what everybody else sees of them", () => {
  const { document, root, changes } = open()
  const content = new Y.Text()
  root.set("text", content)
  content.insert(0, "\ud83d")
  content.insert(1, "\ude00")
  root.set("register", { key: ["\ud83d"] })
  const other = openDocument(yjs())
  other.apply(changes.map(({ update }) => update))
  expect(document.value()).toEqual(other.value())
  expect(other.value()).toMatchObject({ text: "\ufffd\ufffd", register: { key: ["\ufffd"] } })
})
