import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import { chooseSearch } from "./choose-search.ts"
import type { ProjectionSource } from "./projection-source.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "./search.ts"
import type { SinkSession } from "./sink.ts"
import type { SearchPlace, TableSearch } from "./table-search.ts"
import { unlessAborted } from "./unless-aborted.ts"
import { unreachableSink } from "./unreachable-sink.ts"
import type { VectorMatch, VectorQuery } from "./vector-query.ts"

/** What searching needs of a projector. */
export interface SearchedSink {
  readonly name: string
  readonly source: ProjectionSource
  readonly session: SinkSession | undefined
  readonly searchable: readonly TableSearch[] | undefined
  readonly status: { readonly lastError?: Error }
  drain(signal?: AbortSignal): Promise<void>
  /** What was in the sink is gone, as a search of this session found out. */
  onLost(session: SinkSession, error: unknown): void
}

/** Searches a sink, in its one table that is meant; see `Projector.search`. */
export async function searchSink(
  sink: SearchedSink,
  query: SearchQuery,
  options: SearchOptions
): Promise<readonly SearchHit[]> {
  const { table } = chooseSearch([sink], options)
  const place: SearchPlace = {
    sink: sink.name,
    source: sink.source,
    get inForce() {
      return sink.session
    },
    nearest: wanted => nearest(sink, wanted),
    drain: signal => sink.drain(signal)
  }
  return unlessAborted(table.search(place, query, options), options.signal)
}

async function nearest(sink: SearchedSink, query: VectorQuery): Promise<readonly VectorMatch[]> {
  const { session } = sink
  if (session === undefined) throw unreachableSink(sink, "search again when it can")
  if (session.nearest === undefined)
    throw coreError(
      "sink-failed",
      `sink ${sink.name} does not search; use one that does, for instance sqliteVecSink`
    )
  try {
    return await session.nearest(query)
  } catch (error) {
    if (isSynclineError(error, "sink-fenced")) sink.onLost(session, error)
    throw error
  }
}
