import type { Watermark } from "@syncline/core"
import type { QdrantRequests } from "../client/qdrant-requests.ts"
import { fromBase64, toBase64 } from "../points/base64.ts"
import { lowerThan } from "../points/key-filter.ts"
import { type Namespace, recordPointId } from "../points/point-id.ts"
import type { Payload } from "../points/point.ts"
import { toSafeInteger } from "../points/safe-integer.ts"
import { type SinkFacts, watermarkFields } from "./sink-facts.ts"

/** Where watermarks lie. */
export interface WatermarkPlace {
  readonly requests: QdrantRequests
  readonly collection: string
  readonly namespace: Namespace
  readonly tenant: Payload
  readonly conditions: boolean
}

/**
 * Watermarks, a point for each store. Each says of which generation and projection version it is: raising either takes all of them back without
 * touching them, and no late writer can bring one forward again.
 */
export class WatermarkStore {
  readonly #place: WatermarkPlace

  constructor(place: WatermarkPlace) {
    this.#place = place
  }

  /** At position 0 where it is of another generation or mapping; `undefined` for a store that never was here. */
  async load(epoch: string, facts: SinkFacts): Promise<Watermark | undefined> {
    const { requests, collection } = this.#place
    const [point] = await requests.retrieve(collection, [this.#idOf(epoch)], true)
    if (point === undefined) return undefined
    const { generation, projection, position, log_hash: hash } = point.payload ?? {}
    const isCurrent = generation === facts.generation && projection === facts.projection
    const reached = isCurrent ? (toSafeInteger(position) ?? 0) : 0
    const logHash = reached > 0 ? fromBase64(hash) : undefined
    return { epoch, position: Math.max(0, reached), ...(logHash && { logHash }) }
  }

  /** Moves a watermark on; one that is further already stays. */
  async save({ epoch, position, logHash }: Watermark, { generation, projection }: SinkFacts): Promise<void> {
    const { requests, collection, tenant, conditions } = this.#place
    const payload = {
      epoch,
      generation,
      projection,
      position,
      ...(logHash && { log_hash: toBase64(logHash) }),
      ...tenant
    }
    const condition = lowerThan(watermarkFields, { generation, projection, height: position })
    const points = [{ id: this.#idOf(epoch), vector: {}, payload }]
    await requests.update(
      collection,
      [{ upsert: { points, ...(conditions && { update_filter: condition }) } }],
      "strong"
    )
  }

  #idOf(epoch: string): string {
    return recordPointId(this.#place.namespace, `\0watermark\0${epoch}`)
  }
}
