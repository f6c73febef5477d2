import type { SinkSession } from "@syncline/core"
import { contractVectors, noteId, SinkWorkbench } from "@syncline/core/testing"
import type { VectorDefinition } from "@syncline/core/vectors"
import type { QdrantSinkOptions } from "../qdrant-options.ts"
import { QdrantPlace } from "./qdrant-place.ts"
import type { StandInOptions } from "./stand-in-server.ts"

type Options = Omit<QdrantSinkOptions, "url" | "client" | "tables">

/** Notes with vectors of their bodies, in a Qdrant of their own. */
export class VectorNotes extends SinkWorkbench<
  Pick<QdrantPlace, "damage"> & { sink(): ReturnType<QdrantPlace["sink"]> }
> {
  readonly place: QdrantPlace

  constructor(
    place: QdrantPlace,
    options: Options = {},
    tables: readonly VectorDefinition[] = [contractVectors()]
  ) {
    super({ sink: () => place.sink({ tables, ...options }), damage: place.damage })
    this.place = place
  }

  static async make(options: Options = {}, server: StandInOptions = {}): Promise<VectorNotes> {
    return new VectorNotes(await QdrantPlace.make(server), options)
  }

  /** Commits a note as its next version. */
  note(key: string | number, body: string): ReturnType<SinkWorkbench["source"]["put"]> {
    return this.source.put(noteId(key), { body, topic: "sea", size: body.length })
  }

  /** The texts that an open sink finds, nearest to anything first. */
  async texts(session: SinkSession | undefined, limit = 10): Promise<readonly string[]> {
    const query = { table: "note_chunks", vector: new Float32Array(16).fill(0.25), limit }
    return ((await session?.nearest?.(query)) ?? [])
      .map(({ row }) => String(row["text"]))
      .sort((a, b) => (a < b ? -1 : 1))
  }

  /** All points of a collection, with what they have. */
  async points(
    collection: string
  ): Promise<readonly { readonly id: string; readonly payload: Readonly<Record<string, unknown>> }[]> {
    const args = { collection_name: collection, limit: 100, with_payload: true, with_vector: true }
    const { data } = (await this.place.api.scrollPoints(args)) as {
      readonly data: { readonly result: { readonly points: never } }
    }
    return data.result.points
  }
}
