import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { openProjector, type Projector } from "../projection/projector.ts"
import type { FedSink, RunningSinkGroup, SinkGroup } from "../projection/sink-group.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import type { EventHub, ReplicaEvent } from "./replica-events.ts"
import { chooseSearch } from "../projection/choose-search.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "../projection/search.ts"

/** A sink to be fed, or several which stand in for one another. */
export type SinkOptions = FedSink | SinkGroup

/** The sinks of a replica, each with what feeds it. */
export class Projections {
  readonly source: ProjectionSource
  readonly #groups: readonly RunningSinkGroup[]

  constructor(source: ProjectionSource, groups: readonly RunningSinkGroup[]) {
    this.source = source
    this.#groups = groups
  }

  get all(): readonly Projector[] {
    return this.#groups.flatMap(({ projectors }) => projectors)
  }

  /** Without those that are still being filled in another's place, or were replaced. */
  get #serving(): readonly Projector[] {
    return this.#groups.flatMap(group => group.projectors.filter(({ name }) => group.serves(name)))
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

  /** Waits for one sink, or all that serve, to have a document as of a position. Several failures show as the first of them. */
  async projected(
    document: DocumentId,
    position: number,
    sink: string | undefined,
    signal: AbortSignal | undefined
  ): Promise<void> {
    const waiting = sink === undefined ? this.#serving : [this.get(sink)]
    const options = { document, ...(signal === undefined ? {} : { signal }) }
    await Promise.all(waiting.map(projector => projector.projected(position, options)))
  }

  /** In the one sink that has what a search means. */
  async search(query: SearchQuery, options: SearchOptions): Promise<readonly SearchHit[]> {
    return chooseSearch(this.#serving, options).sink.search(query, options)
  }

  async close(): Promise<void> {
    await Promise.all(this.#groups.map(group => group.close()))
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
  const groups: RunningSinkGroup[] = []
  const fed = new Map<string, Projector>()
  const feed = async (options: FedSink): Promise<Projector> => {
    const { sink, ...feeding } = "sink" in options ? options : { sink: options }
    const { name } = sink
    // A group may let go of a sink, and take it up again.
    if ((fed.get(name)?.status.state ?? "closed") !== "closed")
      throw coreError("projection-invalid", `two sinks are named "${name}"; give one of them another name`)
    const opened = await openProjector(source, sink, {
      sealKey,
      onEvent: event => events.emit(event),
      ...feeding
    })
    fed.set(name, opened)
    return opened
  }
  try {
    for (const options of sinks)
      groups.push(
        await ("openSinks" in options ? options.openSinks({ source, feed }) : single(feed(options)))
      )
    return new Projections(source, groups)
  } catch (error) {
    await Promise.all(groups.map(group => group.close()))
    throw error
  }
}

async function single(feeding: Promise<Projector>): Promise<RunningSinkGroup> {
  const projector = await feeding
  return { projectors: [projector], serves: () => true, close: () => projector.close() }
}
