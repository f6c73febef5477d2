import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inputFolder } from "./npm-file.ts"

interface Versions {
  readonly before: unknown
  readonly after: unknown
}

// Common direct dependencies of a web project; what they resolve to on a day is the registry's.
const dependencies = [
  "express",
  "react",
  "react-dom",
  "webpack",
  "jest",
  "eslint",
  "vite",
  "typescript",
  "lodash"
]
const days = ["2025-06-01", "2025-07-01"] as const

/** The npm lockfile of one project, as resolved on two days a month apart. */
export function lockfile(): Versions {
  return { before: lockfileOn(days[0]), after: lockfileOn(days[1]) }
}

function lockfileOn(day: string): unknown {
  return JSON.parse(cached(`lock-${day}.json`, () => resolveLock(day)))
}

/** What the registry says of TypeScript, as it stood on two days a month apart: nightly versions came in between. */
export function registryDocument(): Versions {
  const text = cached("npm-ts.json", () => run(["view", "typescript", "--json"], inputFolder))
  const whole = JSON.parse(text) as RegistryDocument
  return { before: cut(whole, "20250601"), after: cut(whole, "20250701") }
}

interface RegistryDocument {
  readonly versions: readonly string[]
  readonly time: Readonly<Record<string, string>>
}

/** Leaves out what was published later, by the day in the names of nightly versions. */
function cut(whole: RegistryDocument, day: string): RegistryDocument {
  const kept = (version: string) => (/-dev\.(\d{8})/.exec(version)?.[1] ?? "0") <= day
  const time = Object.fromEntries(Object.entries(whole.time).filter(([version]) => kept(version)))
  return { ...whole, versions: whole.versions.filter(kept), time }
}

function resolveLock(day: string): string {
  mkdirSync(inputFolder, { recursive: true })
  const folder = mkdtempSync(join(inputFolder, "lock-"))
  try {
    const wanted = Object.fromEntries(dependencies.map(name => [name, "*"]))
    const manifest = { name: "lock-input", version: "1.0.0", private: true, dependencies: wanted }
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest))
    run(["install", "--package-lock-only", "--ignore-scripts", "--no-audit", `--before=${day}`], folder)
    return readFileSync(join(folder, "package-lock.json"), "utf8")
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function cached(name: string, make: () => string): string {
  const path = join(inputFolder, name)
  if (!existsSync(path)) {
    mkdirSync(inputFolder, { recursive: true })
    writeFileSync(path, make())
  }
  return readFileSync(path, "utf8")
}

function run(args: readonly string[], folder: string): string {
  return execFileSync("npm", args, { encoding: "utf8", cwd: folder, maxBuffer: 1 << 28 })
}
