import { sqliteVecSink } from "@syncline/adapters/sqlite-vec"
import { column, type Sink } from "@syncline/core"
import {
  type Embedder,
  type EmbeddingLimits,
  featureHashing,
  type VectorDefinition,
  vectors
} from "@syncline/core/vectors"
import { type Package, packages } from "./package-document.ts"

/** READMEs as vectors. */
export interface ReadmeSearch {
  readonly definition: VectorDefinition
  readonly embedder: Embedder
  readonly sink: Sink
}

/** UTF-16 units aimed at. An embedder that knows words only does better with little text at a time. */
export const chunkSize = 600

/** What of a package is searched. */
export function searchedText({ name, description, readme }: Package): string {
  return `${name}\n\n${description}\n\n${readme}`
}

/** A sink with a vector for each chunk of each README, in a file of its own. */
export function readmeSearch(
  path: string,
  name = "search",
  embedder: Embedder = featureHashing(),
  limits: Partial<EmbeddingLimits> = {}
): ReadmeSearch {
  const definition = vectors<Package>("readme_chunks", {
    collection: packages,
    text: searchedText,
    chunk: { size: chunkSize },
    embed: embedder,
    limits,
    payload: { license: column.text(each => each.license, { index: true }) }
  })
  return {
    definition,
    embedder,
    sink: sqliteVecSink(path, { name, tables: [definition] })
  }
}
