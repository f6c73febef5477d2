import { isSynclineError } from "@syncline/clock"
import { equalBytes } from "../codec/hex.ts"
import { collectionOf, type DocumentId } from "../document/document-id.ts"
import type { LogEnd, StoredHead } from "../store/store.ts"
import type { ParkedDocuments } from "./parked-documents.ts"
import { compareOrderKeys } from "./order-key.ts"
import type { DurableDocument, ProjectionSource } from "./projection-source.ts"
import type { SinkSession, SinkWrite, Watermark } from "./sink.ts"

/** How large a batch may become; whichever is reached first ends it. */
export interface BatchLimits {
  readonly documents: number
  readonly bytes: number
}

/** Brings a source's changes into an open sink, batch by batch. One call of `run` at a time. */
export class ProjectionStep {
  readonly #source: ProjectionSource
  readonly #session: SinkSession
  readonly #parked: ParkedDocuments
  readonly #limits: BatchLimits
  /** Documents applied in a newer state than the log place they were found at, by the position of that state. */
  #applied = new Map<DocumentId, number>()

  constructor(source: ProjectionSource, session: SinkSession, parked: ParkedDocuments, limits: BatchLimits) {
    this.#source = source
    this.#session = session
    this.#parked = parked
    this.#limits = limits
  }

  /**
   * Applies the next batch past the watermark.
   *
   * @returns whether more is left.
   */
  async run(): Promise<boolean> {
    // Read before the heads: what is appended in between is not covered by them.
    const end = this.#source.end
    const after = this.#session.watermark.position
    const heads = await this.#source.changedSince(after, this.#limits.documents)
    const batch = await this.#build(heads)
    const last = batch.taken === heads.length && heads.length < this.#limits.documents
    const reached = Math.max(after, heads[batch.taken - 1]?.position ?? 0, last ? end.position : 0)
    // A parked document must be on record before the watermark passes it.
    await this.#parked.save()
    await this.#replaceForked(batch.writes)
    if (batch.writes.length > 0 || reached > after)
      await this.#session.apply(batch.writes, await this.#watermarkAt(reached, end))
    for (const { document } of batch.writes) {
      this.#parked.release(document.id)
      if (document.position > reached) this.#applied.set(document.id, document.position)
    }
    await this.#parked.save()
    this.#forget(reached)
    return !last
  }

  /**
   * Where a fork took commits out, a record of more than is left would win by its key: it is replaced by
   * compare-and-swap, as repair does. Before the watermark passes the document, or nobody would do it after a crash.
   */
  async #replaceForked(writes: readonly SinkWrite[]): Promise<void> {
    const forked = new Map(
      writes.flatMap(write => (write.document.forked === true ? [[write.document.id as string, write]] : []))
    )
    if (forked.size === 0) return
    const repairs = (await this.#session.read([...forked.keys()])).flatMap(({ id, key, digest, token }) => {
      const write = forked.get(id)
      if (write === undefined || key === undefined || compareOrderKeys(key, write.key) < 0) return []
      const isSame = digest !== undefined && equalBytes(digest, write.document.digest)
      return isSame ? [] : [{ id, token, write }]
    })
    if (repairs.length > 0) await this.#session.repair(repairs)
  }

  async #build(
    heads: readonly StoredHead[]
  ): Promise<{ readonly writes: readonly SinkWrite[]; readonly taken: number }> {
    const writes: SinkWrite[] = []
    const { concurrency = 1 } = this.#session
    let bytes = 0
    let taken = 0
    while (taken < heads.length && bytes < this.#limits.bytes) {
      const share = heads.slice(taken, taken + concurrency)
      const prepared = await Promise.all(
        share.map(async head => (this.#isWanted(head) ? this.#prepare(head) : undefined))
      )
      for (const write of prepared) {
        if (write === undefined) continue
        writes.push(write)
        bytes += write.content.sizeBytes
      }
      taken += share.length
    }
    return { writes, taken }
  }

  #isWanted({ id, position }: StoredHead): boolean {
    const covered = this.#session.collections?.has(collectionOf(id)) ?? true
    return covered && position > (this.#applied.get(id) ?? 0)
  }

  async #prepare({ id, position }: StoredHead): Promise<SinkWrite | undefined> {
    let document: DurableDocument | undefined
    try {
      document = await this.#source.capture(id)
      return document && (await toSinkWrite(this.#session, document))
    } catch (error) {
      if (!isPoison(error)) throw error
      this.#parked.park(id, document?.position ?? position, error)
      return undefined
    }
  }

  async #watermarkAt(position: number, end: LogEnd): Promise<Watermark> {
    const epoch = this.#source.epoch
    const logHash = position === end.position ? end.hash : await this.#source.logHashAt?.(position)
    return logHash === undefined ? { epoch, position } : { epoch, position, logHash }
  }

  /** Keeps the map to documents whose newest place in the log is still ahead. */
  #forget(reached: number): void {
    for (const [id, position] of this.#applied) if (position <= reached) this.#applied.delete(id)
    // Forgetting costs a second, ineffective write at most; memory must not grow with the documents.
    if (this.#applied.size > maxRemembered) this.#applied.clear()
  }
}

const maxRemembered = 10_000

/** Makes what `apply` and `repair` take of a document in its newest durable state. */
export async function toSinkWrite(session: SinkSession, document: DurableDocument): Promise<SinkWrite> {
  const key = { generation: session.generation, projection: session.projection, height: document.height }
  return { document, key, content: await session.project(document) }
}

/** Whether an error says that this one document cannot be projected, rather than that a part of the system failed. */
function isPoison(error: unknown): boolean {
  return isSynclineError(error, "projection-refused") || isSynclineError(error, "document-unreadable")
}
