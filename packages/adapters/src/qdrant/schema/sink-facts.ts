import { coreError } from "@syncline/core"
import type { KeyFields } from "../points/key-fields.ts"
import { insertsOnly } from "../points/key-filter.ts"
import { type Namespace, recordPointId } from "../points/point-id.ts"
import type { Payload, PointFilter } from "../points/point.ts"
import type { QdrantRequests } from "../client/qdrant-requests.ts"
import { toSafeInteger } from "../points/safe-integer.ts"
import type { CollectionShape } from "./table-collection.ts"

/** Version of the bookkeeping; raised together with a migration. */
const format = 1

/** The shape of each collection of rows, by its name. */
export type CollectionShapes = Readonly<Record<string, CollectionShape>>

/** What is in force in a sink, for all who write to it. */
export interface SinkFacts {
  readonly generation: number
  readonly projection: number
  /** Of the mapping. */
  readonly hash: string
  readonly collections: CollectionShapes
  /** Those of the mapping before: collections that still are so are the sink's own, and may be replaced. */
  readonly former: CollectionShapes
}

/** The fields of a watermark's order. */
export const watermarkFields: KeyFields = {
  generation: "generation",
  projection: "projection",
  height: "position"
}

/** Where facts lie, and whose. */
export interface FactsPlace {
  readonly requests: QdrantRequests
  readonly collection: string
  readonly namespace: Namespace
  /** Names the sink, so that two of them do not take each other's collections for their own. */
  readonly sink: string
  readonly tenant: Payload
  /** Whether the server writes on conditions. */
  readonly conditions: boolean
}

/** The facts of a sink, in a point of its own; changed by compare-and-swap, as far as the server can. */
export class FactsStore {
  readonly #place: FactsPlace
  readonly #id: string

  constructor(place: FactsPlace) {
    this.#place = place
    this.#id = recordPointId(place.namespace, "\0facts")
  }

  /**
   * @returns `undefined` where there are none yet.
   * @throws SynclineError `sink-foreign`, `store-newer`.
   */
  async load(): Promise<SinkFacts | undefined> {
    const { requests, collection } = this.#place
    const [point] = await requests.retrieve(collection, [this.#id], true)
    return point === undefined ? undefined : this.#parse(point.payload ?? {})
  }

  /** Writes the first facts, unless there are some; returns what is there then. */
  async begin(facts: SinkFacts): Promise<SinkFacts> {
    return this.#write(facts, insertsOnly([this.#id]))
  }

  /** Puts `next` in place of `from`, if that still is in force; returns what is in force then. */
  async swap(from: SinkFacts, next: SinkFacts): Promise<SinkFacts> {
    const must = (["generation", "projection", "hash"] as const).map(key => ({
      key,
      match: { value: from[key] }
    }))
    return this.#write(next, { must })
  }

  async #write(facts: SinkFacts, condition: PointFilter): Promise<SinkFacts> {
    const { requests, collection, conditions, sink, tenant } = this.#place
    const { generation, projection, hash, collections, former } = facts
    const payload = {
      format,
      sink,
      generation,
      projection,
      hash,
      collections: JSON.stringify(collections),
      former: JSON.stringify(former),
      ...tenant
    }
    const points = [{ id: this.#id, vector: {}, payload }]
    await requests.update(
      collection,
      [{ upsert: { points, ...(conditions && { update_filter: condition }) } }],
      "strong"
    )
    const present = await this.load()
    if (present === undefined) throw this.#damaged("are gone right after they were written")
    return present
  }

  #parse(payload: Payload): SinkFacts {
    if (typeof payload["format"] === "number" && payload["format"] > format)
      throw coreError(
        "store-newer",
        `the sink's collections have format ${payload["format"]} and this Syncline knows up to ${format}; upgrade Syncline`
      )
    const { sink } = this.#place
    if (payload["sink"] !== sink)
      throw coreError(
        "sink-foreign",
        `collection "${this.#place.collection}" holds the bookkeeping of sink "${String(payload["sink"])}", not of "${sink}"; give one of them another prefix`
      )
    const [generation, projection] = [payload["generation"], payload["projection"]].map(toSafeInteger)
    const { hash } = payload
    if (generation === undefined || projection === undefined || typeof hash !== "string")
      throw this.#damaged("are damaged")
    return {
      generation,
      projection,
      hash,
      collections: this.#shapesOf(payload["collections"]),
      former: this.#shapesOf(payload["former"])
    }
  }

  #shapesOf(text: unknown): CollectionShapes {
    try {
      return JSON.parse(String(text)) as CollectionShapes
    } catch {
      throw this.#damaged("are damaged")
    }
  }

  #damaged(what: string): Error {
    const { collection } = this.#place
    return coreError(
      "sink-foreign",
      `the facts of the sink in collection "${collection}" ${what}; drop the collection, everything is then projected anew`,
      { details: { collection } }
    )
  }
}
