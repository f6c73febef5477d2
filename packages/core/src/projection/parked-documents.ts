import { isSynclineError } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { ProjectionSource } from "./projection-source.ts"

/** A document a sink's mapping refused. It is tried again when it changes. */
export interface ParkedDocument {
  readonly id: DocumentId
  /** Log position of the refused state. */
  readonly position: number
  /** `table.column` (or the table) where the mapping gave up, if it got that far. */
  readonly path?: string
  readonly message: string
}

/**
 * Above this the mapping is wrong, not the documents: the projector stops and says so. It also bounds the list, which
 * is stored as one value.
 */
const maxParkedDocuments = 1000

const space = "projection-parked"

/** The parked documents of one sink, kept in the store under the projection version they belong to. */
export class ParkedDocuments {
  readonly #source: ProjectionSource
  readonly #sink: string
  readonly #projection: number
  readonly #byId: Map<DocumentId, ParkedDocument>
  #changed = false

  private constructor(
    source: ProjectionSource,
    sink: string,
    projection: number,
    parked: readonly ParkedDocument[]
  ) {
    this.#source = source
    this.#sink = sink
    this.#projection = projection
    this.#byId = new Map(parked.map(each => [each.id, each]))
  }

  /** Reads what was saved under this projection version; a new mapping starts with none. */
  static async load(source: ProjectionSource, sink: string, projection: number): Promise<ParkedDocuments> {
    const bytes = await source.readValue(space, sink)
    const saved = bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as Saved)
    return new ParkedDocuments(
      source,
      sink,
      projection,
      saved?.projection === projection ? saved.documents : []
    )
  }

  /** In the order of parking. */
  get list(): readonly ParkedDocument[] {
    return [...this.#byId.values()]
  }

  /** The entry of a document, if it is parked. */
  get(id: DocumentId): ParkedDocument | undefined {
    return this.#byId.get(id)
  }

  /**
   * Parks a document.
   *
   * @throws SynclineError `projection-invalid` when there are too many.
   */
  park(id: DocumentId, position: number, error: unknown): void {
    if (!this.#byId.has(id) && this.#byId.size >= maxParkedDocuments)
      throw coreError(
        "projection-invalid",
        `sink ${this.#sink}: the mapping refused more than ${maxParkedDocuments} documents, ${id} last; mend the mapping and open the replica again`,
        { cause: error, details: { document: id, sink: this.#sink } }
      )
    const path = isSynclineError(error) ? error.details["path"] : undefined
    const message = error instanceof Error ? error.message : String(error)
    this.#byId.set(id, { id, position, message, ...(typeof path === "string" ? { path } : {}) })
    this.#changed = true
  }

  /** Takes a document off the list. */
  release(id: DocumentId): void {
    if (this.#byId.delete(id)) this.#changed = true
  }

  /** Makes changes durable, if there are any. */
  async save(): Promise<void> {
    if (!this.#changed) return
    const saved: Saved = { projection: this.#projection, documents: this.list }
    await this.#source.writeValues([
      { space, key: this.#sink, value: new TextEncoder().encode(JSON.stringify(saved)) }
    ])
    this.#changed = false
  }
}

interface Saved {
  readonly projection: number
  readonly documents: readonly ParkedDocument[]
}
