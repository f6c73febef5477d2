import {
  collectionExists,
  noCollection,
  StandInCollection,
  type StrictMode,
  type VersionGates
} from "./stand-in-collection.ts"
import { badFormat, mustHaveOnly, StandInError } from "./stand-in-error.ts"
import type { KeptPoint } from "./stand-in-point.ts"

/** What a stand-in is like. */
export interface StandInOptions {
  readonly version?: string
  readonly apiKey?: string
  readonly strict?: StrictMode
  /** Default 32 MB, as Qdrant's. */
  readonly maxRequestBytes?: number
}

type Body = Readonly<Record<string, unknown>>

const createFields = [
  "vectors",
  "shard_number",
  "replication_factor",
  "write_consistency_factor",
  "on_disk_payload",
  "quantization_config",
  "hnsw_config"
]

const newest = "1.19.0"

/** What the stand-in does with a request: the collections, and the paths. */
export class StandInServer {
  readonly collections: Map<string, StandInCollection> = new Map()
  readonly aliases: Map<string, string> = new Map()
  readonly #options: StandInOptions
  #operation = 0

  constructor(options: StandInOptions) {
    this.#options = options
  }

  /** Performs a request; `late`: its changes later than its answer says. */
  perform(method: string, url: URL, body: unknown, late: boolean): unknown {
    const [first, name, ...rest] = url.pathname.slice(1).split("/").map(decodeURIComponent)
    if (first === "aliases" && method === "GET") return { aliases: this.#aliases() }
    if (first === "") return { title: "qdrant - vector search engine", version: this.#version }
    if (first === "collections" && name === undefined && method === "GET")
      return { collections: this.#names() }
    if (first !== "collections" || name === undefined) throw new StandInError(404, "")
    const route = `${method} ${rest.join("/")}`.trim()
    if (name === "aliases" && route === "POST") return this.#changeAliases(body)
    if (route === "PUT") return this.#create(name, body)
    if (route === "DELETE") return this.#drop(name)
    const collection = this.collections.get(this.aliases.get(name) ?? name)
    if (collection === undefined) throw noCollection(name)
    if (route === "GET") return this.#info(collection)
    if (rest[0] === "index") return this.#index(collection, method, rest[1], body)
    return this.#read(collection, route, body) ?? this.#update(collection, route, url, body, late)
  }

  get #version(): string {
    return this.#options.version ?? newest
  }

  get #gates(): VersionGates {
    const [, minor = "0"] = this.#version.split(".")
    return { conditions: Number(minor) >= 16, updateMode: Number(minor) >= 17 }
  }

  #create(name: string, body: unknown): true {
    const config = mustHaveOnly("CreateCollection", body ?? {}, createFields)
    if (this.collections.has(name) || this.aliases.has(name)) throw collectionExists(name)
    this.collections.set(name, new StandInCollection(config, this.#options.strict, this.#gates))
    return true
  }

  #aliases(): readonly Body[] {
    return [...this.aliases].map(([alias, name]) => ({ alias_name: alias, collection_name: name }))
  }

  #names(): readonly Body[] {
    return [...this.collections.keys()].map(name => ({ name }))
  }

  /** Its aliases go with it. */
  #drop(name: string): boolean {
    for (const [alias, leads] of this.aliases) if (leads === name) this.aliases.delete(alias)
    return this.collections.delete(name)
  }

  /** One after the other: those before one that fails stay done. */
  #changeAliases(body: unknown): true {
    const { actions } = mustHaveOnly("ChangeAliasesOperation", body, ["actions"])
    for (const action of actions as readonly Body[]) {
      const { create_alias: create, delete_alias: remove } = mustHaveOnly("AliasOperations", action, [
        "create_alias",
        "delete_alias"
      ])
      const { alias_name: alias, collection_name: name } = (create ?? remove) as Body
      if (create === undefined) this.aliases.delete(String(alias))
      else if (!this.collections.has(String(name))) throw noCollection(String(name))
      else if (this.collections.has(String(alias))) throw collectionExists(String(alias))
      else this.aliases.set(String(alias), String(name))
    }
    return true
  }

  #info({ config, points, indexes }: StandInCollection): Body {
    const schema = [...indexes].map(
      ([field, type]) => [field, { data_type: type, points: points.size }] as const
    )
    return {
      status: "green",
      points_count: points.size,
      config: {
        params: { vectors: config["vectors"] ?? {} },
        strict_mode_config: this.#options.strict ?? null
      },
      payload_schema: Object.fromEntries(schema)
    }
  }

  #index(collection: StandInCollection, method: string, field: string | undefined, body: unknown): Body {
    if (method === "DELETE" && field !== undefined) collection.indexes.delete(field)
    else {
      const { field_name: name, field_schema: schema } = mustHaveOnly("CreateFieldIndex", body, [
        "field_name",
        "field_schema"
      ])
      const type =
        typeof schema === "string" ? schema : (schema as { readonly type?: string } | undefined)?.type
      if (!["keyword", "integer", "float", "bool", "datetime", "uuid", "text", "geo"].includes(String(type)))
        throw badFormat(`unknown variant \`${String(type)}\``)
      collection.indexes.set(String(name), String(type))
    }
    return { operation_id: this.#operation++, status: "completed" }
  }

  #read(collection: StandInCollection, route: string, body: unknown): unknown {
    const { with_payload: payload, with_vector: vector } = (body ?? {}) as Body
    const shown = (point: KeptPoint): Body => ({
      id: point.id,
      ...payloadOf(point, payload),
      ...vectorOf(point, vector)
    })
    switch (route) {
      case "POST points":
        return collection.retrieve(body).map(shown)
      case "POST points/scroll": {
        const { points, next } = collection.scroll(body)
        return { points: points.map(shown), next_page_offset: next }
      }
      case "POST points/count":
        return { count: collection.count(body) }
      case "POST points/query":
        return {
          points: collection.query(body).map(({ point, score }) => ({ ...shown(point), version: 0, score }))
        }
      default:
        return undefined
    }
  }

  #update(
    collection: StandInCollection,
    route: string,
    { searchParams }: URL,
    body: unknown,
    late: boolean
  ): unknown {
    const operations = operationsOf(route, body)
    for (const operation of operations) collection.checkUpdate(operation)
    const performAll = (): void => {
      for (const operation of operations) collection.update(operation)
    }
    const waits = searchParams.get("wait") === "true"
    if (waits && !late) performAll()
    // Without waiting, what is refused is dropped without a word.
    else
      setTimeout(() => {
        try {
          performAll()
        } catch {
          return
        }
      }, 5).unref()
    const status = waits ? (late ? "wait_timeout" : "completed") : "acknowledged"
    const results = operations.map(() => ({ operation_id: this.#operation++, status }))
    return route === "POST points/batch" ? results : results[0]
  }
}

function operationsOf(route: string, body: unknown): readonly Body[] {
  switch (route) {
    case "POST points/batch": {
      const { operations } = mustHaveOnly("UpdateOperations", body, ["operations"])
      if (!Array.isArray(operations)) throw badFormat("missing field `operations`")
      return operations as readonly Body[]
    }
    case "PUT points":
      return [{ upsert: body }]
    case "POST points/delete":
      return [{ delete: body }]
    case "PUT points/payload":
      return [{ overwrite_payload: body }]
    case "PUT points/vectors":
      return [{ update_vectors: body }]
    case "POST points/vectors/delete":
      return [{ delete_vectors: body }]
    default:
      throw new StandInError(404, "")
  }
}

function payloadOf({ payload }: KeptPoint, wanted: unknown): Body {
  if (wanted === false) return {}
  if (!Array.isArray(wanted)) return { payload }
  return {
    payload: Object.fromEntries(
      wanted.filter(name => name in payload).map(name => [name, payload[String(name)]])
    )
  }
}

function vectorOf({ vectors }: KeptPoint, wanted: unknown): Body {
  if (wanted !== true) return {}
  const own = vectors.get("")
  return {
    vector:
      own === undefined ? Object.fromEntries([...vectors].map(([name, each]) => [name, [...each]])) : [...own]
  }
}
