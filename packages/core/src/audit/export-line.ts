import type { AuditEntry } from "./audit-entry.ts"

/** Version of the form of exported lines. */
const format = 1

/** Members in the order in which lines have them; they are left out where an entry lacks them. */
const members: readonly string[] = [
  ...["document", "index", "type", "time", "stamp", "untrusted"],
  ...["actor", "seq", "hash", "kind", "concurrent", "author", "message", "meta", "inReplyTo"],
  ...["taken", "withdrawn", "commits"],
  ...["paths", "morePaths", "patch", "omitted"]
]

/** An entry as a line of JSON, without a line end. */
export function exportLine(entry: AuditEntry): string {
  const values: Readonly<Record<string, unknown>> = { ...entry }
  return JSON.stringify({ format, ...Object.fromEntries(members.map(name => [name, values[name]])) })
}
