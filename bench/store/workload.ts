import type { DocumentId, DocumentWrite, StoreBatch } from "@syncline/core"
import { seededRandom } from "../harness/seeded-random.ts"

// Sizes of a keystroke's packed record and of the head of a document with a few writers.
const recordBytes = 120
const bodyBytes = 60

/** Batches that continue a log, over a set of documents; bytes are random, so that nothing compresses or repeats. */
export class Workload {
  readonly #random: () => number
  readonly #ids: readonly DocumentId[]
  #position = 0

  constructor(documents: number, seed: number) {
    this.#random = seededRandom(seed)
    this.#ids = Array.from({ length: documents }, (_, index) => `notes/${shuffled(index)}` as DocumentId)
  }

  /** Position of the last record made. */
  get position(): number {
    return this.#position
  }

  /** Every document once, in an order unlike that of the ids. */
  everyDocument(): StoreBatch {
    return { documents: this.#ids.map(id => this.#write(id)) }
  }

  /** One batch of `size` documents' records, each document at most once. */
  batch(size: number): StoreBatch {
    const ids = new Set<DocumentId>()
    while (ids.size < Math.min(size, this.#ids.length))
      ids.add(this.#ids[Math.floor(this.#random() * this.#ids.length)] ?? ("notes/0" as DocumentId))
    return { documents: [...ids].map(id => this.#write(id)) }
  }

  #write(id: DocumentId): DocumentWrite {
    const position = ++this.#position
    const head = { id, digest: this.#bytes(32), position, body: this.#bytes(bodyBytes) }
    return { head, record: { bytes: this.#bytes(recordBytes), logHash: this.#bytes(16) } }
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.#random() * 256))
  }
}

/** Spreads ids over the index as random keys do, without repeating any below 2³². */
function shuffled(index: number): string {
  return (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(36).padStart(7, "0")
}
