import type { DocumentId } from "../document/document-id.ts"
import { parseDocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { AuditEntry } from "./audit-entry.ts"

/** Which entries are asked for; all that is given must hold. */
export interface AuditFilter {
  readonly document?: string
  readonly collection?: string
  /** The annotation `author`. Gaps have none. */
  readonly author?: string
  /** The actor that made the commit; of a gap, one of those whose commits came or went. */
  readonly replica?: string
  /** Not before this time: a date, or Unix milliseconds. */
  readonly since?: Date | number
  /** Before this time. */
  readonly until?: Date | number
  /**
   * A JSON Pointer: what changed there, inside, or around it. Entries that do not name all their paths are given as well, since it
   * may be among them.
   */
  readonly path?: string
  /** Strictly after this entry, to go on where one stopped. */
  readonly after?: Pick<AuditEntry, "document" | "index">
  readonly signal?: AbortSignal
}

/** A filter, checked. */
export interface AuditQuery {
  readonly document: DocumentId | undefined
  readonly after: { readonly document: DocumentId; readonly index: number } | undefined
  readonly isWanted: (entry: AuditEntry) => boolean
}

/** @throws SynclineError `document-id-invalid`, `options-invalid` for a time that is none or a path that is no JSON Pointer. */
export function auditQuery({
  document,
  after,
  author,
  replica,
  since,
  until,
  path
}: AuditFilter): AuditQuery {
  const [from, to] = [timeMs(since, Number.NEGATIVE_INFINITY), timeMs(until, Number.POSITIVE_INFINITY)]
  if (path !== undefined && path !== "" && !path.startsWith("/"))
    throw coreError("options-invalid", `"${path}" is no JSON Pointer; begin it with "/"`)
  return {
    document: document === undefined ? undefined : parseDocumentId(document),
    after: after === undefined ? undefined : { ...after, document: parseDocumentId(after.document) },
    isWanted: entry => {
      const time = Date.parse(entry.time)
      if (time < from || time >= to) return false
      if (author !== undefined && (entry.type !== "commit" || entry.author !== author)) return false
      if (replica !== undefined && !isFrom(entry, replica)) return false
      return path === undefined || touches(entry, path)
    }
  }
}

/** Unix milliseconds. @throws SynclineError `options-invalid` */
export function timeMs(time: Date | number | undefined, otherwise: number): number {
  const ms = time === undefined ? otherwise : Number(time)
  if (Number.isNaN(ms))
    throw coreError("options-invalid", "a time is a valid Date, or a number of Unix milliseconds")
  return ms
}

function isFrom(entry: AuditEntry, replica: string): boolean {
  if (entry.type === "commit") return entry.actor === replica
  return [...entry.taken, ...entry.withdrawn].some(({ actor }) => actor === replica)
}

function touches({ paths, morePaths }: AuditEntry, wanted: string): boolean {
  if (morePaths !== undefined) return true
  return paths.some(path => path === wanted || isWithin(path, wanted) || isWithin(wanted, path))
}

function isWithin(path: string, outer: string): boolean {
  return path.startsWith(`${outer}/`)
}
