import { coreError } from "@syncline/core"
import { isMissing, isPresent } from "../client/request-failure.ts"
import type { QdrantRequests } from "../client/qdrant-requests.ts"
import type { QdrantCollectionOptions } from "../qdrant-options.ts"
import { type CollectionShape, tenantField } from "./table-collection.ts"

/** What a collection is like, and what it allows. */
export interface FoundCollection {
  readonly vector: CollectionShape["vector"]
  readonly indexes: Readonly<Record<string, string>>
  readonly limits: FoundLimits
  /** Strict mode refuses deletions by fields without an index. */
  readonly indexedDeletions: boolean
}

/** What strict mode bounds, as `PointLimits` has it; absent where it does not. */
interface FoundLimits {
  readonly upsert?: number
  readonly query?: number
  readonly retrieve?: number
  readonly list?: number
}

/** What `getCollection` gives, as far as it is looked at. */
interface CollectionInfo {
  readonly config?: {
    readonly params?: { readonly vectors?: unknown }
    readonly strict_mode_config?: StrictMode | null
  }
  readonly payload_schema?: Readonly<Record<string, { readonly data_type?: string } | undefined>>
}

interface StrictMode {
  readonly enabled?: boolean | null
  readonly upsert_max_batchsize?: number | null
  readonly max_query_limit?: number | null
  readonly condition_max_size?: number | null
  readonly read_rate_limit?: number | null
  readonly write_rate_limit?: number | null
  readonly unindexed_filtering_update?: boolean | null
}

/** Makes, looks at and drops collections. */
export class CollectionMaker {
  readonly #requests: QdrantRequests
  readonly #options: QdrantCollectionOptions

  constructor(requests: QdrantRequests, options: QdrantCollectionOptions) {
    this.#requests = requests
    this.#options = options
  }

  /** What there is under a name. */
  async find(name: string): Promise<FoundCollection | undefined> {
    try {
      return foundOf(
        await this.#requests.send<CollectionInfo>(`looking at collection ${name}`, (api, init) =>
          api.getCollection({ collection_name: name }, init)
        )
      )
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  /** Makes a collection; one that somebody made meanwhile is left for the caller to look at. */
  async make(name: string, { vector }: CollectionShape): Promise<void> {
    const { shards, replicationFactor, writeConsistencyFactor, onDisk, quantization, hnsw } = this.#options
    const one = vector && {
      size: vector.size,
      distance: vector.distance,
      ...(onDisk !== undefined && { on_disk: onDisk })
    }
    const config = {
      vectors:
        vector === undefined || one === undefined ? {} : vector.name === "" ? one : { [vector.name]: one },
      ...(shards !== undefined && { shard_number: shards }),
      ...(replicationFactor !== undefined && { replication_factor: replicationFactor }),
      ...(writeConsistencyFactor !== undefined && { write_consistency_factor: writeConsistencyFactor }),
      ...(onDisk !== undefined && { on_disk_payload: onDisk }),
      ...(vector !== undefined && quantization !== undefined && { quantization_config: quantization }),
      ...(vector !== undefined && hnsw !== undefined && { hnsw_config: hnsw })
    }
    try {
      await this.#requests.send(`making collection ${name}`, (api, init) =>
        api.createCollection({ collection_name: name, ...config }, init)
      )
    } catch (error) {
      if (!isPresent(error)) throw error
    }
  }

  async drop(name: string): Promise<void> {
    await this.#requests.send(`dropping collection ${name}`, (api, init) =>
      api.deleteCollection({ collection_name: name }, init)
    )
  }

  /** Makes the indexes that are not there; those of another type are replaced. */
  async index(name: string, indexes: CollectionShape["indexes"], found: FoundCollection): Promise<void> {
    for (const [field, type] of Object.entries(indexes)) {
      const present = found.indexes[field]
      if (present === type) continue
      if (present !== undefined)
        await this.#requests.send(`dropping the index of ${field} in ${name}`, (api, init) =>
          api.deleteFieldIndex({ collection_name: name, field_name: field, wait: true }, init)
        )
      const schema = field === tenantField ? { type, is_tenant: true } : type
      await this.#requests.send(`indexing ${field} in ${name}`, (api, init) =>
        api.createFieldIndex(
          { collection_name: name, field_name: field, field_schema: schema, wait: true },
          init
        )
      )
    }
  }
}

/** Whether a collection has the vectors of a shape, and no other. */
export function hasVectorsOf({ vector }: Pick<FoundCollection, "vector">, shape: CollectionShape): boolean {
  const wanted = shape.vector
  if (vector === undefined || wanted === undefined) return vector === wanted
  return vector.name === wanted.name && vector.size === wanted.size && vector.distance === wanted.distance
}

/** A collection that is not ours, or not any more. */
export function foreignCollection(name: string, why: string): Error {
  return coreError(
    "sink-foreign",
    `collection "${name}" ${why}; use another prefix, or drop it: then it is made anew, and its rows come back from the documents`,
    { details: { collection: name } }
  )
}

function foundOf({ config, payload_schema: schema = {} }: CollectionInfo): FoundCollection {
  const indexes = Object.entries(schema).map(([field, info]) => [field, info?.data_type ?? ""] as const)
  const { enabled, unindexed_filtering_update: unindexed } = config?.strict_mode_config ?? {}
  return {
    indexedDeletions: enabled === true && unindexed === false,
    vector: vectorOf(config?.params?.vectors),
    indexes: Object.fromEntries(indexes),
    limits: limitsOf(config?.strict_mode_config ?? {})
  }
}

/** A point costs one of what may be written or read in a minute; a request that costs more than all of it is never served. */
function limitsOf(strict: StrictMode): FoundLimits {
  if (strict.enabled !== true) return {}
  const upsert = lowest(strict.upsert_max_batchsize, strict.write_rate_limit)
  const query = lowest(strict.max_query_limit)
  const retrieve = lowest(strict.read_rate_limit)
  const list = lowest(strict.condition_max_size)
  return {
    ...(upsert && { upsert }),
    ...(query && { query }),
    ...(retrieve && { retrieve }),
    ...(list && { list })
  }
}

function lowest(...limits: readonly (number | null | undefined)[]): number | undefined {
  const set = limits.filter(limit => typeof limit === "number" && limit > 0) as readonly number[]
  return set.length === 0 ? undefined : Math.min(...set)
}

/** The one vector, with or without a name; several are reported under a name that nothing has. */
function vectorOf(vectors: unknown): CollectionShape["vector"] {
  if (typeof vectors !== "object" || vectors === null) return undefined
  if ("size" in vectors) return { name: "", ...partsOf(vectors) }
  const named = Object.entries(vectors as Record<string, object>)
  const [first] = named
  if (first === undefined) return undefined
  return named.length > 1
    ? { name: "\0several", size: 0, distance: "" }
    : { name: first[0], ...partsOf(first[1]) }
}

function partsOf(vector: object): { readonly size: number; readonly distance: string } {
  const { size, distance } = vector as { readonly size?: number; readonly distance?: string }
  return { size: size ?? 0, distance: distance ?? "" }
}
