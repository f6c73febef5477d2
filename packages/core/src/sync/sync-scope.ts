import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import { PathTable } from "./path-table.ts"

/**
 * What a link syncs: every collection, or these paths, ascending by UTF-8 bytes, none within another. A path is a collection
 * (`notes`), a prefix (`notes/team-a/`: all documents whose ids begin with it) or one document (`notes/plan`). Each is a unit: it
 * has a root, a sketch and a tree of its own.
 */
export type SyncScope = "all" | readonly string[]

/** Everything, or collections, prefixes and documents in any order, as an application names them. See `SyncScope`. */
export type Paths = "all" | Iterable<string>

const forbidden =
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused, as in ids of documents
  /[\u0000-\u001f\u007f]/

/** Of the arrays that travel, as what is looked up in. They are never changed. */
const tables = new WeakMap<readonly string[], PathTable<true>>()

/**
 * Brings paths into the one form that travels: what lies within another path goes.
 *
 * @throws SynclineError `document-id-invalid` for a path that no document id can begin with, and for a lone name
 *   where a list of names is wanted.
 */
export function syncScope(paths: Paths): SyncScope {
  if (paths === "all") return "all"
  // A string is an iterable of strings, too: taken as one, it would name its letters, and nothing would be synced.
  if (typeof paths === "string")
    throw coreError("document-id-invalid", `"${paths}" is not a list of paths; write ["${paths}"], or "all"`)
  return syncPaths(paths)
}

/** A list of paths in the form that travels. See `syncScope`. */
export function syncPaths(paths: Iterable<string>): readonly string[] {
  return normal(Array.from(paths, checkedPath))
}

/** Whether a document travels on a link of this scope. */
export function inScope(scope: SyncScope, document: DocumentId): boolean {
  return scope === "all" || knownTable(scope).widest(document) !== undefined
}

/** The unit that a document is compared in; `undefined` outside of the scope. */
export function unitOf(scope: SyncScope, document: DocumentId): string | undefined {
  return scope === "all" ? document.slice(0, document.indexOf("/")) : knownTable(scope).widest(document)
}

/** Whether a document belongs to a unit. */
export function isInUnit(unit: string, document: DocumentId): boolean {
  return isPrefix(unit)
    ? document.startsWith(unit)
    : document === unit || document.slice(0, document.indexOf("/")) === unit
}

/** What a unit's documents begin with, without the slash after it. */
export function baseOf(unit: string): string {
  if (isPrefix(unit)) return unit.slice(0, -1)
  const slash = unit.indexOf("/")
  return slash < 0 ? unit : unit.slice(0, slash)
}

/** Whether a unit is a collection, or a prefix; the rest are documents. */
export function isCollection(unit: string): boolean {
  return !unit.includes("/")
}

/** Whether a unit is a prefix. */
export function isPrefix(unit: string): boolean {
  return unit.endsWith("/")
}

/** What both scopes have. */
export function intersectScopes(a: SyncScope, b: SyncScope): SyncScope {
  // Most of the time what is asked for is what is granted, and what may be read may be written.
  if (a === "all" || equalScopes(a, b)) return b
  if (b === "all") return a
  const [inA, inB] = [knownTable(a), knownTable(b)]
  return normal([
    ...a.filter(path => inB.widest(path) !== undefined),
    ...b.filter(path => inA.widest(path) !== undefined)
  ])
}

/** Whether two scopes are the same, so that roots over them can be compared. */
export function equalScopes(a: SyncScope, b: SyncScope): boolean {
  if (a === "all" || b === "all") return a === b
  return a.length === b.length && a.every((path, index) => path === b[index])
}

function checkedPath(path: string): string {
  const first = path.indexOf("/")
  if (path === "" || first === 0 || !path.isWellFormed() || forbidden.test(path))
    throw coreError(
      "document-id-invalid",
      `"${path.slice(0, 80)}" is no path; write a collection ("notes"), a prefix ("notes/team-a/") or a document ("notes/plan")`
    )
  return first === path.length - 1 ? path.slice(0, first) : path
}

function normal(paths: readonly string[]): readonly string[] {
  if (paths.length < 2) return paths
  const all = tableOf(paths)
  return [...new Set(paths)].filter(path => all.widest(path) === path).sort(compareUtf8)
}

function tableOf(paths: readonly string[]): PathTable<true> {
  const table = new PathTable<true>()
  for (const path of paths) table.set(path, true)
  return table
}

function knownTable(paths: readonly string[]): PathTable<true> {
  const table = tables.get(paths) ?? tableOf(paths)
  tables.set(paths, table)
  return table
}
