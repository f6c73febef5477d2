import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openInMemory, type RawDatabase } from "../../store/raw-database.ts"
import { inputFolder, npmFile } from "./npm-file.ts"

interface Versions {
  readonly old: Uint8Array
  readonly next: Uint8Array
}

type Rows = ReadonlyMap<string, string>

/** A database of one row per feature (path, its JSON), and the same after the real edits to the next release. */
export function sqliteKeyed(): Versions {
  return databases("sqlite-kv", () => ({ before: features("7.3.16"), after: features("7.3.17") }))
}

/** A database of one row per leaf value, and the same after the real edits. */
export function sqliteRows(): Versions {
  return databases("sqlite-rows", () => ({ before: leaves("1.0.30001812"), after: leaves("1.0.30001813") }))
}

function features(version: string): Rows {
  const found = new Map<string, string>()
  collectFeatures(readJson(`@mdn/browser-compat-data@${version}`), "", found)
  return found
}

function leaves(version: string): Rows {
  const found = new Map<string, string>()
  collectLeaves(readJson(`caniuse-db@${version}`), "", found)
  return found
}

function readJson(spec: string): unknown {
  return JSON.parse(new TextDecoder().decode(npmFile(spec, "data.json")))
}

/** Made once: the files are kept. */
function databases(name: string, rows: () => { readonly before: Rows; readonly after: Rows }): Versions {
  const old = join(inputFolder, `${name}.old`)
  const next = join(inputFolder, `${name}.next`)
  if (!existsSync(next)) {
    mkdirSync(inputFolder, { recursive: true })
    const { before, after } = rows()
    const versions = edited(before, after)
    writeFileSync(old, versions.old)
    // Renamed when complete, so that an interrupted run leaves nothing that looks like an input.
    writeFileSync(`${next}.part`, versions.next)
    renameSync(`${next}.part`, next)
  }
  return { old: readFileSync(old), next: readFileSync(next) }
}

/** One database before and after its edits, page by page, as an application's file would be: nothing is vacuumed. */
function edited(before: Rows, after: Rows): Versions {
  const database = openInMemory()
  database.exec("CREATE TABLE entries (path TEXT PRIMARY KEY, value TEXT NOT NULL)")
  const insert = database.prepare("INSERT INTO entries (path, value) VALUES (?, ?)")
  database.transaction((rows: Rows) => {
    for (const [path, value] of rows) insert.run(path, value)
  })(before)
  const old = Uint8Array.from(database.serialize())
  edit(database, before, after)
  const next = Uint8Array.from(database.serialize())
  database.close()
  return { old, next }
}

function edit(database: RawDatabase, before: Rows, after: Rows): void {
  const put = database.prepare(
    "INSERT INTO entries (path, value) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET value = excluded.value"
  )
  const remove = database.prepare("DELETE FROM entries WHERE path = ?")
  database.transaction((rows: Rows) => {
    for (const [path, value] of rows) if (before.get(path) !== value) put.run(path, value)
    for (const path of before.keys()) if (!rows.has(path)) remove.run(path)
  })(after)
}

function collectFeatures(value: unknown, path: string, into: Map<string, string>): void {
  if (!isObject(value)) return
  for (const [key, member] of Object.entries(value)) {
    const here = path === "" ? key : `${path}.${key}`
    if (isObject(member) && "__compat" in member) into.set(here, JSON.stringify(member["__compat"]))
    if (key !== "__compat") collectFeatures(member, here, into)
  }
}

function collectLeaves(value: unknown, path: string, into: Map<string, string>): void {
  if (typeof value === "object" && value !== null)
    for (const [key, member] of Object.entries(value)) collectLeaves(member, `${path}/${key}`, into)
  else into.set(path, JSON.stringify(value))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
