import { sqliteVecSink } from "@syncline/adapters/sqlite-vec"
import { type DocumentId, parseDocumentId, type Sink, systemPorts } from "@syncline/core"
import { SyntheticSource } from "@syncline/core/testing"
import { type Embedder, type VectorDefinition, vectors } from "@syncline/core/vectors"
import { seededRandom } from "../harness/seeded-random.ts"

/** As small embedding models have. */
export const dimensions = 384

interface Point {
  readonly body: string
}

/** Documents with a short text each, and a random vector for each text, made beforehand: embedding is not what is measured. */
export class Points {
  readonly source: SyntheticSource = new SyntheticSource(systemPorts())
  readonly ids: readonly DocumentId[]
  readonly #vectors = new Map<string, Float32Array>()

  constructor(count: number) {
    const random = seededRandom(count)
    this.ids = Array.from({ length: count }, (_, i) => parseDocumentId(`points/${i}`))
    for (const id of this.ids) {
      this.#vectors.set(
        id,
        Float32Array.from({ length: dimensions }, () => random() - 0.5)
      )
      this.source.put(id, { body: id })
    }
  }

  /** The vector of each document, in order. */
  get all(): readonly Float32Array[] {
    return this.ids.map(id => this.vectorOf(id))
  }

  /** The table that the documents have vectors in. */
  definition(): VectorDefinition {
    const embed: Embedder = {
      id: "known",
      version: "1",
      dimensions,
      embed: async texts => texts.map(text => this.vectorOf(text))
    }
    return vectors<Point>("points", { collection: "points", text: point => point.body, embed })
  }

  sink(path: string): Sink {
    return sqliteVecSink(path, { tables: [this.definition()] })
  }

  vectorOf(text: string): Float32Array {
    const vector = this.#vectors.get(text)
    if (vector === undefined) throw new RangeError(`${text} has no vector`)
    return vector
  }
}
