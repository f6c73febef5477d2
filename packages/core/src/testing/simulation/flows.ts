import type { DocumentId } from "../../document/document-id.ts"
import type { Line } from "./line.ts"
import { mayRead, mayWrite } from "./line-grant.ts"

/**
 * From which machines everything of a document comes to each one, as granted at present: directly or through others, and from
 * itself. Ascending.
 */
export function sourcesOf(
  machines: number,
  lines: readonly Line[],
  document: DocumentId
): readonly (readonly number[])[] {
  const into = Array.from({ length: machines }, () => new Set<number>())
  for (const { from, to, granted } of lines) {
    if (mayRead(granted, document)) into[from]?.add(to)
    if (mayWrite(granted, document)) into[to]?.add(from)
  }
  return into.map((_, machine) => {
    const found = new Set([machine])
    for (const next of found) for (const source of into[next] ?? []) found.add(source)
    return [...found].sort((a, b) => a - b)
  })
}
