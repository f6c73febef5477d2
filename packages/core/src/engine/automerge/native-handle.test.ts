import { change, getHeads, splice } from "@automerge/automerge"
import { describe, expect, test } from "vitest"
import {
  codeThrownBy,
  insertAt,
  mustChange,
  openDocument,
  receive,
  scalar,
  setTo,
  spliceAt
} from "../../testing/engine-case.ts"
import type { EngineChange, EngineDocument } from "../engine.ts"
import { automerge } from "./automerge-engine.ts"
import type { AutomergeNative, NativeChangePayload } from "./native-handle.ts"

interface Open {
  readonly document: EngineDocument
  readonly native: AutomergeNative
  readonly changes: EngineChange[]
}

function open(): Open {
  const document = openDocument(automerge())
  const changes: EngineChange[] = []
  document.onNativeChange(made => changes.push(made))
  return { document, native: document.native as AutomergeNative, changes }
}

/** Brings changes into a fresh document and returns its value. */
function replay(...changes: readonly EngineChange[]): unknown {
  const other = openDocument(automerge())
  for (const made of changes) receive(other, made)
  return other.value()
}

describe("the handle editors are bound to", () => {
  test("[AM4] one call of change is one change, with paths and containers", () => {
    const { document, native, changes } = open()
    mustChange(document, spliceAt(["body"], 0, 0, "ab"))
    native.change(doc => {
      splice(doc, ["body"], 1, 0, "\u{1f600}")
      doc["a"] = 1
    })
    expect(changes.map(({ paths }) => new Set(paths.map(String)))).toEqual([new Set(["a", "body"])])
    expect(changes[0]?.containers).toEqual([{ path: ["body"], kind: "text" }])
    expect(document.value()).toMatchObject({ body: "a\u{1f600}b", a: 1 })
  })

  test("[AM4] what changes nothing is no change, and what throws leaves nothing", () => {
    const { document, native, changes } = open()
    native.change(() => {})
    const attempt = (): void =>
      native.change(doc => {
        doc["a"] = 1
        throw new Error("of the application")
      })
    expect(attempt).toThrow("of the application")
    expect([changes, document.value()["a"]]).toEqual([[], undefined])
  })

  test("[AM4] native changes can be replayed with those made around them", () => {
    const { document, native, changes } = open()
    const first = mustChange(document, spliceAt(["body"], 0, 0, "ab"))
    native.change(doc => splice(doc, ["body"], 1, 1, "c"))
    const last = mustChange(document, spliceAt(["body"], 2, 0, "!"))
    expect(replay(first, ...changes, last)).toEqual(document.value())
    expect(document.value()["body"]).toBe("ac!")
  })

  test("[AM5] listeners are told of every change, with patches and the documents around it", () => {
    const { document, native } = open()
    const told: NativeChangePayload[] = []
    native.on("change", payload => told.push(payload))
    mustChange(document, setTo(["a"], 1))
    native.change(doc => {
      doc["b"] = 2
    })
    receive(document, mustChange(openDocument(automerge()), setTo(["c"], 3)))
    expect(told.map(({ patches }) => patches.map(({ path }) => path))).toEqual([[["a"]], [["b"]], [["c"]]])
    expect(told.at(-1)?.doc).toMatchObject({ a: 1, b: 2, c: 3 })
    expect(told.at(-1)?.patchInfo.before).not.toHaveProperty("c")
    expect(getHeads(native.doc())).toHaveLength(2)
  })

  test("[AM5] who has let go is told no more", () => {
    const { document, native } = open()
    let calls = 0
    const listener = (): number => ++calls
    native.on("change", listener)
    native.off("change", listener)
    mustChange(document, setTo(["a"], 1))
    expect([calls, native.isReady()]).toEqual([0, true])
  })

  test("[AM6] what a listener writes in answer to an update is a change, told before apply returns", () => {
    const { document, native, changes } = open()
    native.on("change", ({ patches }) => {
      if (patches.some(({ path }) => path[0] === "a"))
        native.change(doc => {
          doc["seen"] = true
        })
    })
    const update = mustChange(openDocument(automerge()), setTo(["a"], 1))
    receive(document, update)
    expect(changes.map(({ paths }) => paths)).toEqual([[["seen"]]])
    expect(replay(update, ...changes)).toEqual(document.value())
  })

  test("[AM6] while document.change tells of its change, listeners cannot write: theirs would be committed first", () => {
    const errors: unknown[] = []
    const engine = automerge()
    const identity = new Uint8Array(8).fill(0xaa)
    const document = engine.open({
      shape: { kind: "map", fields: {} },
      identity,
      reportError: error => errors.push(error)
    })
    const native = document.native as AutomergeNative
    native.on("change", () => native.change(doc => delete doc["a"]))
    mustChange(document, setTo(["a"], 1))
    expect(errors).toMatchObject([{ code: "transaction-open" }])
    expect(document.value()).toEqual({ a: 1 })
  })

  test("[AM6] change and apply are refused inside a native change and inside listeners", () => {
    const { document, native } = open()
    let inside: unknown
    native.change(() =>
      expect(codeThrownBy(() => document.change([setTo(["a"], 1)]))).toBe("transaction-open")
    )
    native.on("change", () => {
      inside = codeThrownBy(() => document.apply([]))
    })
    native.change(doc => {
      doc["b"] = 1
    })
    expect(inside).toBe("transaction-open")
  })

  test("[AM17] what is inside a container under __proto__ shows in the value, and harms no listener", () => {
    const { document, native } = open()
    const told: unknown[] = []
    native.on("change", ({ patches }) => told.push(patches.map(({ path }) => path)))
    const other = openDocument(automerge())
    const content = { kind: "list", items: [scalar(1)] } as const
    receive(document, mustChange(other, { op: "set", path: ["__proto__"], content }))
    receive(document, mustChange(other, insertAt(["__proto__"], 1, 2), setTo(["a"], 1)))
    mustChange(document, insertAt(["__proto__"], 2, 3), setTo(["b"], 2))
    expect(Object.entries(document.value())).toContainEqual(["__proto__", [1, 2, 3]])
    expect(native.doc()).toMatchObject({ a: 1, b: 2 })
    expect(told).toHaveLength(3)
    expect(Object.prototype).not.toHaveProperty("0")
  })

  test("[AM7] objects of before a change can be read, and cannot be changed", () => {
    const { document, native } = open()
    const before = native.doc()
    mustChange(document, setTo(["a"], 1))
    expect(before).not.toHaveProperty("a")
    expect(() => change(before, doc => (doc["b"] = 1))).toThrow("outdated")
  })

  test("[AM7] a document goes on under a new identity with its handle", () => {
    const { document, native, changes } = open()
    void native.doc()
    const first = mustChange(document, setTo(["a"], 1))
    document.setIdentity(new Uint8Array(8).fill(0xbb))
    native.change(doc => {
      doc["b"] = 2
    })
    expect(replay(first, ...changes)).toEqual(document.value())
    expect(native.doc()).toMatchObject({ a: 1, b: 2 })
  })
})
