import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"

/** The part of better-sqlite3 used here; it comes without types. */
type DatabaseClass = new (
  path: string,
  options: { readonly readonly: boolean }
) => { prepare(sql: string): { all(): unknown[] }; close(): void }

const root = join(import.meta.dirname, "../..")
const readme = readFileSync(join(root, "README.md"), "utf8")
const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""

/** A folder as a reader has it: the example, and the packages it needs under `node_modules`. */
let folder = ""

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "syncline-readme-"))
  symlinkSync(join(root, "test/node_modules"), join(folder, "node_modules"), "junction")
  writeFileSync(join(folder, "package.json"), '{"type":"module"}')
  writeFileSync(join(folder, "example.ts"), example)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function runNode(...args: readonly string[]): { status: number | null; output: string; errors: string } {
  const env = { ...process.env, SYNCLINE_STATE_DIR: join(folder, "state") }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" })
  return { status, output: stdout, errors: stderr }
}

test("[RM1] the README's example runs as it stands there, ends by itself and prints what it promises", () => {
  const result = runNode("--conditions=@syncline/source", "--no-warnings", "example.ts")
  expect(result).toEqual({ status: 0, output: "Hello true\n", errors: "" })
})

test("[RM1] what it wrote lies in the table it names", () => {
  const Database = createRequire(import.meta.url)("better-sqlite3") as DatabaseClass
  const database = new Database(join(folder, "rows.db"), { readonly: true })
  const rows = database.prepare("SELECT id, value FROM documents").all()
  database.close()
  const value = JSON.stringify({ body: "Written offline, merged later.", title: "Hello" })
  expect(rows).toEqual([{ id: "notes/hello", value }])
})

test("[RM3] the README's example is short enough to be read before anything else", () => {
  expect(example.split("\n").filter(line => line.trim() !== "").length).toBeLessThanOrEqual(18)
  expect(example).toContain("verify()")
})
