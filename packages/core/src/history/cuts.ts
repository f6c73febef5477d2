import type { Version } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { CommitTable, Cut } from "./commit-table.ts"

/** Whether `a` has everything that `b` has. */
export function covers(a: Cut, b: Cut): boolean {
  return b.every((seq, number) => seq <= (a[number] ?? 0))
}

/** How many commits `a` has, those below the base included. */
export function heightOf(a: Cut): number {
  return a.reduce((sum, seq) => sum + seq, 0)
}

/** The base of a table. */
export function baseCut(table: CommitTable): Cut {
  return table.cutOf(table.base)
}

/** What two cuts have together, or have both: with `Math.max` or `Math.min`. */
export function combined(a: Cut, b: Cut, of: (a: number, b: number) => number): Cut {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, number) =>
    of(a[number] ?? 0, b[number] ?? 0)
  )
}

/** A cut with these rows, each the next of its actor. */
export function grown(table: CommitTable, cut: Cut, rows: Iterable<number>): Cut {
  const next = [...cut]
  for (const row of rows) {
    const number = table.actorNumber(row)
    next[number] = Math.max(next[number] ?? 0, table.seqOf(row))
  }
  return next
}

/** What a commit builds on, and all of the base: what folded commits had not seen of each other is not known any more. */
export function pastCut(table: CommitTable, row: number): Cut {
  const cut = [...baseCut(table)]
  const waiting = [...table.parentsOf(row)]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    // What was reached once has all its parents waiting already.
    if (table.has(cut, at)) continue
    const { actor, seq } = table.dotOf(at)
    const number = table.actorNumber(at)
    for (let below = (cut[number] ?? 0) + 1; below <= seq; below++) {
      const each = table.rowOf({ actor, seq: below })
      if (each !== undefined) waiting.push(...table.parentsOf(each))
    }
    cut[number] = seq
  }
  return cut
}

/**
 * What a version is in a table.
 *
 * @param closedBelow gives a cut within another that is known to have what its commits build on; the base is one.
 * @throws SynclineError `version-before-base`, `version-unknown`, `version-incomplete`.
 */
export function checkedCut(
  document: DocumentId,
  table: CommitTable,
  version: Version,
  closedBelow: (cut: Cut) => Cut
): Cut {
  for (const { actor, seq } of table.base.entries)
    if (version.get(actor) < seq)
      throw coreError(
        "version-before-base",
        `a version of "${document}" is older than what is kept commit by commit here: ${actor}:${seq} is folded; ask for a later one, or open the replica with a greater retainCommits`,
        { details: { document, actor, seq } }
      )
  for (const { actor, seq, hash } of version.entries) {
    const ours = table.hashAt(actor, seq)
    if (ours === undefined || !samePrefix(ours, hash))
      throw coreError(
        "version-unknown",
        `a version of "${document}" names ${actor}:${seq}, ${ours === undefined ? "which is not here; sync first" : "and another commit has that name here"}`,
        { details: { document, actor, seq } }
      )
  }
  const cut = table.cutOf(version)
  mustBeClosed(document, table, closedBelow(cut), cut)
  return cut
}

function mustBeClosed(document: DocumentId, table: CommitTable, closed: Cut, cut: Cut): void {
  for (const row of table.rowsBetween(closed, cut)) {
    const missing = table.parentsOf(row).find(parent => !table.has(cut, parent))
    if (missing === undefined) continue
    const [dot, on] = [table.dotOf(row), table.dotOf(missing)]
    throw coreError(
      "version-incomplete",
      `a version of "${document}" has ${dot.actor}:${dot.seq} without ${on.actor}:${on.seq}, which that builds on; take versions from documents and their history`,
      { details: { document, actor: on.actor, seq: on.seq } }
    )
  }
}

/** Versions that came over the wire have the first 8 bytes of hashes. */
function samePrefix(a: Uint8Array, b: Uint8Array): boolean {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return length > 0
}
