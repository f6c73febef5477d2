import { hlcStampFromParts } from "@syncline/clock"
import { describe, expect, it } from "vitest"
import { Version } from "../commit/version.ts"
import type { JsonObject } from "../document/json.ts"
import { column } from "../projection/column.ts"
import { pathRead } from "../projection/plain-table.ts"
import { defineProjection } from "../projection/projection.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import { sealedRows } from "../projection/seal.ts"
import type { SinkContent } from "../projection/sink.ts"
import { childRows, documentsTable, table, type TableDefinition } from "../projection/table.ts"
import { contractContext, noteId } from "../testing/sink-workbench.ts"
import { adoptionOf } from "./adoption.ts"

interface Task {
  readonly title: string
  readonly done?: boolean
  readonly effort: { readonly hours: number }
  readonly dueMs: number
  readonly steps: readonly { readonly name: string; readonly minutes?: number }[]
  readonly tags: readonly string[]
}

const tasks = table<Task>("tasks", {
  columns: {
    title: column.text(task => task.title),
    done: column.boolean(task => task.done),
    hours: column.real(task => task.effort.hours),
    due: column.timestamp(task => task.dueMs),
    loud: column.text(task => task.title.toUpperCase()),
    name: column.text(task => task.title ?? task.tags[0]),
    version: column.integer((_, document) => document.height)
  },
  children: {
    steps: childRows((task: Task) => task.steps, {
      step: column.text(step => step.name),
      minutes: column.integer(step => step.minutes)
    }),
    tags: childRows((task: Task) => task.tags, { tag: column.text(tag => tag) }),
    sorted: childRows((task: Task) => task.tags.toSorted(), { tag: column.text(tag => tag) })
  }
})

const value = {
  title: "Paint",
  done: false,
  effort: { hours: 2.5 },
  dueMs: Date.UTC(2026, 0, 2),
  steps: [{ name: "buy" }, { name: "paint", minutes: 60 }],
  tags: ["home"]
}

const document: DurableDocument = {
  id: noteId(1),
  version: Version.empty,
  digest: new Uint8Array(32),
  height: 3,
  deleted: false,
  updatedAt: hlcStampFromParts(Date.UTC(2026, 0)),
  position: 1,
  value
}

type Row = readonly unknown[]

/** Adopts the rows of the document after somebody changed them: by table, rows by ordinal. */
async function adopt(
  change: (rows: Record<string, Record<number, Row>>) => void,
  { tables = [tasks], isCurrent = true }: { tables?: readonly TableDefinition[]; isCurrent?: boolean } = {}
) {
  const projection = defineProjection(tables)
  const content = await projection.open(contractContext()).project(document)
  const byTable: Record<string, Record<number, Row>> = {}
  for (const { name } of projection.tables) byTable[name] = {}
  for (const row of sealedRows(projection.tables, content))
    Object.assign(byTable[row.table.name] ?? {}, { [Number(row.ordinal)]: row.values })
  change(byTable)
  const rows = projection.tables.flatMap(layout =>
    Object.entries(byTable[layout.name] ?? {}).map(([ordinal, values]) => ({
      table: layout,
      ordinal: Number(ordinal),
      values
    }))
  )
  const found: SinkContent = {
    id: document.id,
    key: undefined,
    digest: undefined,
    deleted: false,
    sealed: false,
    token: "",
    rows
  }
  return adoptionOf(projection.plain, document, found, isCurrent)
}

function put(name: string, ordinal: number, cells: Record<number, unknown>) {
  return (rows: Record<string, Record<number, Row>>): void => {
    const row = rows[name]?.[ordinal] ?? []
    Object.assign(rows[name] ?? {}, { [ordinal]: Object.assign([...row], cells) })
  }
}

function changed(change: JsonObject) {
  return { kind: "change", value: { ...value, ...change } }
}

describe("adopting rows", () => {
  it.each([
    [(item: { a: { b: string } }) => item.a.b, ["a", "b"]],
    [(item: object) => item, []],
    [(item: { a: string[] }) => item.a[0], ["a", "0"]],
    [(item: { a: string }) => item.a.trim(), undefined],
    [(item: { a: string }) => `a ${item.a}`, undefined],
    [(item: { a: string }) => ({ ...item }), undefined],
    [(item: { a: string }) => Object.keys(item)[0], undefined],
    [(item: { a: string }) => ("a" in item ? item.a : ""), undefined],
    [(item: { a: string }) => (item.a === "x" ? 1 : 2), undefined],
    [(_: unknown, { height }: { height: number }) => height, undefined],
    [() => "constant", undefined]
  ])("[RP14] a mapping function that reads one path is known by it: %s", (read, path) => {
    expect(pathRead(read as never)).toEqual(path)
  })

  it.each<readonly [string, Parameters<typeof adopt>[0], unknown]>([
    [
      "text, and what is computed from it with it",
      put("tasks", 0, { 0: "Draw", 4: "DRAW", 5: "Draw" }),
      changed({ title: "Draw" })
    ],
    ["text alone", put("tasks", 0, { 0: "Draw" }), { kind: "change", value: { ...value, title: "Draw" } }],
    ["a boolean, given as bigint", put("tasks", 0, { 1: 1n }), changed({ done: true })],
    ["a number inside of an object", put("tasks", 0, { 2: 4 }), changed({ effort: { hours: 4 } })],
    ["a time", put("tasks", 0, { 3: "2026-02-01T00:00:00.000Z" }), changed({ dueMs: Date.UTC(2026, 1) })],
    ["nothing at all", () => undefined, { kind: "nothing" }],
    [
      "a cell of a child row",
      put("steps", 1, { 1: 90 }),
      changed({ steps: [{ name: "buy" }, { name: "paint", minutes: 90 }] })
    ],
    [
      "a child row more",
      put("steps", 7, { 0: "clean", 1: null }),
      changed({ steps: [...value.steps, { name: "clean" }] })
    ],
    [
      "a child row less",
      rows => void delete rows["steps"]?.[0],
      changed({ steps: [{ name: "paint", minutes: 60 }] })
    ]
  ])("[RP15] %s comes back into the value", async (_, change, expected) => {
    expect(await adopt(change)).toEqual(expected)
  })

  it("[RP15] nothing in a cell takes the value away", async () => {
    const { done: _, ...rest } = value
    expect(await adopt(put("tasks", 0, { 1: null }))).toEqual({ kind: "change", value: rest })
  })

  it("[RP15] a whole value as JSON", async () => {
    const tables = [documentsTable()]
    const adopted = await adopt(put("documents", 0, { 1: '{"title":"Other"}' }), { tables })
    expect(adopted).toEqual({ kind: "change", value: { title: "Other" } })
  })

  it.each<readonly [string, string, Parameters<typeof adopt>[0]]>([
    ["computed", "what is computed", put("tasks", 0, { 4: "LOUD" })],
    ["computed", "facts of the document", put("tasks", 0, { 6: 9 })],
    [
      "computed",
      "one cell of a value where another says otherwise",
      put("tasks", 0, { 0: "Draw", 5: "Sing" })
    ],
    ["computed", "a row of a computed list", put("sorted", 0, { 0: "work" })],
    ["computed", "a row too many of a computed list", put("sorted", 1, { 0: "work" })],
    ["not-a-value", "another type", put("tasks", 0, { 2: "many" })],
    ["not-a-value", "no time", put("tasks", 0, { 3: "soon" })],
    ["row-missing", "a row that is gone", rows => void delete rows["tasks"]?.[0]]
  ])("[RP16] refused as %s: %s", async (refusal, _, change) => {
    expect(await adopt(change)).toMatchObject({ kind: "refused", refusal })
  })

  it("[RP16] of another version nothing is carried, and where nothing was changed there is nothing", async () => {
    const other = { isCurrent: false }
    expect(await adopt(put("tasks", 0, { 0: "Draw" }), other)).toMatchObject({ refusal: "other-version" })
    expect(await adopt(put("tasks", 0, { 6: 2 }), other)).toEqual({ kind: "nothing" })
  })
})
