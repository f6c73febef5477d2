import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { apiReport, undocumented } from "./api-report.ts"
import { publicExports } from "./public-exports.ts"

let folder = ""

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "syncline-api-"))
  write(
    "index.d.ts",
    `export { later as now, type Shape } from "./parts.ts"\nexport * from "./more.js"\nexport type { X } from "other"\n`
  )
  write(
    "parts.d.ts",
    `/** Documented. */\nexport declare class later {\n    #private;\n    /** Gone. */\n    go(): void;\n}\nexport interface Shape { a: 1 }\n`
  )
  write("more.d.ts", `import { deep } from "./deep.ts"\nexport { deep }\n`)
  write(
    "deep.d.ts",
    `/** First. */\nexport declare function deep(a: string): void;\nexport declare function deep(a: number): void;\n`
  )
})

afterEach(() => rmSync(folder, { recursive: true }))

test("exports are followed to their declarations and sorted by name", () => {
  expect(publicExports(join(folder, "index.d.ts")).map(({ name }) => name)).toEqual([
    "Shape",
    "X",
    "deep",
    "now"
  ])
})

test("a report shows declarations without comments, overloads together", () => {
  const report = apiReport("p", [{ specifier: "p", exports: publicExports(join(folder, "index.d.ts")) }])
  expect(report).toContain("export declare class later {\n    #private;\n    go(): void;\n}")
  expect(report).toContain("deep(a: string): void;\nexport declare function deep(a: number): void;")
  expect(report).toContain('export { X } from "other"')
})

test("an export without a docstring is named, overloads count once", () => {
  const exports = publicExports(join(folder, "index.d.ts"))
  expect(undocumented({ specifier: "p", exports })).toEqual(["p: Shape has no docstring"])
})

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text)
}
