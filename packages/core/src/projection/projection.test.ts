import { hlcStampFromParts, isSynclineError } from "@syncline/clock"
import { describe, expect, it } from "vitest"
import { Version } from "../commit/version.ts"
import { parseDocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import { contractContext } from "../testing/sink-workbench.ts"
import { column } from "./column.ts"
import type { ProjectedContent } from "./projected-content.ts"
import { defineProjection, type Projection } from "./projection.ts"
import type { DurableDocument } from "./projection-source.ts"
import { childRows, table, type TableDefinition } from "./table.ts"

interface Note {
  readonly title: string
  readonly tags: readonly string[]
}

const notes = (name = "notes"): TableDefinition =>
  table<Note>(name, {
    collection: "notes",
    columns: {
      title: column.text(note => note.title, { index: true }),
      size: column.integer(note => note.tags.length)
    },
    children: {
      [`${name}_tags`]: childRows((note: Note) => note.tags, { tag: column.text(tag => tag.toUpperCase()) })
    }
  })

function documentOf(value: JsonObject, id = "notes/a"): DurableDocument {
  return {
    id: parseDocumentId(id),
    version: Version.empty,
    digest: new Uint8Array(32),
    height: 3,
    deleted: false,
    updatedAt: hlcStampFromParts(Date.UTC(2026, 0, 31, 9, 30)),
    position: 1,
    value
  }
}

/** Tables that are read off a value are there at once. */
function project(projection: Projection, document: DurableDocument): ProjectedContent {
  return projection.open(contractContext()).project(document) as ProjectedContent
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return isSynclineError(error) ? error.code : "other"
  }
  return "none"
}

describe("defineProjection", () => {
  it("[PJ1] without configuration every document has one row in documents", () => {
    const [rows] = project(defineProjection(), documentOf({ a: 1 })).tables
    expect(rows?.rows).toEqual([["notes", '{"a":1}', 3, new Uint8Array(32), "2026-01-31T09:30:00.000Z"]])
  })

  it("[PJ2] a document becomes a row and a row per list element, in declared order", () => {
    const content = project(defineProjection([notes()]), documentOf({ title: "T", tags: ["x", "y"] }))
    expect(content.tables).toEqual([
      { table: 0, rows: [["T", 2]] },
      { table: 1, rows: [["X"], ["Y"]] }
    ])
  })

  it("[PJ2] a table takes only its own collection, a deleted document has no rows", () => {
    const projection = defineProjection([notes()])
    expect(project(projection, documentOf({}, "tasks/a")).tables).toEqual([])
    expect(project(projection, { ...documentOf({}), deleted: true }).tables).toEqual([])
    expect(projection.collections).toEqual(new Set(["notes"]))
  })

  it.each([
    ["a word of SQL", [notes("select")]],
    ["a leading digit", [notes("1st")]],
    ["a quote", [notes('a"b')]],
    ["our own prefix", [notes("syncline_records")]],
    ["the same table twice, but for case", [notes("notes"), notes("Notes")]],
    ["no table at all", []],
    ["no column", [table<JsonObject>("t", { columns: {} })]],
    ["a key column's name", [table<JsonObject>("t", { columns: { ID: column.json(value => value) } })]],
    [
      "a slash in the collection",
      [table<JsonObject>("t", { collection: "a/b", columns: { v: column.json(v => v) } })]
    ]
  ])("[PJ3] a declaration with %s is refused", (_, definitions) => {
    expect(codeOf(() => defineProjection(definitions))).toBe("projection-invalid")
  })

  it.each([
    [
      "throws",
      column.text<JsonObject>(() => {
        throw new Error("no")
      })
    ],
    ["gives another type", column.text<JsonObject>(value => value["n"] as string)],
    ["gives a number that is not finite", column.real<JsonObject>(() => Number.POSITIVE_INFINITY)],
    ["gives an integer beyond the safe ones", column.integer<JsonObject>(() => 2 ** 53)],
    ["gives no time", column.timestamp<JsonObject>(() => Number.NaN)]
  ])("[PJ4] a mapping that %s refuses that document, by table and column", (_, bad) => {
    const projection = defineProjection([table<JsonObject>("t", { columns: { bad } })])
    expect(() => project(projection, documentOf({ n: 1 }))).toThrow(
      /notes\/a cannot be projected into t\.bad/
    )
  })

  it("[PJ4] a list which is none refuses the document", () => {
    const projection = defineProjection([notes()])
    const value = { title: "T", tags: { length: 1 } }
    expect(codeOf(() => project(projection, documentOf(value)))).toBe("projection-refused")
  })

  it("[PJ5] the hash changes with names, kinds, indexes, collections and functions, and with nothing else", () => {
    const of = (read: (value: JsonObject) => string, options = {}, name = "a"): string =>
      defineProjection([table<JsonObject>("t", { columns: { [name]: column.text(read, options) } })]).hash
    const plain = of(value => String(value["a"]))
    expect(of(value => String(value["a"]))).toBe(plain)
    const others = [
      of(value => String(value["b"])),
      of(value => String(value["a"]), { index: true }),
      of(value => String(value["a"]), {}, "b")
    ]
    expect(new Set([plain, ...others]).size).toBe(4)
  })

  it("[PJ5] with a revision given, it alone decides what functions cannot show", () => {
    const of = (read: (value: JsonObject) => string, revision: number): string =>
      defineProjection([table<JsonObject>("t", { columns: { a: column.text(read) } })], { revision }).hash
    expect(of(value => String(value["a"]), 1)).toBe(of(value => String(value["b"]), 1))
    expect(of(value => String(value["a"]), 1)).not.toBe(of(value => String(value["a"]), 2))
  })
})
