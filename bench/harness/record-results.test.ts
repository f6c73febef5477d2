import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { BenchRow } from "./bench.ts"
import { recordResults } from "./record-results.ts"

let folder = ""

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "syncline-results-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

function row(bench: string, ours: number): BenchRow {
  const shown = { input: "10 documents", metric: "time", unit: "ms", peer: 1, peerName: "them", ratio: ours }
  return { bench, ours, ...shown, better: "lower", target: "", met: null }
}

function recorded(area: string): unknown {
  const { rows } = JSON.parse(readFileSync(join(folder, `${area}.json`), "utf8")) as {
    readonly rows: readonly BenchRow[]
  }
  return rows.map(({ bench, ours }) => [bench, ours])
}

test("each area has a file, and a bench that ran again has its new rows only", () => {
  recordResults(folder, "m", [row("a/x", 1), row("a/x", 2), row("a/y", 3), row("b/z", 4)])
  recordResults(folder, "m", [row("a/x", 5)])
  expect(recorded("a")).toEqual([
    ["a/x", 5],
    ["a/y", 3]
  ])
  expect(recorded("b")).toEqual([["b/z", 4]])
})

test("rows of another machine do not stay beside those of this one", () => {
  recordResults(folder, "m", [row("a/x", 1)])
  recordResults(folder, "n", [row("a/y", 2)])
  expect(recorded("a")).toEqual([["a/y", 2]])
})
