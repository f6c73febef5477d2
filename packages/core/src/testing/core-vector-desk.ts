import type { JsonObject } from "../document/json.ts"
import { silentLogger, systemPorts } from "../ports/system-ports.ts"
import { defineProjection } from "../projection/projection.ts"
import { openProjector, type Projector } from "../projection/projector.ts"
import type { Embedder } from "../vectors/embedder.ts"
import { featureHashing } from "../vectors/feature-hashing.ts"
import { type VectorDefinition, vectors, type VectorsOptions } from "../vectors/vectors.ts"
import { ManualTimers } from "./manual-timers.ts"
import { memorySink, MemorySinkPlace } from "./memory-sink.ts"
import { contractSealKey, noteId } from "./sink-workbench.ts"
import { SyntheticSource } from "./synthetic-source.ts"

/** What the documents of the desk hold. */
export interface DeskNote {
  readonly body: string
  readonly topic?: string
}

/** An embedder that notes what it is asked, and fails when told to. */
interface WatchedEmbedder {
  /** Texts it was asked for and gave vectors of. */
  readonly asked: string[]
  readonly faults: { fails: (texts: readonly string[]) => boolean }
  readonly embedder: Embedder
}

/** Feature hashing, watched. */
function watchedEmbedder(): WatchedEmbedder {
  const asked: string[] = []
  const faults: WatchedEmbedder["faults"] = { fails: () => false }
  const inner = featureHashing({ dimensions: 16 })
  const embedder: Embedder = {
    ...inner,
    embed: async (texts, options) => {
      if (faults.fails(texts)) throw new Error("503")
      asked.push(...texts)
      return inner.embed(texts, options)
    }
  }
  return { asked, faults, embedder }
}

/** Notes, a sink in memory with a table of their vectors, and time that passes when told to. */
export interface VectorDesk extends WatchedEmbedder {
  readonly source: SyntheticSource
  readonly timers: ManualTimers
  readonly definition: VectorDefinition
  readonly projector: Projector
  /** Another projector over the same sink. */
  readonly start: () => Promise<Projector>
  /** Commits a note; the sink does not have it yet. */
  readonly commit: (key: string | number, body: string | undefined, more?: JsonObject) => void
  /** Commits a note, and waits for the sink. */
  readonly put: (key: string | number, body: string | undefined, more?: JsonObject) => Promise<void>
}

/** Sets up notes with vectors; the embedder is tried once. A place and a source that were in use before go on. */
export async function vectorDesk(
  options: Partial<VectorsOptions<DeskNote>> = {},
  place: MemorySinkPlace = new MemorySinkPlace(),
  former?: Pick<VectorDesk, "source" | "timers">
): Promise<VectorDesk> {
  const timers = former?.timers ?? new ManualTimers()
  const source = former?.source ?? new SyntheticSource({ ...systemPorts(), timers, logger: silentLogger })
  const watched = watchedEmbedder()
  const definition = vectors<DeskNote>("chunks", {
    collection: "notes",
    text: note => note.body,
    embed: watched.embedder,
    limits: { attempts: 1 },
    ...options
  })
  const sink = memorySink(place, { projection: defineProjection([definition]) })
  const start = (): Promise<Projector> =>
    openProjector(source, sink, { sealKey: contractSealKey, strategy: { kind: "write-through" } })
  const projector = await start()
  const commit = (key: string | number, body: string | undefined, more: JsonObject = {}): void =>
    void source.put(noteId(key), body === undefined ? undefined : { body, ...more })
  return {
    ...watched,
    source,
    timers,
    definition,
    projector,
    start,
    commit,
    put: async (key, body, more) => {
      commit(key, body, more)
      await timers.run(projector.drain())
    }
  }
}
