import type { ContainerRef } from "../document/operation.ts"
import type { Shape } from "../document/shape.ts"
import type { EngineDocument } from "../engine/engine.ts"
import { assertEqual, assertThat } from "./contract-assert.ts"
import {
  count,
  type EngineCase,
  insertAt,
  mustChange,
  openDocument,
  receive,
  setTo,
  spliceAt
} from "./engine-case.ts"

const otherShape: Shape = {
  kind: "map",
  fields: {
    body: { kind: "list" },
    meta: { kind: "counter" },
    tags: { kind: "map", fields: {} },
    votes: { kind: "text" }
  }
}

/** Predefined containers: the same everywhere, and there when they are needed (decision 8). */
export const engineGenesisCases: readonly EngineCase[] = [
  {
    title: "[EN13] replicas that begin one document apart edit the same containers",
    check: engine => {
      const documents = [1, 2, 3].map(() => openDocument(engine))
      const changes = documents.map((document, at) =>
        mustChange(
          document,
          spliceAt(["meta", "note"], 0, 0, `${at}`),
          insertAt(["meta", "deep", "log"], 0, at)
        )
      )
      for (const document of documents) receive(document, ...changes)
      const [first, ...others] = documents.map(document => document.value())
      assertEqual(noteOf(documents[0]).split("").sort().join(""), "012", "what all wrote into one text")
      for (const other of others) assertEqual(other, first, "the others")
      const named = changes[0]?.containers.map(({ path }) => path.join("/")).sort()
      assertEqual(named, ["meta", "meta/deep", "meta/deep/log", "meta/note"], "containers a change names")
    }
  },
  {
    title: "[EN14] genesis depends on path and kind alone",
    check: engine => {
      const ref: ContainerRef = { path: ["meta", "note"], kind: "text" }
      assertEqual(engine.genesis(ref), engine.genesis({ ...ref }), "two calls")
      const others: ContainerRef[] = [
        { ...ref, kind: "list" },
        { path: ["note"], kind: "text" },
        { path: ["meta/note"], kind: "text" }
      ]
      for (const other of others)
        assertThat(
          engine.genesis(ref).join() !== engine.genesis(other).join(),
          `same bytes as ${JSON.stringify(other)}`
        )
      const document = openDocument(engine)
      document.ensureGenesis([ref])
      document.ensureGenesis([ref, { path: ["meta"], kind: "map" }])
      assertEqual(document.value(), openDocument(engine).value(), "value after genesis")
    }
  },
  {
    title: "[EN15] two shapes with other kinds at one path show the same in the end",
    check: engine => {
      const a = openDocument(engine)
      const b = openDocument(engine, undefined, otherShape)
      const ofA = mustChange(
        a,
        spliceAt(["body"], 0, 0, "text"),
        insertAt(["tags"], 0, 1),
        count(["votes"], 2),
        setTo(["meta", "x"], 1)
      )
      const ofB = mustChange(
        b,
        insertAt(["body"], 0, "item"),
        setTo(["tags", "x"], 1),
        spliceAt(["votes"], 0, 0, "votes"),
        count(["meta"], 3)
      )
      const seenByA = receive(a, ofB)
      receive(b, ofA)
      const late = openDocument(engine, b.snapshot())
      const later = openDocument(engine)
      receive(later, ofB, ofA)
      for (const document of [b, late, later])
        for (const key of ["body", "tags", "votes", "meta"]) {
          if (document.kindAt([key]) === "map") assertEqual(ownKeys(document, key), ownKeys(a, key), key)
          else assertEqual(document.value()[key], a.value()[key], key)
          assertEqual(document.kindAt([key]), a.kindAt([key]), `kind of ${key}`)
        }
      assertThat(seenByA.length > 0, "a displaced container was not told")
      assertEqual(openDocument(engine).establish([]), undefined, "nothing to establish")
    }
  }
]

/** The value of a map, without what only one of the shapes declares in it. */
function ownKeys(document: EngineDocument, key: string): unknown {
  const { x } = (document.value()[key] ?? {}) as { readonly x?: unknown }
  return x
}

function noteOf(document: EngineDocument | undefined): string {
  const meta = document?.value()["meta"]
  return typeof meta === "object" && meta !== null && "note" in meta && typeof meta["note"] === "string"
    ? meta["note"]
    : ""
}
