import { badFormat, mustHaveOnly, StandInError, wrongInput } from "./stand-in-error.ts"
import { type ParsedFilter, parseFilter, valuesAt } from "./stand-in-filter.ts"
import {
  compareIds,
  type KeptPoint,
  keptPayload,
  parseId,
  parseVector,
  parseVectors,
  type VectorConfig
} from "./stand-in-point.ts"

/** What strict mode forbids; names are Qdrant's. */
export interface StrictMode {
  readonly enabled: true
  readonly unindexed_filtering_retrieve?: false
  readonly unindexed_filtering_update?: false
  readonly max_query_limit?: number
  readonly upsert_max_batchsize?: number
  readonly filter_max_conditions?: number
  readonly condition_max_size?: number
  readonly read_rate_limit?: number
  readonly write_rate_limit?: number
  readonly search_allow_exact?: false
}

/** What the server's version decides. */
export interface VersionGates {
  readonly conditions: boolean
  readonly updateMode: boolean
}

type Body = Readonly<Record<string, unknown>>

/** One collection: its points, and every rule about them. */
export class StandInCollection {
  readonly config: Body
  readonly vectors: VectorConfig
  readonly indexes: Map<string, string> = new Map()
  readonly points: Map<KeptPoint["id"], KeptPoint> = new Map()
  readonly #strict: StrictMode | undefined
  readonly #gates: VersionGates
  #sorted: readonly KeptPoint[] | undefined
  readonly #byKeyword = new Map<string, Map<unknown, Set<KeptPoint>>>()

  constructor(config: Body, strict: StrictMode | undefined, gates: VersionGates) {
    this.config = config
    this.vectors = vectorConfig(config["vectors"])
    this.#strict = strict
    this.#gates = gates
  }

  /** Performs one operation of an update; nothing of it where it is refused. */
  update(operation: unknown): void {
    const kinds = ["upsert", "delete", "overwrite_payload", "update_vectors", "delete_vectors"]
    const members = Object.entries(mustHaveOnly("UpdateOperation", operation, kinds))
    const [kind, body] = members[0] ?? []
    if (members.length !== 1) throw badFormat("an update operation is one of several")
    if (kind === "upsert") return this.#upsert(body)
    if (kind === "delete") return this.#delete(body)
    if (kind === "overwrite_payload") return this.#overwrite(body)
    return kind === "update_vectors" ? this.#putVectors(body) : this.#deleteVectors(body)
  }

  /** What strict mode says to an operation before any is performed. */
  checkUpdate(operation: Body): void {
    const { points } = (operation["upsert"] ?? {}) as { readonly points?: readonly unknown[] }
    this.#mustBeWithin(points?.length, this.#strict?.upsert_max_batchsize, "upsert limit")
    const deleted = (operation["delete"] ?? {}) as { readonly points?: readonly unknown[] }
    mustCost(points?.length ?? deleted.points?.length, this.#strict?.write_rate_limit, "Write")
    const { filter } = (operation["delete"] ?? {}) as { readonly filter?: unknown }
    if (filter !== undefined) this.#checkFilter(parseFilter(filter), this.#strict?.unindexed_filtering_update)
  }

  retrieve(body: unknown): readonly KeptPoint[] {
    const { ids } = mustHaveOnly("PointRequest", body, ["ids", "with_payload", "with_vector"])
    if (!Array.isArray(ids)) throw badFormat("missing field `ids`")
    mustCost(ids.length, this.#strict?.read_rate_limit, "Read")
    return ids.flatMap(id => this.points.get(parseId(id)) ?? [])
  }

  scroll(body: unknown): { readonly points: readonly KeptPoint[]; readonly next: KeptPoint["id"] | null } {
    const known = ["filter", "limit", "offset", "with_payload", "with_vector"]
    const { filter, limit = 10, offset } = mustHaveOnly("ScrollRequest", body, known)
    if (!Number.isInteger(limit) || (limit as number) < 1)
      throw new StandInError(422, "Validation error: limit must be 1 or larger")
    const found = this.#find(filter, limit as number)
    const from =
      offset === undefined || offset === null
        ? 0
        : found.findIndex(({ id }) => compareIds(id, parseId(offset)) >= 0)
    if (from < 0) return { points: [], next: null }
    const points = found.slice(from, from + (limit as number))
    return { points, next: found[from + (limit as number)]?.id ?? null }
  }

  count(body: unknown): number {
    const { filter } = mustHaveOnly("CountRequest", body, ["filter", "exact"])
    return this.#find(filter, 1).length
  }

  /** Nearest first, by looking at all. */
  query(body: unknown): readonly { readonly point: KeptPoint; readonly score: number }[] {
    const known = ["query", "using", "filter", "params", "limit", "offset", "with_payload", "with_vector"]
    const parsed = mustHaveOnly("QueryRequest", body, known)
    const { query, using = "", filter, limit = 10, offset = 0, params } = parsed
    const { exact } = mustHaveOnly("SearchParams", params ?? {}, ["exact", "hnsw_ef"])
    if (exact === true && this.#strict?.search_allow_exact === false)
      throw strictError("Exact search disabled!")
    const name = String(using)
    const vector = parseVector(this.vectors, name, query)
    const isDistance = this.vectors.get(name)?.distance === "Euclid"
    const scored = this.#find(filter, limit as number).flatMap(point => {
      const own = point.vectors.get(name)
      return own === undefined ? [] : [{ point, score: Math.fround(scoreOf(vector, own, isDistance)) }]
    })
    scored.sort((a, b) => (isDistance ? a.score - b.score : b.score - a.score))
    return scored.slice(offset as number, (offset as number) + (limit as number))
  }

  /** Points that fulfil a filter, in the order of their ids. */
  #find(filter: unknown, limit: number): readonly KeptPoint[] {
    this.#mustBeWithin(limit, this.#strict?.max_query_limit, "limit")
    const parsed = parseFilter(filter)
    this.#checkFilter(parsed, this.#strict?.unindexed_filtering_retrieve)
    return this.#candidates(parsed).filter(parsed.test)
  }

  #candidates({ anyOf }: ParsedFilter): readonly KeptPoint[] {
    if (anyOf === undefined || this.indexes.get(anyOf.key) !== "keyword") return this.#inOrder()
    const index = this.#keywords(anyOf.key)
    return [...new Set(anyOf.values)]
      .flatMap(value => [...(index.get(value) ?? [])])
      .sort((a, b) => compareIds(a.id, b.id))
  }

  #keywords(key: string): Map<unknown, Set<KeptPoint>> {
    const known = this.#byKeyword.get(key)
    if (known !== undefined) return known
    const index = new Map<unknown, Set<KeptPoint>>()
    for (const point of this.points.values()) addTo(index, key, point)
    this.#byKeyword.set(key, index)
    return index
  }

  #put(point: KeptPoint): void {
    this.#remove(point.id)
    this.#sorted = undefined
    this.points.set(point.id, point)
    for (const [key, index] of this.#byKeyword) addTo(index, key, point)
  }

  #remove(id: KeptPoint["id"]): void {
    const present = this.points.get(id)
    if (present === undefined) return
    this.#sorted = undefined
    this.points.delete(id)
    for (const [key, index] of this.#byKeyword)
      for (const value of valuesAt(present.payload, key)) index.get(value)?.delete(present)
  }

  #inOrder(): readonly KeptPoint[] {
    this.#sorted ??= [...this.points.values()].sort((a, b) => compareIds(a.id, b.id))
    return this.#sorted
  }

  #upsert(body: unknown): void {
    const known = ["points", "update_filter", "update_mode"]
    const {
      points,
      update_filter: filter,
      update_mode: mode = "upsert"
    } = mustHaveOnly("PointsList", body, known)
    if (!Array.isArray(points)) throw badFormat("missing field `points`")
    // Of several with one id the last counts. An older server passes over what it does not know.
    const parsed = new Map(points.map(point => this.#parsePoint(point)).map(point => [point.id, point]))
    const { test } = parseFilter(this.#gates.conditions ? filter : undefined)
    const wanted = this.#gates.updateMode ? mode : "upsert"
    for (const point of parsed.values()) {
      const present = this.points.get(point.id)
      if (present === undefined ? wanted === "update_only" : wanted === "insert_only" || !test(present))
        continue
      this.#put(point)
    }
  }

  #parsePoint(point: unknown): KeptPoint {
    const { id, vector, payload } = mustHaveOnly("PointStruct", point, ["id", "vector", "payload"])
    return { id: parseId(id), vectors: parseVectors(this.vectors, vector), payload: keptPayload(payload) }
  }

  #delete(body: unknown): void {
    const { points, filter } = mustHaveOnly("PointsSelector", body, ["points", "filter"])
    if (!Array.isArray(points) && filter === undefined)
      throw badFormat("data did not match any variant of PointsSelector")
    const parsed = parseFilter(filter)
    const ids: readonly unknown[] = Array.isArray(points)
      ? points
      : this.#candidates(parsed)
          .filter(parsed.test)
          .map(({ id }) => id)
    for (const id of ids) this.#remove(parseId(id))
  }

  #overwrite(body: unknown): void {
    const { payload, points } = mustHaveOnly("SetPayload", body, ["payload", "points"])
    for (const id of points as readonly unknown[]) {
      const point = this.points.get(parseId(id))
      if (point !== undefined) this.#put({ ...point, payload: keptPayload(payload) })
    }
  }

  #putVectors(body: unknown): void {
    const { points } = mustHaveOnly("UpdateVectors", body, ["points"])
    for (const each of points as readonly unknown[]) {
      const { id, vector } = mustHaveOnly("PointVectors", each, ["id", "vector"])
      for (const [name, own] of parseVectors(this.vectors, vector))
        this.points.get(parseId(id))?.vectors.set(name, own)
    }
  }

  #deleteVectors(body: unknown): void {
    const { points, vector } = mustHaveOnly("DeleteVectors", body, ["points", "vector"])
    for (const id of points as readonly unknown[])
      for (const name of vector as readonly string[]) this.points.get(parseId(id))?.vectors.delete(name)
  }

  #checkFilter({ keys, conditions, longest }: ParsedFilter, unindexed: false | undefined): void {
    const { filter_max_conditions: most = conditions, condition_max_size: widest = longest } =
      this.#strict ?? {}
    if (conditions > most) throw strictError(`Filter condition limit reached (${conditions} > ${most})`)
    if (longest > widest) throw strictError(`Condition size limit reached (${longest} > ${widest})`)
    if (unindexed === undefined) return
    for (const { key, types } of keys) {
      const index = this.indexes.get(key)
      if (index === undefined || (types.length > 0 && !types.includes(index)))
        throw strictError(
          `Index required but not found for "${key}" of one of the following types: [${types.join(", ")}]`
        )
    }
  }

  #mustBeWithin(value: number | undefined, most: number | undefined, name: string): void {
    if (value !== undefined && most !== undefined && value > most)
      throw strictError(`Limit exceeded ${value} > ${most} for "${name}"`)
  }
}

function addTo(index: Map<unknown, Set<KeptPoint>>, key: string, point: KeptPoint): void {
  for (const value of valuesAt(point.payload, key)) {
    const same = index.get(value)
    if (same === undefined) index.set(value, new Set([point]))
    else same.add(point)
  }
}

/** A request that costs more than a minute has is refused for ever; what is spent is not counted here. */
function mustCost(cost: number | undefined, most: number | undefined, kind: "Read" | "Write"): void {
  if (cost !== undefined && most !== undefined && cost > most)
    throw new StandInError(429, `Rate limiting exceeded: ${kind} rate limit exceeded, ${cost} > ${most}`)
}

function strictError(message: string): StandInError {
  return new StandInError(400, `Bad request: ${message}`)
}

function vectorConfig(vectors: unknown): VectorConfig {
  if (vectors === undefined || vectors === null) return new Map()
  const named: object = typeof vectors === "object" && "size" in vectors ? { "": vectors } : vectors
  return new Map(
    Object.entries(named).map(([name, each]) => {
      const known = ["size", "distance", "on_disk", "hnsw_config", "quantization_config"]
      const { size, distance } = mustHaveOnly("VectorParams", each, known)
      if (!Number.isInteger(size) || (size as number) < 1)
        throw new StandInError(422, "Validation error: vectors.size must be 1 or larger")
      if (!["Cosine", "Dot", "Euclid", "Manhattan"].includes(String(distance)))
        throw badFormat(`unknown variant \`${String(distance)}\``)
      return [name, { size: size as number, distance: String(distance) }]
    })
  )
}

function scoreOf(a: Float32Array, b: Float32Array, isDistance: boolean): number {
  let sum = 0
  for (let i = 0; i < a.length; i++)
    sum += isDistance ? ((a[i] ?? 0) - (b[i] ?? 0)) ** 2 : (a[i] ?? 0) * (b[i] ?? 0)
  return isDistance ? Math.sqrt(sum) : sum
}

/** Says that there is no such collection. */
export function noCollection(name: string): StandInError {
  return new StandInError(404, `Not found: Collection \`${name}\` doesn't exist!`)
}

/** Says that there is one already. */
export function collectionExists(name: string): StandInError {
  return new StandInError(409, wrongInput(`Collection \`${name}\` already exists!`).message)
}
