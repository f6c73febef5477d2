import type { Sink } from "@syncline/core"
import { loadClient } from "../client/load-client.ts"
import type { QdrantApi, QdrantClientLike } from "../client/qdrant-api.ts"
import type { QdrantSinkOptions } from "../qdrant-options.ts"
import { qdrantSink } from "../qdrant-sink.ts"
import { QdrantSinkDamage } from "./qdrant-sink-damage.ts"
import { QdrantStandIn } from "./qdrant-stand-in.ts"
import type { StandInOptions } from "./stand-in-server.ts"
import { waitingSink } from "./waiting-sink.ts"

/** The server tests run against: `QDRANT_URL` (with `QDRANT_API_KEY`), or a stand-in of this process. */
const realUrl = process.env["QDRANT_URL"]
const realKey = process.env["QDRANT_API_KEY"]

/** Whether tests run against a real server. */
export const isReal: boolean = realUrl !== undefined

/** Every collection that a test makes; whoever was ended in the middle leaves some behind. */
const testCollections: readonly string[] = [
  ...["syncline_records", "notes", "note_tags", "title_chunks", "titles", "note_chunks", "sizes", "others"],
  ...["app_syncline_records", "app_note_chunks"],
  ...["v1_syncline_records", "v1_note_chunks", "v2_syncline_records", "v2_note_chunks"]
]

/** An empty Qdrant server, real or stood in for, and what tests do with it. */
export class QdrantPlace {
  readonly url: string
  /** Absent where the server is real. */
  readonly standIn: QdrantStandIn | undefined
  readonly damage: QdrantSinkDamage
  readonly #client: QdrantClientLike

  private constructor(url: string, standIn: QdrantStandIn | undefined, client: QdrantClientLike) {
    this.url = url
    this.standIn = standIn
    this.#client = client
    this.damage = new QdrantSinkDamage(() => client.api())
  }

  static async make(options: StandInOptions = {}): Promise<QdrantPlace> {
    const standIn = realUrl === undefined ? await QdrantStandIn.start(options) : undefined
    const url = standIn?.url ?? realUrl ?? ""
    const key = standIn === undefined ? realKey : options.apiKey
    const place = new QdrantPlace(
      url,
      standIn,
      await loadClient({ url, ...(key !== undefined && { apiKey: key }) })
    )
    if (standIn === undefined) await place.#empty()
    return place
  }

  get api(): QdrantApi {
    return this.#client.api()
  }

  /** A sink here, whose calls wait for damage. */
  sink(options: Omit<QdrantSinkOptions, "url" | "client">): Sink {
    const key = this.standIn === undefined && realKey !== undefined ? { apiKey: realKey } : {}
    return waitingSink(qdrantSink({ url: this.url, ...key, attempts: 3, ...options }), () =>
      this.damage.settled()
    )
  }

  async close(): Promise<void> {
    await this.damage.settled()
    await this.standIn?.close()
  }

  /** A real server is one for tests alone. */
  async #empty(): Promise<void> {
    for (const name of testCollections) await this.api.deleteCollection({ collection_name: name })
  }
}
