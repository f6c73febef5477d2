import { sqliteStore } from "@syncline/adapters/sqlite"
import { openReplica, type Replica } from "@syncline/core"
import { migrateSink, type SinkMigration } from "@syncline/core/migration"
import { type Embedder, featureHashing } from "@syncline/core/vectors"
import { yjs } from "@syncline/core/yjs"
import { packages } from "./package-document.ts"
import { type ReadmeSearch, readmeSearch } from "./readme-chunks.ts"

/** Where everything lies. */
export interface EmbeddingPlace {
  readonly store: string
  readonly stateDirectory: string
  readonly former: string
  readonly next: string
}

/** A replica that moves its READMEs to another embedding. */
export interface EmbeddingMigration {
  readonly replica: Replica
  readonly migration: SinkMigration
  readonly next: ReadmeSearch
}

/** Shorter vectors than before: another model, as far as a sink can tell. */
const dimensions = 128

/** Opens it, where it was if it was begun before. `onCall` comes before each call of the new embedder. */
export async function openEmbeddingMigration(
  place: EmbeddingPlace,
  onCall: () => Promise<void> = async () => {}
): Promise<EmbeddingMigration> {
  const hashing = featureHashing({ dimensions })
  const embedder: Embedder = {
    ...hashing,
    embed: async (texts, options) => {
      await onCall()
      return hashing.embed(texts, options)
    }
  }
  // One call at a time: when the n-th begins, what the ones before it gave is kept, but for the last.
  const next = readmeSearch(place.next, "search-next", embedder, { concurrency: 1 })
  const migration = migrateSink({ from: readmeSearch(place.former).sink, to: next.sink })
  const replica = await openReplica({
    store: sqliteStore(place.store, { stateDirectory: place.stateDirectory }),
    engine: yjs(),
    collections: [packages],
    sinks: [migration]
  })
  return { replica, migration, next }
}
