import { sha256Hex } from "#platform"
import type { OrderKey } from "./order-key.ts"
import type { ProjectedContent } from "./projected-content.ts"
import type { TableLayout } from "./table-layout.ts"

/** A row as it lies in a sink, for sealing. Values as the backend gives them, in the table's column order. */
export interface SealedRow {
  readonly table: TableLayout
  readonly ordinal: number | bigint
  readonly values: readonly unknown[]
  /** Not sealed by itself: a column has its hash. */
  readonly vector?: Float32Array
}

/** What a seal covers. Rows in the order of the projection's tables, then by ordinal. */
export interface SealedRecord {
  readonly id: string
  readonly key: OrderKey
  readonly digest: Uint8Array
  readonly deleted: boolean
  readonly rows: readonly SealedRow[]
}

/** Half of SHA-256: a forger without the key needs 2^127 tries on average, and rows stay short. */
const sealDigits = 32

// The key fills SHA-256's first block, so that content begins at a block of its own.
const keyBlock = 64
const lengthField = 8
const start = keyBlock + lengthField

/**
 * Makes keyed hashes over what a sink holds about a document.
 *
 * SHA-256 over key, length and content, cut to 16 bytes. The length in front makes the hashed strings prefix-free, for
 * which keyed plain Merkle-Damgård is sound (Coron et al., CRYPTO 2005, section 3); no second pass as in HMAC is needed.
 *
 * What is hashed is a text that a database can make too, with `||` and `hex()`, so that re-hashing contents need not
 * fetch cell by cell. In it every part is followed by its length and kind; read from its end, it has one meaning:
 *
 * - the record: `generation,projection,height,deleted,rowCount;DIGEST` in upper case hex, the id, `:` and its length;
 * - each row: its cells but for the real ones, `|`, kind and length of each of these (`t` text, `d` decimal integer,
 *   `b` hex of bytes, `n` for NULL), `|`, the real cells as JavaScript writes them, each followed by a comma, `|`, the
 *   ordinal, `|`, the table's name, `)`.
 *
 * Lengths are in bytes of UTF-8.
 */
export class Sealer {
  readonly #encoder = new TextEncoder()
  #buffer = new Uint8Array(4096)
  #at = start

  /** `sealKey`: 32 bytes, secret. */
  constructor(sealKey: Uint8Array) {
    this.#buffer.set(sealKey.subarray(0, keyBlock))
  }

  /** The seal of a record: 32 upper case hex digits. */
  seal({ id, key, digest, deleted, rows }: SealedRecord): string {
    const { generation, projection, height } = key
    this.#put(`${generation},${projection},${height},${deleted ? 1 : 0},${rows.length};`)
    this.#putHex(digest)
    this.#put(`:${this.#put(id)}`)
    for (const row of rows) this.#putRow(row)
    return this.#finish().slice(0, sealDigits).toUpperCase()
  }

  /** The same seal, of the text that a backend made. */
  sealText(text: string): string {
    this.#put(text)
    return this.#finish().slice(0, sealDigits).toUpperCase()
  }

  /** Stands for a document of this digest in the tree of what was written: 32 upper case hex digits. Never equal to a seal, whose text begins with a digit. */
  leaf(key: Uint8Array, digest: Uint8Array, inForce: Pick<OrderKey, "generation" | "projection">): string {
    this.#put(`leaf:${inForce.generation},${inForce.projection};`)
    this.#putHex(key)
    this.#putHex(digest)
    return this.#finish().slice(0, sealDigits).toUpperCase()
  }

  /** Names exactly these rows and the bookkeeping given as text: 64 hex digits. Never equal to the start of a seal. */
  token(bookkeeping: string, rows: readonly SealedRow[]): string {
    this.#put("token:")
    this.#put(`:${this.#put(bookkeeping)}`)
    for (const row of rows) this.#putRow(row)
    return this.#finish()
  }

  #putRow({ table, ordinal, values }: SealedRow): void {
    let kinds = ""
    let reals = ""
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (table.columns[i]?.kind === "real") reals += `${realText(value)},`
      else if (typeof value === "string") kinds += `t${this.#put(value)}`
      else if (value === null) kinds += "n"
      else if (value instanceof Uint8Array) kinds += `b${this.#putHex(value)}`
      else kinds += `d${this.#put(`${value as number | bigint}`)}`
    }
    this.#put(`|${kinds}|${reals}|${ordinal}|${table.name})`)
  }

  /** Appends text; returns its length in bytes. */
  #put(text: string): number {
    this.#reserve(this.#at + text.length * 3)
    if (text.length <= shortText && this.#putAscii(text)) return text.length
    const { written } = this.#encoder.encodeInto(text, this.#buffer.subarray(this.#at))
    this.#at += written
    return written
  }

  /** Appends text if all of it is ASCII. */
  #putAscii(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 127) return false
      this.#buffer[this.#at + i] = unit
    }
    this.#at += text.length
    return true
  }

  /** Appends upper case hex, as SQL's `hex()` writes it; returns its length. */
  #putHex(bytes: Uint8Array): number {
    this.#reserve(this.#at + bytes.length * 2)
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0
      this.#buffer[this.#at + 2 * i] = digits[byte >> 4] ?? 0
      this.#buffer[this.#at + 2 * i + 1] = digits[byte & 15] ?? 0
    }
    this.#at += bytes.length * 2
    return bytes.length * 2
  }

  #finish(): string {
    const end = this.#at
    this.#at = start
    new DataView(this.#buffer.buffer).setUint32(keyBlock + 4, end - start)
    return sha256Hex(this.#buffer.subarray(0, end))
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(length)))
    larger.set(this.#buffer.subarray(0, this.#at))
    this.#buffer = larger
  }
}

/** The rows of projected content as they will lie in the sink. */
export function sealedRows(tables: readonly TableLayout[], content: ProjectedContent): SealedRow[] {
  const sealed: SealedRow[] = []
  for (const { table: index, rows, vectors } of content.tables) {
    const table = tables[index]
    if (table === undefined)
      throw new RangeError(`content names table ${index}, the projection has ${tables.length}`)
    for (let ordinal = 0; ordinal < rows.length; ordinal++) {
      const vector = vectors?.[ordinal]
      const row = { table, ordinal, values: rows[ordinal] ?? [] }
      sealed.push(vector === undefined ? row : { ...row, vector })
    }
  }
  return sealed
}

/** A real cell in a sealed text; its digits name the number exactly (ECMA-262, Number::toString). */
export function realText(value: unknown): string {
  return value === null ? "n" : `${value as number}`
}

const digits = new TextEncoder().encode("0123456789ABCDEF")

/** Up to here a loop in JavaScript is quicker than a call of the encoder. */
const shortText = 64
