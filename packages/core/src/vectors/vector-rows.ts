import { isSynclineError } from "@syncline/clock"
import { equalBytes } from "../codec/hex.ts"
import { collectionOf } from "../document/document-id.ts"
import { readRow, refused } from "../projection/project-table.ts"
import type { CellValue } from "../projection/projected-content.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import type { SinkContext } from "../projection/sink.ts"
import type { NamedColumn } from "../projection/table.ts"
import type { MadeRows, RowMaker } from "../projection/table-part.ts"
import { chunkText, type ChunkOptions, type TextChunk } from "./chunk-text.ts"
import type { Embedder } from "./embedder.ts"
import type { EmbeddingAccount } from "./embedding-account.ts"
import { EmbeddingCache } from "./embedding-cache.ts"
import type { EmbeddingLimits } from "./embedding-limits.ts"
import { EmbeddingQueue } from "./embedding-queue.ts"
import { EmbeddingUpkeep } from "./embedding-upkeep.ts"
import { vectorHash } from "./vector-hash.ts"

/** `VectorsOptions.text` with the type of what it reads gone. */
export type VectorTexts = (value: unknown, document: DurableDocument) => string | null | undefined

/** A table with vectors, checked. */
export interface VectorSettings {
  readonly name: string
  readonly collection: string
  readonly embed: Embedder
  readonly chunk: ChunkOptions | false
  readonly limits: EmbeddingLimits
  readonly account: EmbeddingAccount
  readonly keepFormerDays: number
  readonly columns: readonly NamedColumn[]
  readonly text: VectorTexts
}

const nothing: MadeRows = { tables: [], sizeBytes: 0 }

/** Makes the rows of documents in one table with vectors. */
export class VectorRows implements RowMaker {
  readonly #settings: VectorSettings
  readonly #queue: EmbeddingQueue
  readonly #cache: EmbeddingCache
  readonly #upkeep: EmbeddingUpkeep
  /** Rows being made, of which version: a search may want those that the projector is making. */
  readonly #making = new Map<string, { readonly digest: Uint8Array; readonly rows: Promise<MadeRows> }>()

  constructor(settings: VectorSettings, { ports, values }: Pick<SinkContext, "ports" | "values">) {
    const { name: table, collection, embed, limits, account, keepFormerDays } = settings
    const owner = { id: embed.id, version: embed.version, collection, table }
    this.#settings = settings
    this.#queue = new EmbeddingQueue(embed, limits, ports, account)
    this.#cache = new EmbeddingCache(values, owner, embed.dimensions)
    this.#upkeep = new EmbeddingUpkeep(owner, keepFormerDays, { values, ports })
    this.#upkeep.start()
  }

  rowsOf(document: DurableDocument): MadeRows | Promise<MadeRows> {
    if (!this.#isOurs(document)) return nothing
    const { id, digest } = document
    const making = this.#making.get(id)
    if (making !== undefined && equalBytes(making.digest, digest)) return making.rows
    const one = { digest, rows: this.#embedded(document) }
    this.#making.set(id, one)
    return one.rows.finally(() => {
      if (this.#making.get(id) === one) this.#making.delete(id)
    })
  }

  /** The vector of a text that is searched for. As `EmbeddingQueue.embedNow`. */
  vectorOf(text: string, signal: AbortSignal | undefined): Promise<Float32Array> {
    return this.#queue.embedNow(text, signal)
  }

  async forget(document: DurableDocument): Promise<void> {
    if (this.#isOurs(document)) await this.#cache.keep(document.id, [], new Map())
  }

  close(): void {
    this.#upkeep.close()
    this.#queue.close()
  }

  #isOurs({ id }: DurableDocument): boolean {
    return collectionOf(id) === this.#settings.collection
  }

  async #embedded(document: DurableDocument): Promise<MadeRows> {
    const { name, columns, embed } = this.#settings
    const payload = readRow(name, columns, document.value, document, 0)
    const chunks = this.#chunksOf(document)
    const vectors = await this.#vectorsOf(document, chunks)
    const rows = chunks.map(({ text, start }, i): CellValue[] => {
      const hash = vectorHash(vectors[i] as Float32Array)
      return [text, start, `${embed.id}@${embed.version}`, hash, ...payload]
    })
    const sizeBytes = chunks.reduce((sum, { text }) => sum + 64 + 2 * text.length + 4 * embed.dimensions, 0)
    return { tables: [{ table: 0, rows, vectors }], sizeBytes }
  }

  #chunksOf(document: DurableDocument): readonly TextChunk[] {
    const { chunk } = this.#settings
    const text = this.#textOf(document)
    if (text.trim() === "") return []
    return chunk === false ? [{ text, start: 0 }] : chunkText(text, chunk)
  }

  #textOf(document: DurableDocument): string {
    const { name, text } = this.#settings
    try {
      const read: unknown = text(document.value, document) ?? ""
      if (typeof read !== "string") throw new TypeError(`the mapping gave ${typeof read} as text`)
      return read.toWellFormed()
    } catch (cause) {
      throw refused(`${name}.text`, document, cause)
    }
  }

  async #vectorsOf(
    document: DurableDocument,
    chunks: readonly TextChunk[]
  ): Promise<readonly Float32Array[]> {
    const texts = chunks.map(({ text }) => text)
    const known = await this.#cache.find(new Set(texts))
    this.#settings.account.addCached(known.size)
    const missing = [...new Set(texts)].filter(text => !known.has(text))
    const made = new Map<string, Float32Array>()
    if (missing.length > 0) {
      const vectors = await this.#embed(missing, document)
      missing.forEach((text, i) => made.set(text, vectors[i] as Float32Array))
    }
    await this.#cache.keep(document.id, texts, made)
    return texts.map(text => (known.get(text) ?? made.get(text)) as Float32Array)
  }

  async #embed(texts: readonly string[], document: DurableDocument): Promise<readonly Float32Array[]> {
    try {
      return await this.#queue.embed(texts)
    } catch (error) {
      if (!isSynclineError(error, "embedding-refused")) throw error
      throw refused(`${this.#settings.name}.vector`, document, error)
    }
  }
}
