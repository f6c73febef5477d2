import { describe, expect, test } from "vitest"
import * as Y from "yjs"
import { codeThrownBy, openDocument, receive, spliceAt } from "../../testing/engine-case.ts"
import type { EngineChange, EngineDocument } from "../engine.ts"
import { nativeRoot } from "./native-root.ts"
import { yjs } from "./yjs-engine.ts"

class Point {
  readonly x = 1
}

const cases: readonly (readonly [string, () => unknown, unknown])[] = [
  ["a plain object", () => ({ a: [1, { b: null }] }), { a: [1, { b: null }] }],
  ["an object with __proto__", () => JSON.parse('{"__proto__":{"a":1},"b":2}') as unknown, { b: 2 }],
  ["undefined", () => undefined, null],
  ["NaN in an object", () => ({ n: Number.NaN }), { n: null }],
  ["minus zero", () => -0, 0],
  ["a bigint", () => 12n, "12"],
  ["bytes", () => new Uint8Array([1, 2, 3, 4]), "AQIDBA=="],
  ["a date", () => ({ d: new Date(0) }), { d: {} }],
  ["a class instance", () => ({ p: new Point() }), { p: { x: 1 } }],
  ["XML", () => new Y.XmlElement("p"), "<p></p>"],
  ...[null, { a: 1 }, "text", new Y.Map()].map(
    child => ["XML that holds what is no XML", () => fragmentOf(child), null] as const
  )
]

/** As an update of a peer may have it; the types do not allow it. */
function fragmentOf(child: unknown): Y.XmlFragment {
  const fragment = new Y.XmlFragment()
  fragment.insert(0, [new Y.XmlElement("p"), child as Y.XmlText])
  return fragment
}

function open(): { document: EngineDocument; root: Y.Map<unknown>; changes: EngineChange[] } {
  const document = openDocument(yjs())
  const changes: EngineChange[] = []
  document.onNativeChange(change => changes.push(change))
  return { document, root: (document.native as Y.Doc).getMap("root"), changes }
}

describe("what was set natively and is no container", () => {
  test.each(cases)("[YJ11] %s reads the same here and elsewhere", (_, make, json) => {
    const { document, root, changes } = open()
    root.set("x", make())
    const other = openDocument(yjs())
    receive(other, ...changes)
    expect(document.value()["x"]).toEqual(json)
    expect(other.value()["x"]).toEqual(json)
    expect(document.kindAt(["x"])).toBe("register")
  })

  test("[YJ11] a change inside XML is a change of the key that holds it", () => {
    const { document, root, changes } = open()
    const element = new Y.XmlElement("p")
    root.set("x", element)
    expect(document.value()["x"]).toBe("<p></p>")
    element.insert(0, [new Y.XmlText("hi")])
    expect(document.value()["x"]).toBe("<p>hi</p>")
    expect(changes[1]?.paths).toEqual([["x"]])
  })

  test("[YJ12] an embed takes one place in a text, as U+FFFC", () => {
    const { document, root } = open()
    document.change([spliceAt(["body"], 0, 0, "ab")])
    ;(root.get("body") as Y.Text).insertEmbed(1, { image: "x" })
    expect(document.value()["body"]).toBe("a\ufffcb")
    document.change([spliceAt(["body"], 2, 1, "c")])
    expect(document.value()["body"]).toBe("a\ufffcc")
  })

  test("[YJ13] other top-level types travel along outside the value", () => {
    const { document, changes } = open()
    ;(document.native as Y.Doc).getText("elsewhere").insert(0, "x")
    expect(changes[0]?.paths).toEqual([])
    const other = openDocument(yjs())
    receive(other, ...changes)
    expect((other.native as Y.Doc).getText("elsewhere").toJSON()).toBe("x")
    expect(other.value()).toEqual(document.value())
  })

  test("[YJ13] nativeRoot finds the map of the value, and refuses what is no Y.Doc", () => {
    const { document, root } = open()
    expect(nativeRoot(document.native)).toBe(root)
    expect(codeThrownBy(() => nativeRoot({}))).toBe("engine-unknown")
  })

  test("[YJ14] a value read inside a transaction is that of the moment, and is not kept", () => {
    const { document, root } = open()
    ;(document.native as Y.Doc).transact(() => {
      root.set("m", new Y.Map())
      expect(document.value()["m"]).toEqual({})
      ;(root.get("m") as Y.Map<unknown>).set("k", 1)
    })
    expect(document.value()["m"]).toEqual({ k: 1 })
  })
})

/** Puts a chain of containers, each within the one before, under `deep`. */
function nested<T>(make: () => T, put: (parent: T, child: T) => void): (root: Y.Map<unknown>) => void {
  return root => {
    let at = make()
    root.set("deep", at)
    for (let depth = 0; depth < 20_000; depth++) {
      const child = make()
      put(at, child)
      at = child
    }
  }
}

test.each([
  [
    "maps",
    nested(
      () => new Y.Map(),
      (parent, child) => parent.set("a", child)
    )
  ],
  [
    "lists",
    nested(
      () => new Y.Array(),
      (parent, child) => parent.push([child])
    )
  ],
  [
    "XML",
    nested(
      () => new Y.XmlElement("p"),
      (parent, child) => parent.push([child])
    )
  ]
] as const)(
  "[YJ18] %s nested twenty thousand deep read as null where they get too deep, and the rest is unharmed",
  (_, nest) => {
    const { document, root, changes } = open()
    Y.transact(document.native as Y.Doc, () => {
      nest(root)
      root.set("rest", 1)
    })
    const other = openDocument(yjs())
    receive(other, ...changes)
    expect(other.value()["rest"]).toBe(1)
    expect(JSON.stringify(other.value())).toBe(JSON.stringify(document.value()))
  }
)
