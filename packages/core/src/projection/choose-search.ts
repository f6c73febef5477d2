import { coreError } from "../errors/core-error.ts"
import type { Projector } from "./projector.ts"
import type { SearchOptions } from "./search.ts"
import { isMeant, type TableSearch } from "./table-search.ts"
import { unreachableSink } from "./unreachable-sink.ts"

type Searchable = Pick<Projector, "name" | "session" | "searchable"> & {
  readonly status: { readonly lastError?: Error }
}

/**
 * The one table that a search means, and the sink to search it in: of several that have it, the first that can be reached.
 *
 * @throws SynclineError `query-invalid` when there is none or more than one, `sink-failed` when a sink was not reached yet and
 *   may have it.
 */
export function chooseSearch<Sink extends Searchable>(
  sinks: readonly Sink[],
  options: SearchOptions
): { readonly sink: Sink; readonly table: TableSearch } {
  const found = sinks.flatMap(sink =>
    (sink.searchable ?? []).filter(table => isMeant(table, options)).map(table => ({ sink, table }))
  )
  const names = [...new Set(found.map(({ table }) => table.table))]
  const chosen = found.find(({ sink }) => sink.session !== undefined) ?? found[0]
  if (chosen !== undefined && names.length === 1) return chosen
  const unknown = sinks.find(({ searchable }) => searchable === undefined)
  if (chosen === undefined && unknown !== undefined)
    throw unreachableSink(unknown, "search again when it can")
  throw coreError(
    "query-invalid",
    chosen === undefined
      ? `there is nothing to search${saidOf(options)}; declare a table with vectors() of @syncline/core/vectors${thereAre(sinks)}`
      : `several tables can be searched; name one of them in \`table\`: ${names.join(", ")}`
  )
}

function saidOf({ collection, table }: SearchOptions): string {
  const named = Object.entries({ table, collection }).filter(([, each]) => each !== undefined)
  return named.map(([what, each]) => ` in ${what} "${typeof each === "string" ? each : each?.name}"`).join("")
}

function thereAre(sinks: readonly Searchable[]): string {
  const tables = sinks.flatMap(({ searchable }) => searchable ?? [])
  const listed = tables.map(({ table, collection }) => `"${table}" of collection "${collection}"`)
  return listed.length === 0 ? "" : `, or search one that is there: ${[...new Set(listed)].join(", ")}`
}
