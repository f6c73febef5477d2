import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { DeferredPart } from "../deferred/deferred-part.ts"
import type { Projector } from "../projection/projector.ts"
import type { ProjectionStrategy } from "../projection/projector-options.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import type { EventHub, ReplicaEvent } from "./replica-events.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "../projection/search.ts"
import type { Sink } from "../projection/sink.ts"

const projecting = new DeferredPart("feeding sinks", () => import("../projection/projector.ts"))
const searching = new DeferredPart("searching", () => import("../projection/choose-search.ts"))

/** A sink to be fed, by itself (write-behind) or with the strategy to feed it by. */
export type SinkOptions = Sink | { readonly sink: Sink; readonly strategy: ProjectionStrategy }

/** The sinks of a replica, each with what feeds it. */
export class Projections {
  readonly source: ProjectionSource
  readonly all: readonly Projector[]

  constructor(source: ProjectionSource, all: readonly Projector[]) {
    this.source = source
    this.all = all
  }

  /** @throws SynclineError `projection-unknown-sink` */
  get(name: string): Projector {
    const found = this.all.find(projector => projector.name === name)
    if (found !== undefined) return found
    const names = this.all.map(projector => `"${projector.name}"`).join(", ")
    throw coreError(
      "projection-unknown-sink",
      `the replica feeds no sink "${name}"; it feeds ${names === "" ? "none" : names}`
    )
  }

  /** Waits for one sink or all to have a document as of a position. Several failures show as the first of them. */
  async projected(
    document: DocumentId,
    position: number,
    sink: string | undefined,
    signal: AbortSignal | undefined
  ): Promise<void> {
    const waiting = sink === undefined ? this.all : [this.get(sink)]
    const options = { document, ...(signal === undefined ? {} : { signal }) }
    await Promise.all(waiting.map(projector => projector.projected(position, options)))
  }

  /** In the one sink that has what a search means. */
  search(query: SearchQuery, options: SearchOptions): Promise<readonly SearchHit[]> {
    return searching.use(async ({ chooseSearch }) =>
      chooseSearch(this.all, options).sink.search(query, options)
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(projector => projector.close()))
  }
}

/**
 * Starts feeding the sinks of a replica.
 *
 * @throws SynclineError `projection-invalid` when two sinks have one name, and what `openProjector` throws; sinks
 *   opened until then are closed again.
 */
export async function openProjections(
  source: ProjectionSource,
  sinks: readonly SinkOptions[],
  sealKey: Uint8Array,
  events: EventHub<ReplicaEvent>
): Promise<Projections> {
  const opened: Projector[] = []
  try {
    for (const options of sinks) {
      const { sink, ...strategy } = "sink" in options ? options : { sink: options }
      if (opened.some(projector => projector.name === sink.name))
        throw coreError(
          "projection-invalid",
          `two sinks are named "${sink.name}"; give one of them another name`
        )
      const onFailing = (error: Error | undefined) =>
        events.emit(
          error === undefined
            ? { type: "sink-recovered", sink: sink.name }
            : { type: "sink-failing", sink: sink.name, error }
        )
      opened.push(
        await projecting.use(({ openProjector }) =>
          openProjector(source, sink, { sealKey, onFailing, ...strategy })
        )
      )
    }
    return new Projections(source, opened)
  } catch (error) {
    await Promise.all(opened.map(projector => projector.close()))
    throw error
  }
}
