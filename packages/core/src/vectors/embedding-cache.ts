import { sha256 } from "#platform"
import { toHex } from "../codec/hex.ts"
import type { SinkValues } from "../projection/sink.ts"
import type { ValueWrite } from "../store/store.ts"
import { documentSpace, type EmbeddingOwner, vectorSpace } from "./embedding-places.ts"
import { KeyedTurns } from "./keyed-turns.ts"
import { vectorBytes, vectorOfBytes } from "./vector-hash.ts"

const hashBytes = 16

/** Texts with the vector of each, where it is known. */
export type KnownVectors = Map<string, Float32Array>

/** Two sinks may have one table: what one notes of a document must not come between what the other reads and writes of it. */
const turnsByStore = new WeakMap<SinkValues, KeyedTurns>()

/**
 * Vectors of texts that were embedded before, in the replica's store: by embedder, its version, and a hash of the text. What a document's
 * texts were last is kept, too: what it has no more is forgotten, so that there is about as much here as there are chunks.
 * (A text that another document has as well is then embedded once more when that one changes.)
 */
export class EmbeddingCache {
  readonly #values: SinkValues
  readonly #turns: KeyedTurns
  readonly #vectors: string
  readonly #documents: string
  readonly #dimensions: number

  /** @param owner whose documents' texts these are: the same document may have others in another table. */
  constructor(values: SinkValues, owner: EmbeddingOwner, dimensions: number) {
    this.#values = values
    this.#turns = turnsByStore.get(values) ?? new KeyedTurns()
    turnsByStore.set(values, this.#turns)
    this.#vectors = vectorSpace(owner)
    this.#documents = documentSpace(owner)
    this.#dimensions = dimensions
  }

  /** The vectors known of these texts. */
  async find(texts: Iterable<string>): Promise<KnownVectors> {
    const known: KnownVectors = new Map()
    await Promise.all(
      [...texts].map(async text => {
        const bytes = await this.#values.read(this.#vectors, keyOf(text))
        // What somebody damaged is made again.
        if (bytes?.length === 4 * this.#dimensions) known.set(text, vectorOfBytes(bytes))
      })
    )
    return known
  }

  /** Keeps vectors that were made, and that a document has these texts now. Writes nothing where nothing changed. */
  keep(document: string, texts: readonly string[], made: KnownVectors): Promise<void> {
    return this.#turns.run(`${this.#documents} ${document}`, () => this.#keep(document, texts, made))
  }

  async #keep(document: string, texts: readonly string[], made: KnownVectors): Promise<void> {
    const hashes = new Map(texts.map(text => [keyOf(text), hashOf(text)]))
    const keys = [...hashes.keys()]
    const before = hashesOf(await this.#values.read(this.#documents, document))
    const writes: ValueWrite[] = before
      .filter(key => !hashes.has(key))
      .map(key => ({ space: this.#vectors, key, value: null }))
    for (const [text, vector] of made)
      writes.push({ space: this.#vectors, key: keyOf(text), value: vectorBytes(vector) })
    const isSame = keys.length === before.length && keys.every((key, i) => key === before[i])
    if (!isSame) {
      const value = keys.length === 0 ? null : joined([...hashes.values()])
      writes.push({ space: this.#documents, key: document, value })
    }
    if (writes.length > 0) await this.#values.write(writes)
  }
}

/** The hashes noted of a document, in hex. */
export function hashesOf(noted: Uint8Array = new Uint8Array()): readonly string[] {
  return Array.from({ length: Math.floor(noted.length / hashBytes) }, (_, i) =>
    toHex(noted.subarray(i * hashBytes, (i + 1) * hashBytes))
  )
}

function keyOf(text: string): string {
  return toHex(hashOf(text))
}

function hashOf(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text)).subarray(0, hashBytes)
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashBytes * hashes.length)
  hashes.forEach((hash, i) => bytes.set(hash, hashBytes * i))
  return bytes
}
