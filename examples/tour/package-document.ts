import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { type Collection, collection, list, map, text } from "@syncline/core"

/** A package's manifest with its README, as the tour keeps it. */
export interface Package {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly keywords: readonly string[]
  /** Version range by name. */
  readonly dependencies: Readonly<Record<string, string>>
  readonly readme: string
}

/** Another text that a package brings: licence, changelog, guide. */
export interface PackageText {
  /** Key of the package. */
  readonly package: string
  readonly file: string
  readonly body: string
}

/** Lists, maps and texts are declared, so that they merge even where two replicas make the same document. */
export const packages: Collection<Package> = collection<Package>("packages", {
  fields: { keywords: list(), dependencies: map(), readme: text() }
})

/** See {@link PackageText}. */
export const texts: Collection<PackageText> = collection<PackageText>("texts", { fields: { body: text() } })

/** A document to be imported. */
export interface Imported {
  /** Document id. */
  readonly id: string
  readonly value: Package | PackageText
}

/** Larger ones are machine-made lists, which nobody edits as text. */
const maxTextBytes = 256 * 1024
const isText = /\.(?:md|markdown|txt)$|^(?:licen[cs]e|copying|notice|changelog|history|authors)\b/i

/** The documents a package becomes: its manifest with README, and its other texts. None without name and version. */
export function readPackage(folder: string): Imported[] {
  const manifest = readManifest(folder)
  const [name, version] = [textIn(manifest["name"]), textIn(manifest["version"])]
  if (name === "" || version === "") return []
  const files = readdirSync(folder).filter(file => isText.test(file) && isSmallFile(join(folder, file)))
  const readme = files.find(file => /^readme(?:\.md|\.markdown)?$/i.test(file))
  const key = `${name}@${version}`
  const value = {
    name,
    version,
    description: textIn(manifest["description"]),
    license: licenseIn(manifest),
    keywords: keywordsIn(manifest["keywords"]),
    dependencies: rangesIn(manifest["dependencies"]),
    readme: readme === undefined ? "" : readText(join(folder, readme))
  }
  const others = files
    .filter(file => file !== readme)
    .map(file => ({
      id: `${texts.name}/${key}/${file}`,
      value: { package: key, file, body: readText(join(folder, file)) }
    }))
  return [{ id: `${packages.name}/${key}`, value }, ...others]
}

function readManifest(folder: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(readText(join(folder, "package.json")))
  return typeof parsed === "object" && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : {}
}

/** Half surrogate pairs are no text to any CRDT, and a byte order mark is none to a reader. */
function readText(path: string): string {
  return readFileSync(path, "utf8")
    .toWellFormed()
    .replace(/^\uFEFF/, "")
}

function isSmallFile(path: string): boolean {
  const status = statSync(path)
  return status.isFile() && status.size <= maxTextBytes
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value.toWellFormed() : ""
}

/** `"MIT"`; older manifests have `{ type: "MIT" }` or a list of those under `licenses`. */
function licenseIn({ license, licenses }: Readonly<Record<string, unknown>>): string {
  const stated: unknown[] = [license ?? licenses].flat()
  const names = stated.map(each =>
    typeof each === "object" && each !== null ? textIn((each as { type?: unknown }).type) : textIn(each)
  )
  return names.filter(each => each !== "").join(" OR ")
}

function keywordsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textIn).filter(each => each !== "") : []
}

function rangesIn(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([name, range]) => [name, textIn(range)]))
}
