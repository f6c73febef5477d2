import { expect, test } from "vitest"
import { checkFolders, checkLayers } from "./check-layers.ts"
import type { ImportEdge } from "./import-graph.ts"
import type { LayerTable } from "./layer-table.ts"

const table: LayerTable = {
  packages: ["low", "mid", "high"],
  nodeModules: { mid: ["platform"] },
  folders: { mid: [["platform"], ["engine"], ["sync"], ["testing"]] },
  strangers: { high: ["shared"] },
  testTools: ["vitest"]
}

const allowed: readonly (readonly [source: string, target: string])[] = [
  ["packages/high/src/a/a.ts", "packages/mid/src/index.ts"],
  ["packages/mid/src/sync/s.ts", "packages/mid/src/engine/e.ts"],
  ["packages/mid/src/open.ts", "packages/mid/src/sync/s.ts"],
  ["packages/mid/src/engine/e.test.ts", "packages/mid/src/index.ts"],
  ["packages/mid/src/engine/e.test.ts", "packages/mid/src/testing/t.ts"],
  ["packages/high/src/a/a.ts", "packages/high/src/shared/s.ts"],
  ["packages/high/src/a/testing/t.ts", "packages/mid/src/testing/index.ts"],
  ["bench/clock/compare.ts", "packages/high/src/index.ts"]
]

const forbidden: readonly (readonly [source: string, target: string, reason: string])[] = [
  ["packages/low/src/a.ts", "packages/mid/src/index.ts", "low must not import mid"],
  ["packages/low/src/a.test.ts", "packages/mid/src/index.ts", "low must not import mid"],
  ["packages/mid/src/engine/e.ts", "packages/mid/src/sync/s.ts", "engine/ must not import sync/"],
  ["packages/mid/src/engine/e.ts", "packages/mid/src/open.ts", "engine/ must not import src/"],
  ["packages/high/src/a/a.ts", "packages/high/src/b/b.ts", "a/ must not import b/"],
  [
    "packages/mid/src/sync/s.ts",
    "packages/mid/src/engine/index.ts",
    "nothing inside a package imports an index"
  ],
  ["packages/high/src/a/a.ts", "packages/mid/src/testing/index.ts", "for tests and testing/ only"],
  ["packages/high/src/a/a.ts", "packages/high/src/a/testing/t.ts", "for tests and testing/ only"]
]

test.each(allowed)("%s may import %s", (source, target) => {
  expect(checkLayers([edge(source, target)], table)).toEqual([])
})

test.each(forbidden)("%s must not import %s", (source, target, reason) => {
  expect(checkLayers([edge(source, target)], table).join("\n")).toContain(reason)
})

test("node modules are for the folders the table names", () => {
  const ids = ["packages/mid/src/platform/p.ts", "packages/mid/src/engine/e.ts", "packages/low/src/a.ts"]
  const found = checkLayers(
    ids.map(source => edge(source, undefined, "node:fs")),
    table
  )
  expect(found).toEqual([
    expect.stringContaining("engine/e.ts:1: node:fs is allowed only in platform/"),
    expect.stringContaining("low/src/a.ts:1: node:fs is allowed nowhere in this package")
  ])
})

test("vitest and its like are for tests and testing folders", () => {
  const ids = ["packages/low/src/a.test.ts", "packages/mid/src/testing/t.ts", "packages/low/src/a.ts"]
  const found = checkLayers(
    ids.map(source => edge(source, undefined, "vitest")),
    table
  )
  expect(found).toEqual([expect.stringContaining("low/src/a.ts:1: vitest is for tests")])
})

test("a folder the table does not place is reported once", () => {
  const paths = ["packages/mid/src/new/a.ts", "packages/mid/src/new/b.ts", "packages/mid/src/sync/s.ts"]
  expect(checkFolders(paths, table)).toEqual([expect.stringContaining("packages/mid/src/new/ is in no row")])
})

function edge(source: string, target: string | undefined, specifier = "./x.ts"): ImportEdge {
  return { source, specifier, kind: "value", line: 1, ...(target === undefined ? {} : { target }) }
}
