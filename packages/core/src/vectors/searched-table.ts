import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import { type SealedRow, sealedRows } from "../projection/seal.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "../projection/search.ts"
import type { TableLayout } from "../projection/table-layout.ts"
import type { SearchPlace, TableSearch } from "../projection/table-search.ts"
import { checkQuery, mostRows } from "./check-query.ts"
import { SearchRun } from "./search-run.ts"
import type { VectorRows } from "./vector-rows.ts"

const defaultLimit = 10
const mostDocuments = 1_000

/** Far beyond the context of embedders in use: nobody is to pay for a library that was given in place of a question. */
const longestText = 262_144

/** A table with vectors, for one opening of a sink, as it is searched. */
export class SearchedTable implements TableSearch {
  readonly table: string
  readonly collection: string
  readonly #layout: TableLayout
  readonly #rows: VectorRows

  constructor(layout: TableLayout, collection: string, rows: VectorRows) {
    this.table = layout.name
    this.collection = collection
    this.#layout = layout
    this.#rows = rows
  }

  async search(
    place: SearchPlace,
    query: SearchQuery,
    options: SearchOptions
  ): Promise<readonly SearchHit[]> {
    const { limit = defaultLimit, filter, stale = "tell", signal } = options
    mustBeWhole(limit)
    if (!["tell", "mend", "wait"].includes(stale))
      throw coreError("query-invalid", `stale is ${stale}; give "tell", "mend" or "wait"`)
    const check = (vector: Float32Array): ReturnType<typeof checkQuery> =>
      checkQuery([this.#layout], {
        table: this.table,
        vector,
        limit: mostRows,
        ...(filter !== undefined && { filter })
      })
    mustBeQuery(query)
    // What does not fit is not paid for.
    if (typeof query === "string") check(new Float32Array(this.#layout.vector?.dimensions ?? 0))
    try {
      const vector = typeof query === "string" ? await this.#embed(query, signal) : Float32Array.from(query)
      const checked = check(vector)
      if (this.#layout.vector?.distance === "cosine" && vector.every(number => number === 0))
        throw coreError("query-invalid", "the vector searched for is zero throughout, so it has no direction")
      if (stale === "wait") await place.drain(signal)
      const mends = stale !== "tell"
      return await new SearchRun({ place, table: this, query: checked, filter, limit, mends, signal }).hits()
    } catch (error) {
      if (!isSynclineError(error, "aborted") || signal?.aborted === true) throw error
      throw coreError("sink-failed", `sink ${place.sink} was closed while it was searched`, { cause: error })
    }
  }

  async rowsOf(document: DurableDocument): Promise<readonly SealedRow[]> {
    return sealedRows([this.#layout], await this.#rows.rowsOf(document))
  }

  #embed(text: string, signal: AbortSignal | undefined): Promise<Float32Array> {
    if (text.trim() === "")
      throw coreError("query-invalid", "the text searched for is empty; give at least one word")
    if (text.length <= longestText) return this.#rows.vectorOf(text, signal)
    throw coreError(
      "query-invalid",
      `the text searched for has ${text.length} UTF-16 units; give up to ${longestText}, a question or a passage`
    )
  }
}

/** For callers without a type checker. */
function mustBeQuery(query: unknown): void {
  if (typeof query === "string" || query instanceof Float32Array) return
  if (Array.isArray(query) && query.every(number => typeof number === "number")) return
  throw coreError("query-invalid", "what is searched for is neither a text nor a vector of numbers")
}

function mustBeWhole(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostDocuments) return
  throw coreError("query-invalid", `the limit is ${limit}; give a whole number from 1 to ${mostDocuments}`)
}
