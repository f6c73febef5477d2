import { isSynclineError } from "@syncline/clock"
import { collectionOf } from "../document/document-id.ts"
import { readRow, refused } from "../projection/project-table.ts"
import type { CellValue } from "../projection/projected-content.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import type { SinkContext } from "../projection/sink.ts"
import type { NamedColumn } from "../projection/table.ts"
import type { MadeRows, RowMaker } from "../projection/table-part.ts"
import { chunkText, type ChunkOptions, type TextChunk } from "./chunk-text.ts"
import type { Embedder } from "./embedder.ts"
import { EmbeddingCache } from "./embedding-cache.ts"
import type { EmbeddingLimits } from "./embedding-limits.ts"
import { EmbeddingQueue } from "./embedding-queue.ts"
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
  readonly columns: readonly NamedColumn[]
  readonly text: VectorTexts
}

const nothing: MadeRows = { tables: [], sizeBytes: 0 }

/** Makes the rows of documents in one table with vectors. */
export class VectorRows implements RowMaker {
  readonly #settings: VectorSettings
  readonly #queue: EmbeddingQueue
  readonly #cache: EmbeddingCache

  constructor(settings: VectorSettings, { ports, values }: Pick<SinkContext, "ports" | "values">) {
    const { name, embed, limits } = settings
    this.#settings = settings
    this.#queue = new EmbeddingQueue(embed, limits, ports)
    this.#cache = new EmbeddingCache(values, embed, name)
  }

  rowsOf(document: DurableDocument): MadeRows | Promise<MadeRows> {
    return this.#isOurs(document) ? this.#embedded(document) : nothing
  }

  async forget(document: DurableDocument): Promise<void> {
    if (this.#isOurs(document)) await this.#cache.keep(document.id, [], new Map())
  }

  close(): void {
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
