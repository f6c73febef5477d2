import { sha256 } from "#platform"
import type { OrderKey } from "./order-key.ts"
import type { Projection } from "./projection.ts"
import type { ProjectedContent } from "./projected-content.ts"

/** A row as it lies in a sink, for sealing. Values as the backend gives them, whatever they are. */
export interface SealedRow {
  readonly table: string
  readonly ordinal: unknown
  readonly values: readonly unknown[]
}

/** What a seal covers. Rows by table in the projection's order, then by ordinal. */
export interface SealedRecord {
  readonly id: string
  readonly key: OrderKey
  readonly digest: Uint8Array
  readonly deleted: boolean
  readonly rows: readonly SealedRow[]
}

/** Length of a seal: a forger without the key needs 2^127 tries on average, and rows stay short. */
export const sealLength = 16

// The key fills SHA-256's first block, so that content begins at a block of its own.
const keyBlock = 64
const lengthField = 8

/**
 * Makes keyed hashes over what a sink holds about a document.
 *
 * SHA-256 over key, length and content, cut to 16 bytes. The length in front makes the hashed strings prefix-free, for
 * which keyed plain Merkle-Damgård is sound (Coron et al., CRYPTO 2005, section 3); no second pass as in HMAC is needed.
 */
export class Sealer {
  readonly #encoder = new TextEncoder()
  #buffer: Uint8Array

  /** `sealKey`: 32 bytes, secret. */
  constructor(sealKey: Uint8Array) {
    this.#buffer = new Uint8Array(4096)
    this.#buffer.set(sealKey.subarray(0, keyBlock))
  }

  /** The seal of a record, 16 bytes. */
  seal(record: SealedRecord): Uint8Array {
    return this.hash(recordText(record)).subarray(0, sealLength)
  }

  /** Keyed SHA-256 of a text, 32 bytes: names exactly that text. */
  hash(text: string): Uint8Array {
    const start = keyBlock + lengthField
    this.#reserve(start + text.length * 3)
    const { written } = this.#encoder.encodeInto(text, this.#buffer.subarray(start))
    new DataView(this.#buffer.buffer).setBigUint64(keyBlock, BigInt(written))
    return sha256(this.#buffer.subarray(0, start + written))
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(length)))
    larger.set(this.#buffer.subarray(0, keyBlock))
    this.#buffer = larger
  }
}

/** The rows of projected content as they will lie in the sink. */
export function sealedRows(projection: Projection, content: ProjectedContent): SealedRow[] {
  return content.tables.flatMap(({ table, rows }) =>
    rows.map((values, ordinal) => ({ table: projection.tables[table]?.name ?? "", ordinal, values }))
  )
}

/** One text for one record and no other: every part says its length or cannot contain what follows it. */
export function recordText({ id, key, digest, deleted, rows }: SealedRecord): string {
  let text = `${cellText(id)}${key.generation},${key.projection},${key.height},${deleted ? 1 : 0};${cellText(digest)}`
  for (const row of rows) text += rowText(row)
  return text
}

/** One text for one row and no other. */
export function rowText({ table, ordinal, values }: SealedRow): string {
  let text = `${table}(${cellText(ordinal)}`
  for (const value of values) text += cellText(value)
  return `${text})`
}

/** One text for one cell and no other. Numbers and bigints of equal value are the same cell. */
export function cellText(value: unknown): string {
  if (typeof value === "string") return `s${value.length}:${value}`
  if (typeof value === "number" || typeof value === "bigint") return `d${value};`
  if (value instanceof Uint8Array) return `b${value.length}:${latin1(value)}`
  if (value === null) return "n"
  throw new TypeError(`a sink gave a ${typeof value}, which no table holds`)
}

/** One character per byte, in pieces that fit on a call's stack. */
function latin1(bytes: Uint8Array): string {
  const piece = 4096
  let text = ""
  for (let at = 0; at < bytes.length; at += piece)
    text += String.fromCharCode.apply(undefined, bytes.subarray(at, at + piece) as unknown as number[])
  return text
}
