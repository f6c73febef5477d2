import { coreError } from "../errors/core-error.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"

/** What a link syncs: every collection, or these, ascending by UTF-8 bytes and each once. */
export type SyncScope = "all" | readonly string[]

/**
 * Brings a list of collections into the one form that travels.
 *
 * @throws SynclineError `document-id-invalid` for a name that no document id can begin with, and for a lone name
 *   where a list of names is wanted.
 */
export function syncScope(collections: "all" | Iterable<string>): SyncScope {
  if (collections === "all") return "all"
  // A string is an iterable of strings, too: taken as one, it would name its letters, and nothing would be synced.
  if (typeof collections === "string")
    throw coreError(
      "document-id-invalid",
      `"${collections}" is not a list of collections; write ["${collections}"], or "all"`
    )
  const names = [...new Set(collections)].sort(compareUtf8)
  for (const name of names)
    if (name === "" || name.includes("/") || !name.isWellFormed())
      throw coreError(
        "document-id-invalid",
        `"${name}" is not a collection; it must not be empty or contain "/" or a lone surrogate`
      )
  return names
}

/** Whether documents of a collection travel on a link of this scope. */
export function inScope(scope: SyncScope, collection: string): boolean {
  return scope === "all" || scope.includes(collection)
}

/** What both scopes have. */
export function intersectScopes(a: SyncScope, b: SyncScope): SyncScope {
  if (a === "all") return b
  return a.filter(name => inScope(b, name))
}

/** Whether two scopes are the same, so that roots over them can be compared. */
export function equalScopes(a: SyncScope, b: SyncScope): boolean {
  if (a === "all" || b === "all") return a === b
  return a.length === b.length && a.every((name, index) => name === b[index])
}
