import { afterEach, describe, expect, test, vi } from "vitest"
import * as Y from "yjs"
import {
  codeThrownBy,
  mustChange,
  openDocument,
  receive,
  setTo,
  spliceAt
} from "../../testing/engine-case.ts"
import { SeededRandom } from "../../testing/seeded-random.ts"
import type { EngineChange, EngineDocument } from "../engine.ts"
import { yjs } from "./yjs-engine.ts"

afterEach(() => vi.restoreAllMocks())

interface Open {
  readonly document: EngineDocument
  readonly doc: Y.Doc
  readonly root: Y.Map<unknown>
  readonly changes: EngineChange[]
}

function open(): Open {
  const document = openDocument(yjs())
  const changes: EngineChange[] = []
  document.onNativeChange(change => changes.push(change))
  const doc = document.native as Y.Doc
  return { document, doc, root: doc.getMap("root"), changes }
}

/** Brings changes into a fresh document and returns its value. */
function replay(...changes: readonly EngineChange[]): unknown {
  const other = openDocument(yjs())
  for (const change of changes) receive(other, change)
  return other.value()
}

describe("native changes", () => {
  test("[YJ4] one transaction is one change, with paths and containers", () => {
    const { document, doc, root, changes } = open()
    document.ensureGenesis([{ path: ["meta"], kind: "map" }])
    doc.transact(() => {
      root.set("a", 1)
      ;(root.get("meta") as Y.Map<unknown>).set("x", 2)
    })
    expect(changes).toHaveLength(1)
    expect(changes[0]?.paths).toEqual(expect.arrayContaining([["a"], ["meta", "x"]]))
    expect(changes[0]?.containers).toEqual([{ path: ["meta"], kind: "map" }])
    expect(replay(...changes)).toEqual(document.value())
  })

  test("[YJ4] what observers write belongs to the change, told when nobody writes any more", () => {
    const { document, root, changes } = open()
    root.observe(event => {
      if (event.keysChanged.has("a")) root.set("b", root.get("a"))
      if (event.keysChanged.has("b")) root.set("c", root.get("b"))
    })
    root.set("a", 1)
    expect(changes).toHaveLength(1)
    expect(replay(...changes)).toMatchObject({ a: 1, b: 1, c: 1 })
    const change = mustChange(document, setTo(["a"], 2))
    expect(changes).toHaveLength(1)
    expect(replay(...changes, change)).toEqual(document.value())
  })

  test("[YJ4] a transaction that changes nothing is no change", () => {
    const { doc, root, changes } = open()
    doc.transact(() => root.get("a"))
    root.delete("nothing")
    expect(changes).toEqual([])
  })

  test("[YJ4] what observers write in answer to an update is a change of its own", () => {
    const { document, root, changes } = open()
    root.observe((event, transaction) => {
      if (!transaction.local && event.keysChanged.has("a")) root.set("seen", true)
    })
    const update = mustChange(openDocument(yjs()), setTo(["a"], 1))
    expect(receive(document, update)).toEqual([["a"]])
    expect(changes.map(change => change.paths)).toEqual([[["seen"]]])
    expect(replay(update, ...changes)).toEqual(document.value())
  })

  test("[YJ5] what replaces or deletes predefined containers names them, inner ones included", () => {
    const { document, root, changes } = open()
    document.ensureGenesis([
      { path: ["body"], kind: "text" },
      { path: ["meta", "note"], kind: "text" }
    ])
    root.set("body", "plain")
    root.delete("meta")
    const named = changes.map(({ containers }) => containers.map(({ path }) => path.join("/")).sort())
    expect(named).toEqual([["body"], ["meta", "meta/note"]])
    for (const change of changes) expect(replay(change)).toBeDefined()
    expect(replay(...changes)).toEqual(document.value())
  })

  test("[YJ6] change and apply are refused inside a transaction and inside observers", () => {
    const { document, doc, root } = open()
    doc.transact(() =>
      expect(codeThrownBy(() => document.change([setTo(["a"], 1)]))).toBe("transaction-open")
    )
    let inside: unknown
    root.observe(() => {
      inside = codeThrownBy(() => document.apply([]))
    })
    root.set("b", 1)
    expect(inside).toBe("transaction-open")
  })

  test("[YJ7] an observer that throws does not undo or hide the change", () => {
    const errors: unknown[] = []
    const identity = yjs().createIdentity(new SeededRandom(1))
    const document = yjs().open({
      shape: { kind: "map", fields: {} },
      identity,
      reportError: error => errors.push(error)
    })
    const root = (document.native as Y.Doc).getMap("root")
    root.observe(() => {
      throw new Error("of the application")
    })
    const change = mustChange(document, setTo(["a"], 1))
    expect(errors).toHaveLength(1)
    expect(replay(change)).toMatchObject({ a: 1 })
  })

  test.each(["update", "updateV2", "afterTransactionCleanup"] as const)(
    "[YJ7] a listener of %s that throws neither hides the change nor keeps Yjs from ending transactions",
    event => {
      const errors: unknown[] = []
      const identity = yjs().createIdentity(new SeededRandom(1))
      const reportError = (error: unknown): unknown => errors.push(error)
      const document = yjs().open({ shape: { kind: "map", fields: {} }, identity, reportError })
      ;(document.native as Y.Doc).on(event, () => {
        throw new Error("of the application")
      })
      const changes = [mustChange(document, setTo(["a"], 1)), mustChange(document, setTo(["b"], 2))]
      expect(errors).toHaveLength(2)
      expect(replay(...changes)).toMatchObject({ a: 1, b: 2 })
    }
  )

  test("[YJ27] a document in which Yjs could not end a transaction is told as damaged", () => {
    const { document, doc, root } = open()
    root.set("a", "to be deleted")
    let damages = 0
    document.onNativeDamage(() => damages++)
    // As Yjs throws when it collects what contradicts itself.
    doc.gcFilter = () => {
      throw new Error("Unexpected case")
    }
    expect(codeThrownBy(() => document.change([{ op: "remove", path: ["a"] }]))).toBe("engine-update-invalid")
    expect(damages).toBe(1)
  })
})

describe("the identity", () => {
  test("[YJ8] stays when own content comes back, without a word on the console", () => {
    const print = vi.spyOn(console, "log").mockImplementation(() => {})
    const identity = yjs().createIdentity(new SeededRandom(2))
    const options = { shape: { kind: "map", fields: {} }, identity } as const
    const update = mustChange(yjs().open(options), setTo(["a"], 1))
    const again = yjs().open(options)
    const { clientID } = again.native as Y.Doc
    again.apply([update.update])
    expect((again.native as Y.Doc).clientID).toBe(clientID)
    expect(print).not.toHaveBeenCalled()
    expect(replay(update, mustChange(again, setTo(["b"], 2)))).toMatchObject({ a: 1, b: 2 })
  })

  test("[YJ8] is put back when somebody else sets it", () => {
    const { doc, root, changes } = open()
    const { clientID } = doc
    doc.clientID = 5
    root.set("a", 1)
    expect(doc.clientID).toBe(clientID)
    expect(replay(...changes)).toMatchObject({ a: 1 })
  })
})

describe("what does not get in", () => {
  test("[YJ9] a subdocument is removed, named nowhere, and the transaction throws", () => {
    const { document, root, changes } = open()
    mustChange(document, { op: "set", path: ["list"], content: { kind: "list", items: [] } })
    expect(codeThrownBy(() => root.set("sub", new Y.Doc()))).toBe("subdocument-unsupported")
    expect(codeThrownBy(() => (root.get("list") as Y.Array<unknown>).insert(0, [new Y.Doc(), 7]))).toBe(
      "subdocument-unsupported"
    )
    expect(document.value()["sub"]).toBeUndefined()
    expect(document.value()["list"]).toEqual([7])
    const structs = changes.flatMap(({ update }) => Y.decodeUpdate(update).structs)
    expect(structs.some(struct => struct instanceof Y.Item && struct.content instanceof Y.ContentDoc)).toBe(
      false
    )
  })

  test("[YJ9] positions in a list stay right after a subdocument was removed from it", () => {
    const { document, root } = open()
    const list = new Y.Array<unknown>()
    root.set("list", list)
    const plain = Array.from({ length: 40 }, (_, at) => at)
    for (const at of plain) list.insert(at >> 1, [at])
    const before = list.toArray()
    list.get(25)
    expect(codeThrownBy(() => list.insert(10, [new Y.Doc()]))).toBe("subdocument-unsupported")
    list.insert(25, ["x"])
    expect(document.value()["list"]).toEqual(before.toSpliced(25, 0, "x"))
  })

  test("[YJ9] an update with a subdocument is refused", () => {
    const doc = new Y.Doc()
    doc.clientID = 2 ** 31 + 1
    doc.getMap("root").set("sub", new Y.Doc())
    expect(codeThrownBy(() => openDocument(yjs()).apply([Y.encodeStateAsUpdate(doc)]))).toBe(
      "engine-update-invalid"
    )
    expect(codeThrownBy(() => openDocument(yjs(), Y.encodeStateAsUpdateV2(doc)))).toBe(
      "engine-update-invalid"
    )
  })
})

describe("formatted text", () => {
  test("[YJ10] integrating concurrent formatting writes nothing", () => {
    const a = open()
    const start = mustChange(a.document, spliceAt(["body"], 0, 0, "some bold text"))
    const b = open()
    receive(b.document, start)
    ;(a.root.get("body") as Y.Text).format(0, 14, { bold: true })
    ;(b.root.get("body") as Y.Text).format(0, 14, { bold: true })
    receive(a.document, ...b.changes.slice(0, 1))
    receive(b.document, ...a.changes.slice(0, 1))
    expect([a.changes.length, b.changes.length]).toEqual([1, 1])
    const deltas = [a, b].map(({ root }): unknown => (root.get("body") as Y.Text).toDelta())
    expect(deltas[0]).toEqual(deltas[1])
    expect(a.document.value()).toEqual(b.document.value())
  })
})
