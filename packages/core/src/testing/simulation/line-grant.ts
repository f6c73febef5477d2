import type { DocumentId } from "../../document/document-id.ts"
import { collectionOf } from "../../document/document-id.ts"
import type { Grant } from "../../link/authorization.ts"
import { inScope, type SyncScope, syncScope } from "../../sync/sync-scope.ts"

/** What the dialed side of a line grants to the other one. Never changed: what is granted next is another one. */
export interface LineGrant {
  /** Collections, prefixes and documents that may be read. */
  readonly read: readonly string[]
  /** Those of them that may be written; absent: all of them. */
  readonly write?: readonly string[]
  /** Documents that a rule hides. */
  readonly hidden: readonly DocumentId[]
  /** Documents whose commits a rule refuses. */
  readonly forbidden: readonly DocumentId[]
  /** Nobody is let in. */
  readonly isRefused: boolean
}

/** Of the arrays of grants, which never change, in the form that is looked up in: what may be where is asked for every commit. */
const scopes = new WeakMap<readonly string[], SyncScope>()

/** Everything in these collections. */
export function grantOf(collections: Iterable<string>): LineGrant {
  return { read: [...collections], hidden: [], forbidden: [], isRefused: false }
}

/** Whether the dialing side may see a document. */
export function mayRead(grant: LineGrant, document: DocumentId): boolean {
  return isWithin(grant, document) && !grant.hidden.includes(document)
}

/** Whether the dialed side takes what the other one wrote of a document. */
export function mayWrite(grant: LineGrant, document: DocumentId): boolean {
  const { read, write = read, forbidden } = grant
  return mayRead(grant, document) && inScope(scopeOf(write), document) && !forbidden.includes(document)
}

/** Whether a document is in what may be read, whatever a rule says of it: that is all that the dialing side is told. */
export function isWithin({ read, isRefused }: LineGrant, document: DocumentId): boolean {
  return !isRefused && inScope(scopeOf(read), document)
}

/** Whether all of a collection may be read and written. */
export function isWhole(
  { read, write, hidden, forbidden, isRefused }: LineGrant,
  collection: string
): boolean {
  const isRuled = [...hidden, ...forbidden].some(document => collectionOf(document) === collection)
  return !isRefused && !isRuled && read.includes(collection) && write?.includes(collection) !== false
}

/** Whether two grants allow the same. */
export function isSameGrant(a: LineGrant, b: LineGrant): boolean {
  return a === b || JSON.stringify(normal(a)) === JSON.stringify(normal(b))
}

/** What `authorize` answers. `onHide` is told of documents that the rule hides, when it is asked about them. */
export function answerOf(
  { read, write, hidden, forbidden }: LineGrant,
  onHide: (document: DocumentId) => void
): Grant {
  const paths = { read, ...(write === undefined ? {} : { write }) }
  if (hidden.length === 0 && forbidden.length === 0) return paths
  const documents = {
    name: `hides ${hidden.join(" ")}, forbids ${forbidden.join(" ")}`,
    mayRead: (document: DocumentId) => {
      const isHidden = hidden.includes(document)
      if (isHidden) onHide(document)
      return !isHidden
    },
    mayWrite: (document: DocumentId) => !forbidden.includes(document)
  }
  return { ...paths, documents }
}

function normal({ read, write, hidden, forbidden, isRefused }: LineGrant): readonly unknown[] {
  const sorted = [hidden, forbidden].map(documents => [...documents].sort())
  return [scopeOf(read), write === undefined ? "all" : scopeOf(write), ...sorted, isRefused]
}

function scopeOf(paths: readonly string[]): SyncScope {
  const scope = scopes.get(paths) ?? syncScope(paths)
  scopes.set(paths, scope)
  return scope
}
