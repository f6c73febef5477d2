import type { DocumentId } from "../document/document-id.ts"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Longest key in UTF-8 bytes; see `parseDocumentId`. */
const maxKeyBytes = 4096

/** Used for one key after another. */
const scratch = new Uint8Array(maxKeyBytes)

/**
 * The documents of one unit, numbered from 0 in the order they came. Their keys lie one after the other, which takes
 * a key's length and 4 to 6 bytes a document. Documents are never taken out: a deleted one leaves a tombstone.
 */
export class DocumentRoster {
  readonly #base: string
  #keys = new Uint8Array(64)
  #ends = new Uint32Array(4)
  #size = 0

  /** @param base what all ids begin with, without the slash after it. */
  constructor(base: string) {
    this.#base = base
  }

  /** Number of documents. */
  get size(): number {
    return this.#size
  }

  /** Bytes held, spare room included. */
  get byteLength(): number {
    return this.#keys.byteLength + this.#ends.byteLength
  }

  /** Adds a document that is not there yet; gives its number. */
  add(id: DocumentId): number {
    const key = this.#keyOf(id)
    const from = this.#end(this.#size - 1)
    const to = from + key.length
    if (to > this.#keys.length) {
      const more = new Uint8Array(Math.max(to, grown(this.#keys.length)))
      more.set(this.#keys)
      this.#keys = more
    }
    if (this.#size === this.#ends.length) {
      const more = new Uint32Array(grown(this.#ends.length))
      more.set(this.#ends)
      this.#ends = more
    }
    this.#keys.set(key, from)
    this.#ends[this.#size] = to
    return this.#size++
  }

  /** The document with a number. */
  idOf(number: number): DocumentId {
    const key = decoder.decode(this.#keys.subarray(this.#end(number - 1), this.#end(number)))
    return `${this.#base}/${key}` as DocumentId
  }

  /** Which of these numbers is the document's. */
  find(id: DocumentId, numbers: readonly number[]): number | undefined {
    if (numbers.length === 0) return undefined
    const key = this.#keyOf(id)
    return numbers.find(number => this.#has(number, key))
  }

  #has(number: number, key: Uint8Array): boolean {
    const from = this.#end(number - 1)
    if (this.#end(number) - from !== key.length) return false
    for (let i = 0; i < key.length; i++) if (this.#keys[from + i] !== key[i]) return false
    return true
  }

  #end(number: number): number {
    return number < 0 ? 0 : (this.#ends[number] ?? 0)
  }

  /** A key's bytes; a view of what the next one overwrites. */
  #keyOf(id: DocumentId): Uint8Array {
    const from = this.#base.length + 1
    // Nearly all keys are ASCII, and short: an encoder takes longer to be called than to copy them.
    for (let at = from; at < id.length; at++) {
      const unit = id.charCodeAt(at)
      if (unit > 127) return scratch.subarray(0, encoder.encodeInto(id.slice(from), scratch).written)
      scratch[at - from] = unit
    }
    return scratch.subarray(0, id.length - from)
  }
}

function grown(length: number): number {
  return Math.ceil(length * 1.5)
}
