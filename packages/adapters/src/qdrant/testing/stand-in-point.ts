import { badFormat, wrongInput } from "./stand-in-error.ts"

/** The vectors of a collection, by name; the one without a name is under "". */
export type VectorConfig = ReadonlyMap<string, { readonly size: number; readonly distance: string }>

/** A point as it is kept. */
export interface KeptPoint {
  readonly id: string | number | bigint
  readonly payload: Record<string, unknown>
  readonly vectors: Map<string, Float32Array>
}

const uuid = /^(?:urn:uuid:)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** Ids are unsigned 64-bit integers or UUIDs, nothing else. */
export function parseId(id: unknown): KeptPoint["id"] {
  if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) return id
  if (typeof id === "bigint" && id >= 0n && id < 2n ** 64n) return id
  if (typeof id === "string" && uuid.test(id)) return id.replace("urn:uuid:", "").toLowerCase()
  throw badFormat(
    `value ${String(id)} is not a valid point ID, valid values are either an unsigned integer or a UUID`
  )
}

/** Numbers before UUIDs. */
export function compareIds(a: KeptPoint["id"], b: KeptPoint["id"]): number {
  if (typeof a === "string") return typeof b === "string" ? (a < b ? -1 : a > b ? 1 : 0) : 1
  return typeof b === "string" ? -1 : a < b ? -1 : a > b ? 1 : 0
}

/** Reads the vectors of a point, in each of the forms they may have, as they will be kept. */
export function parseVectors(config: VectorConfig, sent: unknown): Map<string, Float32Array> {
  if (sent === undefined) throw badFormat("missing field `vector`")
  const named = Array.isArray(sent) ? { "": sent as unknown } : sent
  if (typeof named !== "object" || named === null)
    throw badFormat("data did not match any variant of VectorStruct")
  const vectors = new Map<string, Float32Array>()
  for (const [name, vector] of Object.entries(named)) vectors.set(name, parseVector(config, name, vector))
  return vectors
}

/** Cosine collections keep vectors at length 1. */
export function parseVector(config: VectorConfig, name: string, vector: unknown): Float32Array {
  const expected = config.get(name)
  if (expected === undefined) throw wrongInput(`Not existing vector name error: ${name}`)
  if (!Array.isArray(vector) || !vector.every(each => typeof each === "number"))
    throw badFormat("data did not match any variant of VectorStruct")
  if (vector.length !== expected.size)
    throw wrongInput(`Vector dimension error: expected dim: ${expected.size}, got ${vector.length}`)
  const kept = Float32Array.from(vector)
  if (expected.distance !== "Cosine") return kept
  const length = Math.sqrt(kept.reduce((sum, each) => sum + each * each, 0))
  return length === 0 ? kept : kept.map(each => each / length)
}

/** A payload as it comes out again: numbers that are no integers may be off by the last bit. */
export function keptPayload(payload: unknown): Record<string, unknown> {
  if (payload === undefined || payload === null) return {}
  if (typeof payload !== "object" || Array.isArray(payload)) throw badFormat("payload is no object")
  return moved(payload) as Record<string, unknown>
}

function moved(value: unknown): unknown {
  if (typeof value === "number" && !Number.isInteger(value)) {
    const next = value * (1 + Number.EPSILON)
    return Number.isFinite(next) ? next : value
  }
  if (Array.isArray(value)) return value.map(moved)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, moved(member)]))
}
