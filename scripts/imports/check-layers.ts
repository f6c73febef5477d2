import { posix } from "node:path"
import { isForTests, isTest } from "../workspace/source-files.ts"
import type { ImportEdge } from "./import-graph.ts"
import type { LayerTable } from "./layer-table.ts"

/** A file's place in the house: `packages/<name>/src/<folder>/…`; the folder is "" for files directly in `src`. */
interface Place {
  readonly name: string
  readonly folder: string
}

type Rule = (edge: ImportEdge, from: Place, to: Place | undefined, table: LayerTable) => string | undefined

/** Every import that goes the wrong way, as `file:line: reason`. Type imports count: a layer is about knowing. */
export function checkLayers(edges: readonly ImportEdge[], table: LayerTable): string[] {
  return edges.flatMap(edge => {
    const from = placeOf(edge.source)
    if (from === undefined) return []
    const to = edge.target === undefined ? undefined : placeOf(edge.target)
    const reasons = rules.map(rule => rule(edge, from, to, table)).filter(reason => reason !== undefined)
    return reasons.map(reason => `${edge.source}:${edge.line}: ${reason}`)
  })
}

/** Folders the table does not place, one message each. */
export function checkFolders(paths: readonly string[], table: LayerTable): string[] {
  const folders = new Set<string>()
  for (const path of paths) {
    const place = placeOf(path)
    if (place !== undefined && place.folder !== "") folders.add(`${place.name}/${place.folder}`)
  }
  return [...folders].sort().flatMap(key => {
    const [name = "", folder = ""] = key.split("/")
    const rows = table.folders[name]
    if (rows === undefined || rows.some(row => row.includes(folder))) return []
    return [`packages/${name}/src/${folder}/ is in no row of scripts/imports/layer-table.ts: place it`]
  })
}

const packagesGoDown: Rule = (edge, from, to, { packages }) => {
  if (to === undefined || to.name === from.name) return undefined
  if (packages.indexOf(to.name) < packages.indexOf(from.name)) return undefined
  return `${from.name} must not import ${to.name} (${edge.specifier}): packages only import ${packages.join(" < ")} downwards`
}

const foldersGoDown: Rule = (edge, from, to, table) => {
  if (to === undefined || to.name !== from.name || isTest(edge.source)) return undefined
  const rows = table.folders[from.name]
  if (rows === undefined) return undefined
  const rank = (folder: string): number =>
    // A file directly in `src` ties the folders together, so it is above all of them.
    folder === "" ? Number.POSITIVE_INFINITY : rows.findIndex(row => row.includes(folder))
  // A folder without a rank is reported once by `checkFolders`, not once an import.
  if (rank(from.folder) < 0 || rank(to.folder) <= rank(from.folder)) return undefined
  return `${from.folder}/ must not import ${to.folder || "src"}/ (${edge.specifier}): it is a higher layer of ${from.name}`
}

const strangersStayApart: Rule = (edge, from, to, { strangers }) => {
  const shared = strangers[from.name]
  if (shared === undefined || to?.name !== from.name || to.folder === from.folder) return undefined
  if (from.folder === "" || shared.includes(to.folder) || isTest(edge.source)) return undefined
  return `${from.folder}/ must not import ${to.folder}/ (${edge.specifier}): ${from.name} do not know each other`
}

const nobodyImportsIndex: Rule = (edge, from, to) => {
  const ownIndex = to?.name === from.name && posix.basename(edge.target ?? "") === "index.ts"
  if (!ownIndex || isTest(edge.source)) return undefined
  return `import the file that declares it, not ${edge.specifier}: nothing inside a package imports an index`
}

const nodeOnlyWhereAllowed: Rule = (edge, from, _to, { nodeModules }) => {
  const allowed = nodeModules[from.name] ?? []
  const fine = allowed.includes("*") || allowed.includes(from.folder) || isTest(edge.source)
  if (fine || !edge.specifier.startsWith("node:")) return undefined
  const where = allowed.length === 0 ? "nowhere in this package" : `only in ${allowed.join(", ")}/`
  return `${edge.specifier} is allowed ${where}: take what you need through a port`
}

const testToolsOnlyInTests: Rule = (edge, _from, _to, { testTools }) => {
  if (isForTests(edge.source)) return undefined
  const tool = testTools.some(name => edge.specifier === name || edge.specifier.startsWith(`${name}/`))
  if (!tool && !(edge.target ?? "").includes("/testing/")) return undefined
  return `${edge.specifier} is for tests and testing/ only`
}

const rules: readonly Rule[] = [
  packagesGoDown,
  foldersGoDown,
  strangersStayApart,
  nobodyImportsIndex,
  nodeOnlyWhereAllowed,
  testToolsOnlyInTests
]

function placeOf(path: string): Place | undefined {
  const [top, name, src, folder, ...rest] = path.split("/")
  if (top !== "packages" || name === undefined || src !== "src" || folder === undefined) return undefined
  return { name, folder: rest.length === 0 ? "" : folder }
}
