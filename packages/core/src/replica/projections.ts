import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { DeferredPart } from "../deferred/deferred-part.ts"
import type { Projector } from "../projection/projector.ts"
import type { FedSink, RunningSinkGroup, SinkGroup, SinkGroupHost } from "../projection/sink-group.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import { CheckedSinks } from "./checked-sinks.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "../projection/search.ts"
import type { SinkEvent } from "../projection/sink-event.ts"
import type { RepairAdoption } from "../repair/repair-host.ts"

const projecting = new DeferredPart("feeding sinks", () => import("../projection/projector.ts"))
const searching = new DeferredPart("searching", () => import("../projection/choose-search.ts"))

/** A sink to be fed, or several which stand in for one another. */
export type SinkOptions = FedSink | SinkGroup

/** What sinks are fed with, and how it is told. */
export interface FeedingParts {
  readonly source: ProjectionSource
  readonly sealKey: Uint8Array
  readonly adoption: RepairAdoption
  readonly emit: (event: SinkEvent) => void
}

/** The sinks of a replica, each with what feeds it. */
export class Projections {
  readonly source: ProjectionSource
  readonly checked: CheckedSinks
  readonly #groups: readonly RunningSinkGroup[]

  constructor({ source, adoption, emit }: FeedingParts, groups: readonly RunningSinkGroup[]) {
    this.source = source
    this.#groups = groups
    this.checked = new CheckedSinks({ source, adoption, emit, sinks: () => this.all })
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
    throw unknownSink(
      name,
      this.all.map(projector => projector.name)
    )
  }

  /** Waits for one sink, or all that serve, to have a document as of a position. Several failures show as the first of them. */
  async projected(
    document: DocumentId,
    position: number,
    sink: string | undefined,
    signal: AbortSignal | undefined
  ): Promise<void> {
    const options = { document, ...(signal === undefined ? {} : { signal }) }
    if (sink !== undefined) return this.get(sink).projected(position, options)
    for (let waiting = this.#serving; ; ) {
      const all = Promise.all(waiting.map(projector => projector.projected(position, options)))
      const failure = await all.then(() => undefined, toFailure)
      const serving = this.#serving
      // A migration may have gone on meanwhile, or back: then others have to have it, and who was left need not.
      if (serving.length === waiting.length && serving.every(projector => waiting.includes(projector))) {
        if (failure !== undefined) throw failure.error
        return
      }
      waiting = serving
    }
  }

  /** In the one sink that has what a search means. */
  search(query: SearchQuery, options: SearchOptions): Promise<readonly SearchHit[]> {
    return searching.use(async ({ chooseSearch }) =>
      chooseSearch(this.#serving, options).sink.search(query, options)
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.#groups.map(group => group.close()))
  }
}

function toFailure(error: unknown): { readonly error: unknown } {
  return { error }
}

/**
 * Starts feeding the sinks of a replica.
 *
 * @throws SynclineError `projection-invalid` when two sinks have one name, and what `openProjector` throws; sinks
 *   opened until then are closed again.
 */
export async function openProjections(
  parts: FeedingParts,
  sinks: readonly SinkOptions[]
): Promise<Projections> {
  const { source, sealKey, emit } = parts
  const groups: RunningSinkGroup[] = []
  const fed = new Map<string, Projector>()
  const checked = new Map<string, CheckedSinks>()
  const feed = async (options: FedSink): Promise<Projector> => {
    const { sink, ...feeding } = "sink" in options ? options : { sink: options }
    const { name } = sink
    // A group may let go of a sink, and take it up again.
    if ((fed.get(name)?.status.state ?? "closed") !== "closed")
      throw coreError(
        "projection-invalid",
        `two sinks are named "${name}"; give one of them another, with its option "name"`
      )
    // The timer that reconciles starts with the projector, and cannot fire before this tick is over.
    const own = new CheckedSinks({ ...parts, sinks: () => [fed.get(name)].filter(isOpen) })
    const reconcile = (signal: AbortSignal): Promise<void> => own.reconcile(signal)
    const opened = await projecting.use(({ openProjector }) =>
      openProjector(source, sink, {
        onEvent: emit,
        reconcile,
        ...feeding,
        sealKey: feeding.sealKey ?? sealKey
      })
    )
    fed.set(name, opened)
    checked.set(name, own)
    return opened
  }
  const verify: SinkGroupHost["verify"] = (name, options) => {
    const known = checked.get(name)
    if (known === undefined) throw unknownSink(name, [...checked.keys()])
    return known.verify(options)
  }
  try {
    for (const options of sinks)
      groups.push(
        await ("openSinks" in options ? options.openSinks({ source, feed, verify }) : single(feed(options)))
      )
    return new Projections(parts, groups)
  } catch (error) {
    await Promise.all(groups.map(group => group.close()))
    throw error
  }
}

function unknownSink(name: string, known: readonly string[]): Error {
  const names = known.map(each => `"${each}"`).join(", ")
  return coreError(
    "projection-unknown-sink",
    `the replica feeds no sink "${name}"; it feeds ${names === "" ? "none" : names}`
  )
}

function isOpen(projector: Projector | undefined): projector is Projector {
  return projector !== undefined
}

async function single(feeding: Promise<Projector>): Promise<RunningSinkGroup> {
  const projector = await feeding
  return { projectors: [projector], serves: () => true, close: () => projector.close() }
}
