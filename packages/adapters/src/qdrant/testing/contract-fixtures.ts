import type { SinkFixture, VectorSinkFixture } from "@syncline/core/testing"
import { featureHashing, vectors } from "@syncline/core/vectors"
import { pointNamespace, rowPointId } from "../points/point-id.ts"
import { QdrantPlace } from "./qdrant-place.ts"
import type { StandInOptions } from "./stand-in-server.ts"

interface Titled {
  readonly title?: string
}

/** The contract's tables, and vectors of each title beside them. */
export async function contractSink(options: StandInOptions = {}): Promise<SinkFixture> {
  const place = await QdrantPlace.make(options)
  const titles = vectors<Titled>("title_chunks", {
    collection: "notes",
    text: note => note.title,
    embed: featureHashing({ dimensions: 16 })
  })
  return {
    sink: tables => place.sink({ tables: [...(tables ?? []), titles] }),
    damage: place.damage,
    remove: () => place.close()
  }
}

/** The contract's table with vectors. */
export async function contractVectorSink(options: StandInOptions = {}): Promise<VectorSinkFixture> {
  const place = await QdrantPlace.make(options)
  const slot = (table: string, id: string, ordinal: number): string =>
    rowPointId(pointNamespace(table, undefined), id, ordinal)
  return {
    sink: tables => place.sink({ tables, exact: options.strict === undefined }),
    damage: {
      setVector: async () => {},
      removeVector: async (table, id, ordinal) => {
        const operation = { delete_vectors: { points: [slot(table, id, ordinal)], vector: [""] } }
        await place.api.batchUpdate({ collection_name: table, wait: true, operations: [operation] })
      }
    },
    remove: () => place.close()
  }
}
