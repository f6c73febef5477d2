import { equalBytes } from "../codec/hex.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import type { SealedRow } from "../projection/seal.ts"
import type { SearchChunk, SearchHit } from "../projection/search.ts"
import type { SearchPlace } from "../projection/table-search.ts"
import type { VectorMatch } from "../projection/vector-query.ts"
import type { CellValue } from "../projection/projected-content.ts"
import type { CheckedQuery } from "./check-query.ts"
import { nearestRows, type ScoredRow } from "./nearest-rows.ts"

/** A document of which rows were found, its version not looked at yet. */
export interface Candidate {
  readonly document: string
  readonly chunks: SearchHit["chunks"]
  /** What the sink's record says of it, at its nearest row. */
  readonly record: Pick<VectorMatch, "key" | "digest">
  /** Rows of other versions are among them: somebody is writing. */
  readonly isMixed: boolean
}

/**
 * How what was found of a document stands to the document: of the version it has, of an older one (or one that cannot be told), of
 * one that this replica has not, or there is no such document.
 */
export type Standing = "current" | "stale" | "foreign" | "gone"

/** Rows by document, nearest first. */
export function candidatesOf(matches: readonly VectorMatch[]): readonly Candidate[] {
  const byDocument = new Map<string, VectorMatch[]>()
  for (const match of matches) {
    const rows = byDocument.get(match.id)
    if (rows === undefined) byDocument.set(match.id, [match])
    else rows.push(match)
  }
  return [...byDocument].flatMap(([document, [best, ...others]]) =>
    best === undefined
      ? []
      : [
          {
            document,
            chunks: [chunkOf(best), ...others.map(chunkOf)],
            record: best,
            isMixed: others.some(({ digest }) => !isSame(digest, best.digest))
          }
        ]
  )
}

/** Reads the head of the document. */
export async function standingOf(
  { document, record, isMixed }: Candidate,
  { source, inForce }: Pick<SearchPlace, "source" | "inForce">
): Promise<Standing> {
  // What is no document's id is in no store.
  const head = await source.loadHead(document as DurableDocument["id"])
  if (head === undefined) return "gone"
  const { digest, height, deleted, unreadable } = source.summarize(head)
  if (unreadable === true) return "stale"
  if (deleted) return "gone"
  const { key } = record
  if (isSame(record.digest, digest)) {
    // Of another mapping, or of what documents showed before: what is near then says nothing.
    const isInForce = key?.generation === inForce?.generation && key?.projection === inForce?.projection
    return isInForce && !isMixed ? "current" : "stale"
  }
  return key !== undefined && key.height >= height ? "foreign" : "stale"
}

/** The document as these rows of it would be found; `undefined` where none fulfils the conditions. */
export function hitOfRows(
  { id, height, digest }: DurableDocument,
  rows: readonly SealedRow[],
  query: CheckedQuery
): SearchHit | undefined {
  const scored = nearestRows(
    rows.map(row => ({ id, row })),
    { ...query, limit: rows.length }
  )
  const [best, ...others] = scored.map(each => chunkOf(toMatch(each)))
  if (best === undefined) return undefined
  return { document: id, score: best.score, chunks: [best, ...others], height, digest, stale: false }
}

function toMatch({ row, score }: ScoredRow): Pick<VectorMatch, "row" | "score"> {
  const cells = row.table.columns.map(({ name }, i) => [name, row.values[i] as CellValue] as const)
  return { score, row: Object.fromEntries(cells) }
}

function chunkOf({ score, row }: Pick<VectorMatch, "row" | "score">): SearchChunk {
  return { score, text: String(row["text"]), start: Number(row["start"]), row }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && equalBytes(a, b)
}
