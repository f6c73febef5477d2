import {
  coreError,
  type DurableDocument,
  type IdRange,
  type OpenProjection,
  type Projection,
  type SinkContent,
  type SinkContext,
  type SinkEntry,
  type SinkGuarantees,
  type SinkRecord,
  type SinkRepair,
  type SinkRepairOutcome,
  type SinkSession,
  type SinkWrite,
  type VectorMatch,
  type VectorQuery,
  type Watermark
} from "@syncline/core"
import { DocumentListing } from "./records/document-listing.ts"
import { DocumentMender } from "./records/document-mender.ts"
import { DocumentReader } from "./records/document-reader.ts"
import { DocumentWriter } from "./records/document-writer.ts"
import { checkedContent } from "./records/checked-content.ts"
import type { SinkPlace } from "./records/sink-place.ts"
import type { FactsStore, SinkFacts } from "./schema/sink-facts.ts"
import type { WatermarkStore } from "./schema/watermark-store.ts"
import { VectorSearch } from "./search/vector-search.ts"

/** What an open Qdrant sink is made of. */
export interface QdrantSinkParts {
  readonly place: SinkPlace
  readonly context: SinkContext
  readonly store: FactsStore
  readonly facts: SinkFacts
  readonly watermarks: WatermarkStore
  readonly watermark: Watermark | undefined
  readonly inherited: boolean
}

/** A Qdrant sink, open. `SinkSession` says what each member is for. */
export class QdrantSinkSession implements SinkSession {
  readonly guarantees: SinkGuarantees
  readonly projection: number
  readonly inherited: boolean
  readonly collections?: ReadonlySet<string>
  readonly concurrency: number
  readonly #place: SinkPlace
  readonly #open: OpenProjection
  readonly #epoch: string
  readonly #store: FactsStore
  readonly #watermarks: WatermarkStore
  readonly #reader: DocumentReader
  readonly #writer: DocumentWriter
  readonly #mender: DocumentMender
  readonly #listing: DocumentListing
  readonly #search: VectorSearch
  #facts: SinkFacts
  #watermark: Watermark
  #closed = false

  constructor({ place, context, store, facts, watermarks, watermark, inherited }: QdrantSinkParts) {
    const { projection } = place.settings
    const hasVectors = projection.tables.some(({ vector }) => vector !== undefined)
    this.guarantees = {
      writes: place.conditions ? "conditional" : "last-write",
      atomicWatermark: false,
      compareAndSwap: place.conditions,
      tombstones: true,
      ...(hasVectors && { vectorContents: false })
    }
    this.projection = facts.projection
    this.inherited = inherited
    if (projection.collections !== undefined) this.collections = projection.collections
    this.concurrency = projection.concurrency
    this.#place = place
    this.#open = projection.open(context)
    this.#epoch = context.epoch
    this.#store = store
    this.#facts = facts
    this.#watermarks = watermarks
    this.#watermark = watermark ?? { epoch: context.epoch, position: 0 }
    this.#reader = new DocumentReader(place)
    this.#writer = new DocumentWriter(place)
    this.#mender = new DocumentMender(place, this.#reader, this.#writer)
    this.#listing = new DocumentListing(place, () => context.ports.time.nowMs())
    this.#search = new VectorSearch(place)
  }

  get generation(): number {
    return this.#facts.generation
  }

  get watermark(): Watermark {
    return this.#watermark
  }

  get answered(): number {
    return this.#place.requests.answered
  }

  project(document: DurableDocument): ReturnType<OpenProjection["project"]> {
    return checkedContent(this.#place, document, this.#open.project(document))
  }

  async raiseGeneration(from: number): Promise<void> {
    this.#mustBeOpen()
    const facts = await this.#mustLoad()
    this.#facts =
      facts.generation === from ? await this.#store.swap(facts, { ...facts, generation: from + 1 }) : facts
    this.#watermark = { epoch: this.#epoch, position: 0 }
    // By this, everybody's watermark is of a generation before; one of this store's own says that it was here.
    await this.#watermarks.save(this.#watermark, this.#facts)
  }

  async apply(writes: readonly SinkWrite[], watermark: Watermark): Promise<void> {
    this.#mustBeOpen()
    const [plan] = await Promise.all([this.#writer.plan(writes), this.#mustBeCurrent()])
    await this.#writer.write(plan)
    if (watermark.position <= this.#watermark.position) return
    await this.#watermarks.save(watermark, this.#facts)
    this.#watermark = watermark
  }

  /** Pages that grew shorter since they were listed are filled up: a short page says that there is no more. */
  async scan({
    limit,
    contents,
    ...range
  }: IdRange & { readonly limit: number; readonly contents: boolean }): Promise<readonly SinkEntry[]> {
    this.#mustBeOpen()
    if (!contents) return this.#listing.entries({ ...range, limit })
    const entries: SinkEntry[] = []
    for (let { after } = range; ; ) {
      const wanted = limit - entries.length
      const { ids, bare } = await this.#listing.ids({
        ...range,
        ...(after !== undefined && { after }),
        limit: wanted
      })
      for (const { token: _, ...entry } of await this.#reader.read(ids, bare)) entries.push(entry)
      if (ids.length < wanted || entries.length >= limit) return entries
      after = ids.at(-1)
    }
  }

  async read(ids: readonly string[]): Promise<readonly SinkRecord[]> {
    this.#mustBeOpen()
    return this.#reader.read(ids)
  }

  async readRows(ids: readonly string[]): Promise<readonly SinkContent[]> {
    this.#mustBeOpen()
    return this.#reader.readRows(ids)
  }

  get plain(): Projection["plain"] {
    return this.#place.settings.projection.plain
  }

  async nearest(query: VectorQuery): Promise<readonly VectorMatch[]> {
    this.#mustBeOpen()
    return this.#search.nearest(query)
  }

  async repair(repairs: readonly SinkRepair[]): Promise<readonly SinkRepairOutcome[]> {
    this.#mustBeOpen()
    await this.#mustBeCurrent()
    return this.#mender.mend(repairs)
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#closed = true
    this.#open.close()
    this.#place.requests.close()
    return Promise.resolve()
  }

  async #mustBeCurrent(): Promise<void> {
    const { generation, projection } = await this.#mustLoad()
    if (generation === this.generation && projection === this.projection) return
    throw coreError(
      "sink-fenced",
      `${this.#place.settings.name}: another writer raised the generation or changed the mapping; open the sink anew`,
      { details: { generation, projection } }
    )
  }

  async #mustLoad(): Promise<SinkFacts> {
    const facts = await this.#store.load()
    if (facts !== undefined) return facts
    throw coreError(
      "sink-fenced",
      `the bookkeeping in collection "${this.#place.records}" is gone; opened anew, the sink fills its collections again`
    )
  }

  #mustBeOpen(): void {
    if (this.#closed) throw coreError("sink-failed", "the Qdrant sink is closed; open it again")
  }
}
