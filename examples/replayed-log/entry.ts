import { type ContainerKind, coreError } from "@syncline/core"
import { maxNesting } from "@syncline/core/engine"

/** What is no container. */
export type Scalar = null | boolean | number | string

/** A value in an entry: a scalar, or a container with the id it has from then on. */
export type Cell = Scalar | { readonly id: string; readonly kind: ContainerKind; readonly content: Content }
type Content = number | string | readonly Cell[] | readonly (readonly [string, Cell])[]

/** Adds to a counter, sets or removes a key of a map, or replaces a stretch of a list or text. */
export type Edit =
  | { readonly on: string; readonly by: number }
  | { readonly on: string; readonly key: string; readonly cell?: Cell }
  | {
      readonly on: string
      readonly at: number
      readonly remove: number
      readonly insert: string | readonly Cell[]
    }

/** One change, as it is written down: an update is one of them as JSON, a snapshot all of them in order. */
export interface Entry {
  readonly name: string
  /** One more than that of the latest entry it follows: Lamport's clock. */
  readonly time: number
  /** Names of the entries it follows directly. */
  readonly after: readonly string[]
  readonly edits: readonly Edit[]
}

/** All replicas execute all entries in this order, so all have the same in the end. */
export const inOrder = (a: Entry, b: Entry): number => a.time - b.time || (a.name < b.name ? -1 : 1)

/** Entries as bytes. */
export function encode(entries: readonly Entry[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(entries))
}

/** Whatever bytes a peer sends, what comes out has the form of entries, or it is refused. */
export function decode(bytes: Uint8Array): readonly Entry[] {
  try {
    const entries: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
    if (Array.isArray(entries) && entries.every(isEntry)) return entries
  } catch (cause) {
    throw coreError("engine-update-invalid", "the bytes are no JSON", { cause })
  }
  throw coreError("engine-update-invalid", "the bytes are no entries of a log")
}

const isText = (value: unknown): value is string => typeof value === "string" && value.isWellFormed()
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

function isEntry(value: unknown): value is Entry {
  const { name, time, after, edits } = (value ?? {}) as Record<string, unknown>
  const isNamed = isText(name) && isCount(time) && Array.isArray(after) && after.every(isText)
  return isNamed && Array.isArray(edits) && edits.every(isEdit)
}

function isEdit(value: unknown): value is Edit {
  const { on, by, key, cell, at, remove, insert } = (value ?? {}) as Record<string, unknown>
  if (!isText(on)) return false
  if (by !== undefined) return Number.isSafeInteger(by)
  if (key !== undefined) return isText(key) && (cell === undefined || isCell(cell, 0))
  const isList = Array.isArray(insert) && insert.every(each => isCell(each, 0))
  return isCount(at) && isCount(remove) && (isText(insert) || isList)
}

function isCell(value: unknown, depth: number): value is Cell {
  if (value === null || typeof value === "boolean" || Number.isFinite(value) || isText(value)) return true
  const { id, kind, content } = Object(value) as Record<string, unknown>
  if (!isText(id) || depth > maxNesting) return false
  if (kind === "text") return isText(content)
  if (kind === "counter") return content === 0
  if (!Array.isArray(content)) return false
  if (kind === "list") return content.every(each => isCell(each, depth + 1))
  const isPair = (pair: unknown) => Array.isArray(pair) && isText(pair[0]) && isCell(pair[1], depth + 1)
  return kind === "map" && content.every(isPair)
}
