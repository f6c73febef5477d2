import type { JsonObject, JsonValue } from "../document/json.ts"
import type { Content, Operation } from "../document/operation.ts"
import type { EngineDocument } from "../engine/engine.ts"
import { assertEqual, assertThat } from "./contract-assert.ts"
import {
  assign,
  count,
  type EngineCase,
  insertAt,
  mustChange,
  mustThrow,
  openDocument,
  receive,
  scalar,
  setTo,
  spliceAt
} from "./engine-case.ts"

const nested: Operation = {
  op: "insert",
  path: ["tags"],
  index: 0,
  items: [{ kind: "map", entries: new Map([["done", scalar(false)]]) }]
}

/** Every tenth member is a map, as scalars cannot be told apart as objects. */
const wideMap: Content = {
  kind: "map",
  entries: new Map(
    Array.from({ length: 10_000 }, (_, at): [string, Content] => [
      `${at}`,
      at % 10 === 0 ? { kind: "map", entries: new Map([["n", scalar(at)]]) } : scalar(at)
    ])
  )
}

function wideOf(document: EngineDocument): Readonly<Record<string, JsonValue>> {
  const wide = document.value()["wide"]
  return typeof wide === "object" && wide !== null && !Array.isArray(wide) ? (wide as JsonObject) : {}
}

const pristine: JsonObject = {
  body: "",
  meta: { deep: { hits: 0, log: [] }, note: "", state: "open" },
  tags: [],
  votes: 0
}

/** What a change does, and what it refuses. */
export const engineChangeCases: readonly EngineCase[] = [
  {
    title: "[EN1] predefined containers are there and empty before anything happened",
    check: engine => {
      const document = openDocument(engine)
      assertEqual(document.value(), pristine, "value")
      assertEqual(document.kindAt(["meta", "deep", "log"]), "list", "kind of a predefined list")
      assertEqual(document.kindAt(["meta", "deep", "hits"]), "counter", "kind of a predefined counter")
      assertEqual(document.kindAt(["meta", "state"]), "register", "kind of a default")
    }
  },
  {
    title: "[EN2] a change is in the value at once, and names the outermost paths it touched",
    check: engine => {
      const document = openDocument(engine)
      const change = mustChange(
        document,
        setTo(["a"], 1),
        nested,
        setTo(["tags", 0, "done"], true),
        spliceAt(["body"], 0, 0, "x")
      )
      assertEqual(document.value(), { a: 1, ...pristine, body: "x", tags: [{ done: true }] }, "value")
      assertEqual([...change.paths].map(path => path.join()).sort(), ["a", "body", "tags"], "paths")
      assertEqual(
        mustChange(document, setTo(["tags", 0, "done"], false)).paths,
        [["tags", 0, "done"]],
        "inner path"
      )
    }
  },
  {
    title: "[EN3] what leaves everything as it was is no change",
    check: engine => {
      const document = openDocument(engine)
      assertEqual(document.change([]), undefined, "no operations")
      assertEqual(document.change([spliceAt(["body"], 0, 0, "")]), undefined, "an empty splice")
      const back = [
        insertAt(["tags"], 0, 1, 2),
        { op: "delete", path: ["tags"], index: 0, count: 2 } as const
      ]
      assertEqual(document.change(back), undefined, "inserted and deleted")
      assertEqual(document.change([assign([])]), undefined, "no keys set")
    }
  },
  {
    title: "[EN4] a refused change changes nothing, even if its first operations were fine",
    check: engine => {
      const document = openDocument(engine)
      mustChange(document, setTo(["a"], 1), spliceAt(["body"], 0, 0, "a\u{1f600}b"))
      for (const { operation, code } of refused) {
        const before = document.value()
        mustThrow(() => document.change([setTo(["z"], 1), operation]), [code], JSON.stringify(operation))
        assertThat(document.value() === before, `${JSON.stringify(operation)} left another value`)
      }
      assertEqual(mustChange(document, setTo(["z"], 2)).paths, [["z"]], "the next change")
    }
  },
  {
    title: "[EN22] many keys set at once are what they are set one by one",
    check: engine => {
      const document = openDocument(engine)
      mustChange(document, setTo(["b"], 1), setTo(["votes"], 2))
      const change = mustChange(document, assign([], ["a", -0], ["b", "x"], ["votes", 5], ["a", 1]))
      const { a, b, votes } = document.value()
      assertEqual([a, b, votes], [1, "x", 5], "values")
      assertEqual(change.paths.map(path => path.join("/")).sort(), ["a", "b", "votes"], "told paths")
      assertEqual(document.change([assign([], ["a", 1], ["b", "x"])]), undefined, "the same once more")
    }
  },
  {
    title: "[EN5] values are frozen, and the same object where nothing changed",
    check: engine => {
      const document = openDocument(engine)
      mustChange(document, nested, setTo(["meta", "x"], 1))
      const before = document.value()
      assertThat(document.value() === before, "two readings give two values")
      mustChange(document, setTo(["tags", 0, "done"], true))
      const after = document.value()
      assertThat(before["meta"] === after["meta"], "an untouched map was rebuilt")
      assertThat(before !== after && before["tags"] !== after["tags"], "an old value changed")
      assertThat(
        [after, after["tags"], after["meta"]].every(part => Object.isFrozen(part)),
        "a value is not frozen"
      )
    }
  },
  {
    title:
      "[EN5] of 10,000 members, those that a change does not touch are the same objects, wherever it was made",
    check: engine => {
      const [a, b] = [openDocument(engine), openDocument(engine)]
      receive(b, mustChange(a, { op: "set", path: ["wide"], content: wideMap }))
      const before = [a, b].map(wideOf)
      receive(b, mustChange(a, setTo(["wide", "70", "n"], -1)))
      for (const [at, after] of [a, b].map(wideOf).entries()) {
        const other = [...Object.keys(after)].filter(key => after[key] !== before[at]?.[key])
        assertEqual(other, ["70"], `members that are other objects in document ${at}`)
        assertEqual(after["70"], { n: -1 }, "the member that changed")
      }
    }
  },
  {
    title: "[EN6] kinds are told apart where values cannot",
    check: engine => {
      const document = openDocument(engine)
      mustChange(
        document,
        setTo(["a"], "x"),
        { op: "set", path: ["b"], content: { kind: "text", text: "x" } },
        nested
      )
      const paths = [
        [],
        ["a"],
        ["b"],
        ["c"],
        ["tags", 0],
        ["tags", 0, "done"],
        ["tags", 1],
        ["a", "x"],
        ["tags", "0"]
      ]
      assertEqual(
        paths.map(path => document.kindAt(path) ?? "-"),
        ["map", "register", "text", "-", "map", "register", "-", "-", "-"],
        "kinds"
      )
      const { within } = document.kindAt
      if (within === undefined) return
      for (const path of [[], ["meta"], ["tags", 0], ["a"], ["tags"]])
        for (const key of ["a", "b", "c", "body", "votes", "state", "done", "x"]) {
          const isMap = document.kindAt(path) === "map"
          const expected = isMap ? document.kindAt([...path, key]) : undefined
          assertEqual(within(path)?.(key), expected, `kind of ${key} within ${path.join("/")}`)
        }
    }
  },
  {
    title: "[EN7] keys of every object are keys like any other",
    check: engine => {
      const document = openDocument(engine)
      const content = { kind: "map", entries: new Map([["__proto__", scalar(1)]]) } as const
      mustChange(document, setTo(["__proto__"], "p"), setTo(["constructor"], "c"), {
        op: "set",
        path: ["m"],
        content
      })
      const value = document.value()
      assertEqual(Object.getOwnPropertyDescriptor(value, "__proto__")?.value, "p", "the key __proto__")
      assertThat(Object.getPrototypeOf(value) === Object.prototype, "the prototype was replaced")
      assertEqual(Object.keys(value["m"] ?? {}), ["__proto__"], "a nested __proto__")
    }
  }
]

const lone = "\ud83d"

const refused: readonly { readonly operation: Operation; readonly code: string }[] = [
  { operation: setTo([], 1), code: "path-invalid" },
  { operation: setTo(["tags", 0], 1), code: "path-invalid" },
  { operation: setTo(["nothing", "x"], 1), code: "path-invalid" },
  { operation: setTo(["a", "x"], 1), code: "path-invalid" },
  { operation: setTo(["body"], 1), code: "path-invalid" },
  { operation: { op: "remove", path: ["body"] }, code: "path-invalid" },
  { operation: { op: "remove", path: ["votes"] }, code: "path-invalid" },
  { operation: setTo(["votes"], "1"), code: "path-invalid" },
  { operation: setTo(["votes", "x"], 1), code: "path-invalid" },
  { operation: setTo(["votes"], 0.5), code: "value-unsupported" },
  { operation: count(["votes"], 0.5), code: "value-unsupported" },
  { operation: count(["votes"], 2 ** 53), code: "value-unsupported" },
  { operation: count(["a"], 1), code: "path-invalid" },
  { operation: count(["body"], 1), code: "path-invalid" },
  { operation: count(["nothing"], 1), code: "path-invalid" },
  {
    operation: { op: "set", path: ["meta", "state"], content: { kind: "list", items: [] } },
    code: "path-invalid"
  },
  { operation: { op: "remove", path: ["nothing"] }, code: "path-invalid" },
  { operation: insertAt(["tags"], 1, 1), code: "path-invalid" },
  { operation: insertAt(["tags"], -1, 1), code: "path-invalid" },
  { operation: insertAt(["body"], 0, 1), code: "path-invalid" },
  { operation: { op: "delete", path: ["tags"], index: 0, count: 1 }, code: "path-invalid" },
  { operation: spliceAt(["body"], 4, 1, ""), code: "path-invalid" },
  { operation: spliceAt(["body"], 0.5, 0, "x"), code: "path-invalid" },
  { operation: spliceAt(["body"], 2, 0, "x"), code: "value-unsupported" },
  { operation: spliceAt(["body"], 1, 1, ""), code: "value-unsupported" },
  { operation: spliceAt(["body"], 0, 0, lone), code: "value-unsupported" },
  { operation: setTo(["a"], Number.NaN), code: "value-unsupported" },
  { operation: setTo(["a"], Number.POSITIVE_INFINITY), code: "value-unsupported" },
  { operation: setTo(["a"], lone), code: "value-unsupported" },
  { operation: setTo([lone], 1), code: "value-unsupported" },
  { operation: assign(["tags"], ["x", 1]), code: "path-invalid" },
  { operation: assign([], ["x", 1], ["body", 1]), code: "path-invalid" },
  { operation: assign([], ["votes", 0.5]), code: "value-unsupported" },
  { operation: assign([], ["x", Number.NaN]), code: "value-unsupported" },
  { operation: assign(["meta"], ["x", lone]), code: "value-unsupported" },
  { operation: assign([], [lone, 1]), code: "value-unsupported" }
]
