import { isSynclineError } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import type { SealedRow } from "../projection/seal.ts"
import type { SearchHit } from "../projection/search.ts"
import type { SearchPlace } from "../projection/table-search.ts"
import type { VectorFilter } from "../projection/vector-query.ts"
import { type CheckedQuery, mostRows } from "./check-query.ts"
import { type Candidate, candidatesOf, hitOfRows, standingOf } from "./search-candidates.ts"

/** Makes the rows that a document has in the table searched. */
interface SearchedRows {
  /** @throws SynclineError `projection-refused`, `embedding-failed`. */
  rowsOf(document: DurableDocument): Promise<readonly SealedRow[]>
}

/** What one search is told. */
export interface SearchTask {
  readonly place: SearchPlace
  readonly table: SearchedRows
  readonly query: CheckedQuery
  readonly filter: VectorFilter | undefined
  /** Documents wanted. */
  readonly limit: number
  readonly mends: boolean
  readonly signal: AbortSignal | undefined
}

/** Rows looked for at first, for each document wanted: a document may have several near ones. */
const rowsPerDocument = 4
/** Documents mended, for each one wanted. */
const mendedPerDocument = 4
/** Documents read at a time. */
const atATime = 32

/** What became of a candidate; `undefined`: no hit. */
type Verdict = SearchHit | undefined

/** One search: asks the sink for ever more rows until the documents wanted are certain to be the nearest. */
export class SearchRun {
  readonly #task: SearchTask
  #begunMends = 0
  readonly #mended = new Map<string, Verdict>()

  constructor(task: SearchTask) {
    this.#task = task
  }

  async hits(): Promise<readonly SearchHit[]> {
    const { place, query, filter, limit } = this.#task
    for (let rows = Math.min(mostRows, limit * rowsPerDocument); ; rows = Math.min(mostRows, rows * 4)) {
      const matches = await place.nearest({
        table: query.table.name,
        vector: query.vector,
        limit: rows,
        ...(filter !== undefined && { filter })
      })
      const hits = await this.#best(candidatesOf(matches))
      const isAll = matches.length < rows || rows === mostRows
      // What is mended may be less near by now than rows not seen yet.
      if (isAll || (hits.length === limit && (hits.at(-1)?.score ?? 0) >= (matches.at(-1)?.score ?? 0)))
        return hits
    }
  }

  /** The nearest of these that stand. Only those that are among the nearest are looked at. */
  async #best(candidates: readonly Candidate[]): Promise<readonly SearchHit[]> {
    const verdicts = new Map<string, Verdict>(this.#mended)
    for (;;) {
      const rest = candidates.filter(({ document }) => !verdicts.has(document))
      const ranked = [...[...verdicts.values()].filter(hit => hit !== undefined), ...rest]
      const top = ranked.sort((a, b) => scoreOf(b) - scoreOf(a)).slice(0, this.#task.limit)
      const open = top.filter(each => "record" in each).slice(0, atATime)
      if (open.length === 0) return top.filter(each => "stale" in each)
      const judged = await Promise.all(
        open.map(async each => [each.document, await this.#judge(each)] as const)
      )
      for (const [document, verdict] of judged) verdicts.set(document, verdict)
      throwIfAborted(this.#task.signal)
    }
  }

  async #judge(candidate: Candidate): Promise<Verdict> {
    const { place, mends } = this.#task
    const standing = await standingOf(candidate, place)
    if (standing === "gone") return undefined
    if (standing !== "current" && mends && this.#mayMend()) return this.#mend(candidate, standing)
    return standing === "foreign" ? undefined : asFound(candidate, standing === "stale")
  }

  #mayMend(): boolean {
    const { limit } = this.#task
    return this.#begunMends++ < limit * mendedPerDocument
  }

  async #mend(candidate: Candidate, standing: "stale" | "foreign"): Promise<Verdict> {
    const { place, table, query } = this.#task
    try {
      const document = await place.source.capture(candidate.document as DocumentId)
      const isThere = document !== undefined && !document.deleted
      const mended = isThere ? hitOfRows(document, await table.rowsOf(document), query) : undefined
      this.#mended.set(candidate.document, mended)
      return mended
    } catch (error) {
      // The sink parks it: what it has is all there is to be found.
      if (!isSynclineError(error, "projection-refused") && !isSynclineError(error, "document-unreadable"))
        throw error
      return standing === "foreign" ? undefined : asFound(candidate, true)
    }
  }
}

function scoreOf({ chunks }: Candidate | SearchHit): number {
  return chunks[0].score
}

function asFound({ document, chunks, record: { key, digest } }: Candidate, stale: boolean): SearchHit {
  return {
    document,
    score: chunks[0].score,
    chunks,
    ...(key && { height: key.height }),
    ...(digest && { digest }),
    stale
  }
}
