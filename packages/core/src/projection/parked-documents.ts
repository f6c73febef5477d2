import { isSynclineError } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { ValueWrite } from "../store/store.ts"
import { valuePages } from "../store/value-pages.ts"
import type { ProjectionSource } from "./projection-source.ts"

/** A document that a sink lacks because of what is in it. It is tried again when it changes, and when somebody asks. */
export interface ParkedDocument {
  readonly id: DocumentId
  /** Log position of the refused state. */
  readonly position: number
  /** Who refused it: the mapping that makes rows of it, or the sink that was given them. */
  readonly by: "mapping" | "sink"
  /** `table.column` (or the table) where the mapping gave up, if it got that far. */
  readonly path?: string
  readonly message: string
}

/**
 * So many refusals without a single document that went in between: the mapping (or the sink's rules) is wrong, not the documents.
 * The projector stops and says so, instead of going through everything for nothing.
 */
const maxRefusedInRow = 1000

/** What the list may take of memory: an entry has some 200 bytes. Above it, parking has become the rule. */
const maxParkedDocuments = 100_000

const pageSize = 1000

/** The parked documents of one sink, each kept in the store as a value of its own, with the projection version it belongs to. */
export class ParkedDocuments {
  readonly #source: ProjectionSource
  readonly #sink: string
  readonly #projection: number
  readonly #byId = new Map<DocumentId, ParkedDocument>()
  readonly #unsaved = new Set<DocumentId>()
  /** Off the list since they changed, and neither in nor refused again yet. */
  readonly #triedAgain = new Set<DocumentId>()
  #refusedInRow = 0

  private constructor(source: ProjectionSource, sink: string, projection: number) {
    this.#source = source
    this.#sink = sink
    this.#projection = projection
  }

  /** Reads what was saved under this projection version; a new mapping starts with none. */
  static async load(source: ProjectionSource, sink: string, projection: number): Promise<ParkedDocuments> {
    const parked = new ParkedDocuments(source, sink, projection)
    const pages = valuePages((after, limit) => source.listValues(parked.#space, after, limit), pageSize)
    for await (const page of pages) for (const { key, value } of page) parked.#take(key as DocumentId, value)
    await parked.save()
    return parked
  }

  /** How many there are. */
  get size(): number {
    return this.#byId.size
  }

  /** The first of them, in the order of parking; all without a limit. */
  list(limit: number = Infinity): readonly ParkedDocument[] {
    const listed: ParkedDocument[] = []
    for (const parked of this.#byId.values()) if (listed.push(parked) >= limit) break
    return listed
  }

  /** The entry of a document, if it is parked. */
  get(id: DocumentId): ParkedDocument | undefined {
    return this.#byId.get(id)
  }

  /**
   * Parks a document.
   *
   * @throws SynclineError `projection-invalid` when nothing but refusals come, or there are too many.
   */
  park(id: DocumentId, position: number, error: unknown, by: ParkedDocument["by"]): ParkedDocument {
    // That one is refused which was before says nothing about all others.
    const isKnown = this.#byId.has(id) || this.#triedAgain.delete(id)
    if (!isKnown && (++this.#refusedInRow > maxRefusedInRow || this.#byId.size >= maxParkedDocuments))
      throw this.#tooMany(id, error, by)
    const path = isSynclineError(error) ? error.details["path"] : undefined
    const message = error instanceof Error ? error.message : String(error)
    const parked = { id, position, by, message, ...(typeof path === "string" ? { path } : {}) }
    this.#byId.set(id, parked)
    this.#unsaved.add(id)
    return parked
  }

  /** Documents got in: it is not everything that is refused. */
  gotIn(ids: readonly DocumentId[]): void {
    if (ids.length > 0) this.#refusedInRow = 0
    for (const id of ids) {
      this.#release(id)
      this.#triedAgain.delete(id)
    }
  }

  /** Takes a document that changed, and so is tried again by itself, off the list. */
  tryAgain(id: DocumentId): void {
    if (this.#release(id)) this.#triedAgain.add(id)
  }

  /** Makes changes durable, if there are any. */
  async save(): Promise<void> {
    if (this.#unsaved.size === 0) return
    const ids = [...this.#unsaved]
    await this.#source.writeValues(ids.map(id => this.#write(id)))
    for (const id of ids) this.#unsaved.delete(id)
  }

  #release(id: DocumentId): boolean {
    const isParked = this.#byId.delete(id)
    if (isParked) this.#unsaved.add(id)
    return isParked
  }

  get #space(): string {
    return `projection-parked/${this.#sink}`
  }

  #take(id: DocumentId, value: Uint8Array): void {
    const { projection, ...parked } = JSON.parse(new TextDecoder().decode(value)) as Saved
    if (projection === this.#projection) this.#byId.set(id, { id, ...parked })
    else this.#unsaved.add(id)
  }

  #write(id: DocumentId): ValueWrite {
    const parked = this.#byId.get(id)
    if (parked === undefined) return { space: this.#space, key: id, value: null }
    const { id: _, ...rest } = parked
    const saved: Saved = { projection: this.#projection, ...rest }
    return { space: this.#space, key: id, value: new TextEncoder().encode(JSON.stringify(saved)) }
  }

  #tooMany(id: DocumentId, cause: unknown, by: ParkedDocument["by"]): Error {
    const inRow = this.#refusedInRow > maxRefusedInRow
    const many = inRow ? `${maxRefusedInRow} documents in a row` : `${maxParkedDocuments} documents`
    const mend = by === "mapping" ? "mend the mapping" : "mend what the sink refuses (a constraint, a limit)"
    return coreError(
      "projection-invalid",
      `sink ${this.#sink}: the ${by} refused more than ${many}, ${id} last; ${mend} and open the replica again`,
      { cause, details: { document: id, sink: this.#sink } }
    )
  }
}

interface Saved extends Omit<ParkedDocument, "id"> {
  readonly projection: number
}
