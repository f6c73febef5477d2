import type { OrderKey } from "./order-key.ts"
import type { ProjectionSource } from "./projection-source.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "./search.ts"
import type { VectorMatch, VectorQuery } from "./vector-query.ts"

/** What a search uses of the sink and of the replica around it. */
export interface SearchPlace {
  readonly sink: string
  readonly source: Pick<ProjectionSource, "loadHead" | "summarize" | "capture">
  /** Of the open sink; `undefined` while it cannot be reached. */
  readonly inForce: Pick<OrderKey, "generation" | "projection"> | undefined
  /** @throws SynclineError `sink-failed` when the sink cannot be reached or does not search. */
  nearest(query: VectorQuery): Promise<readonly VectorMatch[]>
  /** As `Projector.drain`. */
  drain(signal?: AbortSignal): Promise<void>
}

/** A table that can be searched, as the part of a projection that fills it offers it. */
export interface TableSearch {
  readonly table: string
  readonly collection: string
  /** As `Projector.search`. */
  search(place: SearchPlace, query: SearchQuery, options: SearchOptions): Promise<readonly SearchHit[]>
}

/** Whether a search means this table. */
export function isMeant({ table, collection }: TableSearch, options: SearchOptions): boolean {
  return isNamed(options.table, table) && isNamed(options.collection, collection)
}

function isNamed(wanted: string | { readonly name: string } | undefined, name: string): boolean {
  return wanted === undefined || (typeof wanted === "string" ? wanted : wanted.name) === name
}
