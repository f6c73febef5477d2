import {
  coreError,
  defineProjection,
  type PartDefinition,
  type Projection,
  type TableDefinition
} from "@syncline/core"
import type { QdrantClientLike } from "./client/qdrant-api.ts"

/** How collections are made; what is left out is the server's default. Collections that exist stay as they are. */
export interface QdrantCollectionOptions {
  /** `shard_number`. */
  readonly shards?: number
  /** `replication_factor`. */
  readonly replicationFactor?: number
  /** `write_consistency_factor`: replicas that must have a write before it counts. */
  readonly writeConsistencyFactor?: number
  /** Keeps vectors and payloads on disk instead of in memory. */
  readonly onDisk?: boolean
  /** `quantization_config`, as Qdrant takes it. */
  readonly quantization?: Readonly<Record<string, unknown>>
  /** `hnsw_config`, as Qdrant takes it. */
  readonly hnsw?: Readonly<Record<string, unknown>>
}

/** What a Qdrant sink may be told. Either `url` or `client` is needed. */
export interface QdrantSinkOptions {
  /** Such as `http://127.0.0.1:6333`; without a port it is 6333. */
  readonly url?: string
  /** Sent as it is: use `https:` outside of one machine. */
  readonly apiKey?: string
  /**
   * A `QdrantClient` of `@qdrant/js-client-rest` in place of `url` and `apiKey`; it is not closed with the sink. Its own timeout then counts, and a
   * request under way is left to itself, not ended, when the sink is closed.
   */
  readonly client?: QdrantClientLike
  /** Default `qdrant`. Several sinks of a replica need different names. */
  readonly name?: string
  /**
   * Goes before the names of all collections; default none. Whatever else lives on the server must not have collections of the same names: give each
   * application a prefix of its own.
   */
  readonly prefix?: string
  /**
   * Shares the collections with other tenants: points are found by this name only. Give every tenant's sink the same tables. Without it, collections
   * are this sink's alone; for a collection for each tenant, use `prefix`.
   */
  readonly tenant?: string
  /** What documents become: a collection for each table, with vectors (`vectors` of `@syncline/core/vectors`) or of payloads only. */
  readonly tables: readonly (TableDefinition | PartDefinition)[]
  /** See `ProjectionOptions.revision`. */
  readonly revision?: number
  /** The vector's name in its collection; without it, it is the collection's one vector without a name. */
  readonly vectorName?: string
  readonly collections?: QdrantCollectionOptions
  /** Of writes of rows, in clusters; default `medium`. Bookkeeping is always written with `strong`. */
  readonly ordering?: "weak" | "medium" | "strong"
  /** Replicas that must agree on what is read, in clusters; default the server's, one. */
  readonly consistency?: number | "majority" | "quorum" | "all"
  /** Searches by looking at all vectors, as `sqliteVecSink` does, instead of by the index. Default `false`. */
  readonly exact?: boolean
  /** How long one answer is waited for. Default 30,000. */
  readonly timeoutMs?: number
  /** Times a request is sent, at growing intervals, before it fails. Default 5. */
  readonly attempts?: number
  /** Default 16 MiB; the server takes 32 MB unless told otherwise. A row beyond it is refused, and its document parked. */
  readonly maxRequestBytes?: number
  /** Points written or read by one request. Default 500; what a collection's strict mode allows is kept to without being told. */
  readonly maxRequestPoints?: number
}

/** Options with all defaults in place. */
export interface QdrantSettings {
  readonly name: string
  readonly prefix: string
  readonly tenant: string | undefined
  readonly projection: Projection
  readonly vectorName: string | undefined
  readonly collections: QdrantCollectionOptions
  readonly ordering: "weak" | "medium" | "strong"
  readonly consistency: QdrantSinkOptions["consistency"]
  readonly exact: boolean
  readonly timeoutMs: number
  readonly attempts: number
  readonly maxRequestBytes: number
  readonly maxRequestPoints: number
}

/**
 * Checks options.
 *
 * @throws SynclineError `options-invalid`, `projection-invalid`.
 */
export function qdrantSettings(options: QdrantSinkOptions): QdrantSettings {
  const { url, client, prefix = "", tenant, tables, revision } = options
  if ((url === undefined) === (client === undefined))
    throw invalid("it needs either `url` or `client`, and not both")
  if (!/^[\w.-]{0,100}$/.test(prefix)) throw invalid("`prefix` is not up to 100 letters, digits and _.-")
  if (tenant === "") throw invalid("`tenant` is empty; leave it out where there is none")
  const projection = defineProjection(tables, revision === undefined ? {} : { revision })
  return {
    name: options.name ?? "qdrant",
    prefix,
    tenant,
    projection,
    vectorName: options.vectorName,
    collections: options.collections ?? {},
    ordering: options.ordering ?? "medium",
    consistency: options.consistency,
    exact: options.exact ?? false,
    timeoutMs: positive("timeoutMs", options.timeoutMs ?? 30_000),
    attempts: positive("attempts", options.attempts ?? 5),
    maxRequestBytes: positive("maxRequestBytes", options.maxRequestBytes ?? 16 * 1024 * 1024),
    maxRequestPoints: positive("maxRequestPoints", options.maxRequestPoints ?? 500)
  }
}

/**
 * Checks a number of a Qdrant sink's options.
 *
 * @throws SynclineError `options-invalid`.
 */
export function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw invalid(`\`${name}\` is ${value}; give a whole number above 0`)
}

function invalid(why: string): Error {
  return coreError("options-invalid", `the Qdrant sink cannot be made: ${why}`)
}
