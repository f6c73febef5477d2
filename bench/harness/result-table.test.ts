import { join } from "node:path"
import { expect, test } from "vitest"
import type { BenchRow } from "./bench.ts"
import { isWanted } from "./bench-filter.ts"
import { findBenchFiles } from "./bench-files.ts"
import { rowToJson } from "./json-row.ts"
import { formatFigure, resultTables } from "./result-table.ts"

const row: BenchRow = {
  bench: "area/subject",
  input: "10 documents",
  metric: "time",
  unit: "ms",
  ours: 3,
  peer: 2,
  peerName: "them",
  ratio: 1.5,
  better: "lower",
  target: "<= 1.4x",
  met: false
}

test("a missed target says so, a met one too", () => {
  expect(resultTables([row])).toContain("<= 1.4x  MISSED")
  expect(resultTables([{ ...row, met: true }])).toContain("<= 1.4x  met")
})

test("rows are grouped by bench in the order they came", () => {
  const tables = resultTables([row, { ...row, bench: "b" }, { ...row, input: "11 documents" }])
  expect(tables.match(/area\/subject|^b$|1\d documents/gm)).toEqual([
    "area/subject",
    "10 documents",
    "11 documents",
    "b",
    "10 documents"
  ])
})

test("columns line up", () => {
  const [, header = "", first = "", second = ""] = resultTables([row, { ...row, ours: 12345 }]).split("\n")
  expect(first.indexOf("ms")).toBe(header.indexOf("unit"))
  expect(second.indexOf("ms")).toBe(header.indexOf("unit"))
})

test("JSON has exactly the documented keys, in order", () => {
  const keys = "bench,input,metric,unit,ours,peer,peerName,ratio,better,target,met"
  expect(Object.keys(JSON.parse(rowToJson({ ...row, extra: 1 } as BenchRow)) as object).join()).toBe(keys)
})

test.each([
  [1234567, "1,234,567"],
  [0.012345, "0.0123"],
  [12, "12"],
  [Number.NaN, "–"]
])("%d reads as %s", (value, text) => {
  expect(formatFigure(value)).toBe(text)
})

test("files are found by the benches in them, and others are not loaded", () => {
  const root = join(import.meta.dirname, "..")
  expect(findBenchFiles(root, ["diff/chunks-locality"])).toEqual(["diff/chunks.ts"])
  expect(findBenchFiles(root, ["clock/compare"]).every(file => file.startsWith("clock/"))).toBe(true)
  expect(findBenchFiles(root).length).toBeGreaterThan(20)
})

test("a filter begins a word of the bench's name or of its file", () => {
  expect(isWanted([], "a/b.ts", "c")).toBe(true)
  expect(isWanted(["a/b"], "a/b.ts", "c")).toBe(true)
  expect(isWanted(["x", "c"], "a/b.ts", "c")).toBe(true)
  expect(isWanted(["x"], "a/b.ts", "c")).toBe(false)
  expect(isWanted(["sync"], "diff/rsync.ts", "diff/rsync-speed")).toBe(false)
  expect(isWanted(["speed"], "diff/rsync.ts", "diff/rsync-speed")).toBe(true)
})
