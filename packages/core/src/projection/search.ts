import type { CellValue } from "./projected-content.ts"
import type { VectorFilter } from "./vector-query.ts"

/** What is searched for: a text, for the table's embedder to make a vector of, or a vector. */
export type SearchQuery = string | Float32Array | readonly number[]

/** Choices for a search. */
export interface SearchOptions {
  /** The table with vectors, or its name. Needed where there are several. */
  readonly table?: string | { readonly name: string }
  /** Whose documents: a declared collection, or its name. In place of `table`, where that collection has but one. */
  readonly collection?: string | { readonly name: string }
  /** Documents wanted, 1 to 1,000; default 10. */
  readonly limit?: number
  /** On columns of the payload. */
  readonly filter?: VectorFilter
  /**
   * A sink follows its documents, so a hit may be of an older version. `tell`, the default: `SearchHit.stale` says so. `mend`: such a document is
   * read and, as far as it changed, embedded now; its score is that of the version it has, and it goes where nothing of it is
   * near any more; one that only its newest version makes near may not be among the hits. At most four times `limit` documents are mended; further ones stay `stale`, as does one that the mapping refuses.
   * `wait`: the sink first takes in all that is durable, which finds documents that it did not have either; then as `mend`.
   */
  readonly stale?: "tell" | "mend" | "wait"
  /** Ends the search; what was embedded for it by then is kept. */
  readonly signal?: AbortSignal
}

/** A piece of a document that was found. */
export interface SearchChunk {
  /** Higher is nearer: the cosine, the dot product, or minus the distance. */
  readonly score: number
  readonly text: string
  /** Where it begins in the document's text, in UTF-16 units. */
  readonly start: number
  /** The row, by column; the payload is there. */
  readonly row: Readonly<Record<string, CellValue>>
}

/** A document that was found. */
export interface SearchHit {
  readonly document: string
  /** That of its nearest chunk. */
  readonly score: number
  /** Nearest first; those of its chunks that were among the nearest of all, so not every chunk it has. */
  readonly chunks: readonly [SearchChunk, ...SearchChunk[]]
  /** The version that was found, as the document's height and digest then; absent where the sink's record is damaged. */
  readonly height?: number
  readonly digest?: Uint8Array
  /** The document has another version by now, or the table is another one (its mapping, its embedder) and the sink has not got to this document yet. */
  readonly stale: boolean
}
