import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"

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
const sets = new WeakMap<readonly string[], ReadonlySet<string>>()

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
  return scope === "all" || unitIn(setOf(scope), document) !== undefined
}

/** The unit that a document is compared in; `undefined` outside of the scope. */
export function unitOf(scope: SyncScope, document: DocumentId): string | undefined {
  return scope === "all" ? document.slice(0, document.indexOf("/")) : unitIn(setOf(scope), document)
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
  if (a === "all") return b
  if (b === "all") return a
  const [inA, inB] = [setOf(a), setOf(b)]
  return normal([
    ...a.filter(path => unitIn(inB, path) !== undefined),
    ...b.filter(path => unitIn(inA, path) !== undefined)
  ])
}

/** Whether two scopes are the same, so that roots over them can be compared. */
export function equalScopes(a: SyncScope, b: SyncScope): boolean {
  if (a === "all" || b === "all") return a === b
  return a.length === b.length && a.every((path, index) => path === b[index])
}

/** The paths a document, or another path, can lie within, widest first, itself included. */
export function* pathsAbove(text: string): Generator<string, void, undefined> {
  const first = text.indexOf("/")
  yield first < 0 ? text : text.slice(0, first)
  if (first < 0) return
  for (let at = text.indexOf("/", first + 1); at >= 0; at = text.indexOf("/", at + 1))
    yield text.slice(0, at + 1)
  if (!isPrefix(text)) yield text
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
  const all = new Set(paths)
  return [...all].filter(path => unitIn(all, path) === path).sort(compareUtf8)
}

/** The widest of these paths that a document or path lies within. */
function unitIn(paths: ReadonlySet<string>, text: string): string | undefined {
  for (const path of pathsAbove(text)) if (paths.has(path)) return path
  return undefined
}

function setOf(paths: readonly string[]): ReadonlySet<string> {
  const set = sets.get(paths) ?? new Set(paths)
  sets.set(paths, set)
  return set
}
