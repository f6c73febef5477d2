import { column } from "../projection/column.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import type { Sink } from "../projection/sink.ts"
import type { VectorDistance } from "../projection/table-layout.ts"
import type { Embedder } from "../vectors/embedder.ts"
import { featureHashing } from "../vectors/feature-hashing.ts"
import { type VectorDefinition, vectors } from "../vectors/vectors.ts"
import type { SeededRandom } from "./seeded-random.ts"
import { noteId, SinkWorkbench } from "./sink-workbench.ts"

/** A place for a sink with vectors, empty, and what can be done to it behind its back. */
export interface VectorSinkFixture {
  /** The sink over this place; every call gives another object, as another start of the application would. */
  sink(tables: readonly VectorDefinition[]): Sink
  readonly damage: {
    /** Puts another vector under a row. */
    setVector(table: string, id: string, ordinal: number, vector: Float32Array): Promise<void> | void
    /** Takes the vector of a row away, and leaves what else there is of it. */
    removeVector(table: string, id: string, ordinal: number): Promise<void> | void
  }
  readonly remove?: () => Promise<void> | void
}

/** Makes a fresh fixture for each case. */
export type MakeVectorSink = () => VectorSinkFixture | Promise<VectorSinkFixture>

/** What the documents of the contract hold. */
interface VectorNote {
  readonly body: string
  readonly topic: string
  readonly size: number
}

const dimensions = 16

/** The contract's table: chunks of a note's body. */
export function contractVectors(
  options: { readonly distance?: VectorDistance; readonly embed?: Embedder } = {}
): VectorDefinition {
  return vectors<VectorNote>("note_chunks", {
    collection: "notes",
    text: note => note.body,
    embed: featureHashing({ dimensions }),
    chunk: { size: 64 },
    payload: {
      topic: column.text(note => note.topic, { index: true }),
      size: column.integer(note => note.size)
    },
    ...options
  })
}

/** A vector sink of the contract with a source of documents beside it. */
export class VectorBench extends SinkWorkbench<
  Pick<VectorSinkFixture, "sink" | "damage"> & { sink(): Sink }
> {
  readonly definition: VectorDefinition

  constructor(fixture: VectorSinkFixture, definition?: VectorDefinition) {
    const table = definition ?? contractVectors()
    super({ sink: () => fixture.sink([table]), damage: fixture.damage })
    this.definition = table
  }

  /** Commits a note as its next version. */
  putNote(key: string | number, body: string, topic = "sea", size: number = body.length): DurableDocument {
    return this.source.put(noteId(key), { body, topic, size })
  }

  /** What a text becomes. */
  async vectorOf(text: string): Promise<Float32Array> {
    const [vector = []] = await this.definition.embed.embed([text], { signal: new AbortController().signal })
    return Float32Array.from(vector)
  }
}

const words =
  "tide lamp gull rope salt wharf storm anchor mist shell drift keel buoy north ferry cabin letter evening window quiet".split(
    " "
  )

/** Some sentences. */
export function randomBody(random: SeededRandom): string {
  return Array.from({ length: random.integer(12) }, () => {
    const length = 1 + random.integer(9)
    return `${Array.from({ length }, () => words[random.integer(words.length)]).join(" ")}.`
  }).join(" ")
}
