import { expect, test } from "vitest"
import { importGraph } from "./import-graph.ts"
import { readImports } from "./read-imports.ts"

const source = `import type { A } from "./a.ts"
import { type B } from "./b.ts"
import {
  c
} from "@x/one/deep"
import "./side.ts"
export * from "./star.ts"
export type { T } from "./t.ts"
const lazy = await import("./lazy.ts")
const unknown = await import(name)
// import "./comment.ts"
const text = 'import "./text.ts"'
`

test("every module a file names is found, with how it is loaded", () => {
  expect(readImports("m.ts", source).map(({ specifier, kind, line }) => [line, kind, specifier])).toEqual([
    [1, "type", "./a.ts"],
    [2, "value", "./b.ts"],
    [3, "value", "@x/one/deep"],
    [6, "value", "./side.ts"],
    [7, "value", "./star.ts"],
    [8, "type", "./t.ts"],
    [9, "lazy", "./lazy.ts"]
  ])
})

test("a file that does not parse is an error that names it", () => {
  expect(() => readImports("broken.ts", "import {")).toThrow("broken.ts does not parse")
})

test("relative, package and internal names reach files of the workspace", () => {
  const text = `import "../b/b.ts"\nimport "@x/one/deep"\nimport "#platform"\nimport "yjs"\n`
  const conditions = { "@syncline/source": "./src/deep/index.ts", types: "", default: "" }
  const packages = [{ folder: "one", manifest: { name: "@x/one", exports: { "./deep": conditions } } }]
  const edges = importGraph([{ path: "packages/two/src/a/a.ts", text }], packages)
  expect(edges.map(edge => edge.target)).toEqual([
    "packages/two/src/b/b.ts",
    "packages/one/src/deep/index.ts",
    "packages/two/src/platform/*",
    undefined
  ])
})
