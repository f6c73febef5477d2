import { isSynclineError } from "@syncline/clock"
import { equalBytes } from "../codec/hex.ts"
import { collectionOf, type DocumentId } from "../document/document-id.ts"
import type { LogEnd, StoredHead } from "../store/store.ts"
import { answerInTime } from "./answer-in-time.ts"
import { isolatePoison, mayLieInDocument } from "./isolate-poison.ts"
import type { ParkedDocument, ParkedDocuments } from "./parked-documents.ts"
import { compareOrderKeys } from "./order-key.ts"
import type { DurableDocument, ProjectionSource } from "./projection-source.ts"
import type { SinkSession, SinkWrite, Watermark } from "./sink.ts"
import { unlessAborted } from "./unless-aborted.ts"

/** What a step works with. */
export interface StepParts {
  readonly source: ProjectionSource
  readonly session: SinkSession
  readonly parked: ParkedDocuments
  /** The sink's name. */
  readonly sink: string
  /** Of projected content in one batch, about. */
  readonly maxBytes: number
  /** For one answer of the sink. */
  readonly timeoutMs: number
  /** Fires when the projector is closed: what is being projected is not waited for any more. */
  readonly ending: AbortSignal
  /** Hears of a document that was parked. */
  readonly onParked: (parked: ParkedDocument, error: unknown) => void
}

/** What a step has done. */
export interface StepRun {
  /** Whether more is left. */
  readonly more: boolean
  /** Documents given to the sink. */
  readonly documents: number
  /** The batch ended because it was as large as allowed, not because there was nothing more. */
  readonly isFull: boolean
  /** What the sink needed. */
  readonly tookMs: number
}

/** So many documents at least are looked through for those that get in, where one may be to blame. */
const leastForIsolation = 32

const maxRemembered = 10_000

/** Documents read from the store at a time: where each answer is waited for, as in a browser, most of the time would go into waiting. */
const readAhead = 8

/** Brings a source's changes into an open sink, batch by batch. One call at a time. */
export class ProjectionStep {
  readonly #parts: StepParts
  /** Documents applied in a newer state than the log place they were found at, by the position of that state. */
  #applied = new Map<DocumentId, number>()
  /** What the last batch with documents wrote, as `#applied`. */
  #written: ReadonlyMap<DocumentId, number> = new Map()
  #tookMs = 0

  constructor(parts: StepParts) {
    this.#parts = parts
  }

  /** How far the sink is. */
  get position(): number {
    return this.#parts.session.watermark.position
  }

  /**
   * Up to which log position nothing more comes of a document: that of its state which the last batch wrote, or which is parked. No end to it where the
   * sink takes nothing of its collection; `undefined` where nothing is known.
   */
  settledAt(id: DocumentId): number | undefined {
    if (!this.#isCovered(id)) return Infinity
    return this.#written.get(id) ?? this.#parts.parked.get(id)?.position
  }

  /**
   * Applies the next batch past the watermark, of so many documents at most.
   *
   * @throws SynclineError `aborted` where it was closed before the batch was made, and what keeps the sink from taking it.
   */
  async run(documents: number): Promise<StepRun> {
    this.#tookMs = 0
    try {
      return await this.#runBatch(documents, (writes, watermark) => this.#deliver(writes, watermark))
    } catch (error) {
      if (!mayLieInDocument(error)) throw error
      return this.#runBatch(Math.max(documents, leastForIsolation), (writes, watermark) =>
        this.#isolate(writes, watermark)
      )
    }
  }

  /** Tries parked documents again, in their newest state; those that are still refused stay parked. Gives how many got in. */
  async retry(ids: readonly DocumentId[]): Promise<number> {
    const { source, parked, session, ending } = this.#parts
    let written = 0
    for (const id of ids) {
      if (parked.get(id) === undefined) continue
      const head = await source.loadHead(id)
      const write = head && (await unlessAborted(this.#prepare(head), ending))
      if (write === undefined) continue
      try {
        await this.#deliver([write], session.watermark)
        parked.gotIn([id])
        written++
      } catch (error) {
        if (!mayLieInDocument(error)) throw error
        this.#park(id, write.document.position, error, "sink")
      }
    }
    await parked.save()
    return written
  }

  async #runBatch(
    limit: number,
    deliver: (writes: readonly SinkWrite[], watermark: Watermark) => Promise<readonly SinkWrite[]>
  ): Promise<StepRun> {
    const { source, session, parked } = this.#parts
    // Read before the heads: what is appended in between is not covered by them.
    const end = source.end
    const after = session.watermark.position
    const heads = await source.changedSince(after, limit)
    const batch = await this.#build(heads)
    const last = batch.taken === heads.length && heads.length < limit
    const reached = Math.max(after, heads[batch.taken - 1]?.position ?? 0, last ? end.position : 0)
    // What has changed is not parked any more, and is tried until it is in, for it lies above the watermark. Once it is in, a crash or a lost
    // answer would leave it on the list for good.
    for (const { document } of batch.writes) parked.tryAgain(document.id)
    // A parked document must be on record before the watermark passes it.
    await parked.save()
    const written =
      batch.writes.length > 0 || reached > after
        ? await deliver(batch.writes, await this.#watermarkAt(reached, end))
        : []
    parked.gotIn(written.map(({ document }) => document.id))
    if (written.length > 0) {
      this.#written = new Map(written.map(({ document: { id, position } }) => [id, position]))
    }
    for (const { document } of written) {
      if (document.position > reached) this.#applied.set(document.id, document.position)
    }
    this.#forget(reached)
    return { more: !last, documents: written.length, isFull: heads.length === limit, tookMs: this.#tookMs }
  }

  async #deliver(writes: readonly SinkWrite[], watermark: Watermark): Promise<readonly SinkWrite[]> {
    const { time } = this.#parts.source.ports
    const beganMs = time.nowMs()
    await this.#replaceForked(writes)
    await this.#inTime(this.#parts.session.apply(writes, watermark))
    // The clock may be set back meanwhile.
    this.#tookMs += Math.max(0, time.nowMs() - beganMs)
    return writes
  }

  /** Writes what can be written while the watermark stays, parks what cannot, and only then lets the watermark pass them. */
  async #isolate(writes: readonly SinkWrite[], watermark: Watermark): Promise<readonly SinkWrite[]> {
    const { session, parked } = this.#parts
    const poison = await isolatePoison(
      writes,
      async half => void (await this.#deliver(half, session.watermark))
    )
    const bad = new Set(poison.map(({ write }) => write))
    const written = writes.filter(write => !bad.has(write))
    parked.gotIn(written.map(({ document }) => document.id))
    for (const { write, error: why } of poison)
      this.#park(write.document.id, write.document.position, why, "sink")
    await parked.save()
    await this.#inTime(session.apply([], watermark))
    return written
  }

  /**
   * Where a fork took commits out, a record of more than is left would win by its key: it is replaced by
   * compare-and-swap, as repair does. Before the watermark passes the document, or nobody would do it after a crash.
   */
  async #replaceForked(writes: readonly SinkWrite[]): Promise<void> {
    const { session } = this.#parts
    const forked = new Map(
      writes.flatMap(write => (write.document.forked === true ? [[write.document.id as string, write]] : []))
    )
    if (forked.size === 0) return
    const records = await this.#inTime(session.read([...forked.keys()]))
    const repairs = records.flatMap(({ id, key, digest, token }) => {
      const write = forked.get(id)
      if (write === undefined || key === undefined || compareOrderKeys(key, write.key) < 0) return []
      const isSame = digest !== undefined && equalBytes(digest, write.document.digest)
      return isSame ? [] : [{ id, token, write }]
    })
    if (repairs.length > 0) await this.#inTime(session.repair(repairs))
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { source, sink, timeoutMs } = this.#parts
    return answerInTime(answer, sink, timeoutMs, source.ports.timers)
  }

  async #build(
    heads: readonly StoredHead[]
  ): Promise<{ readonly writes: readonly SinkWrite[]; readonly taken: number }> {
    const writes: SinkWrite[] = []
    const { session, maxBytes } = this.#parts
    const { concurrency = 1 } = session
    let bytes = 0
    let taken = 0
    while (taken < heads.length && bytes < maxBytes) {
      const share = heads.slice(taken, taken + Math.max(concurrency, readAhead))
      const captured = await Promise.all(
        share.map(async head => (this.#isWanted(head) ? this.#capture(head) : undefined))
      )
      for (let at = 0; at < captured.length && bytes < maxBytes; at += concurrency) {
        const documents = captured.slice(at, at + concurrency)
        const making = Promise.all(documents.map(async each => each && this.#project(each)))
        const made = await unlessAborted(making, this.#parts.ending)
        for (const write of made) {
          if (write === undefined) continue
          writes.push(write)
          bytes += write.content.sizeBytes
        }
        taken += documents.length
      }
    }
    return { writes, taken }
  }

  #isWanted({ id, position }: StoredHead): boolean {
    return this.#isCovered(id) && position > (this.#applied.get(id) ?? 0)
  }

  #isCovered(id: DocumentId): boolean {
    return this.#parts.session.collections?.has(collectionOf(id)) ?? true
  }

  async #prepare(head: StoredHead): Promise<SinkWrite | undefined> {
    const document = await this.#capture(head)
    return document && this.#project(document)
  }

  #capture({ id, position }: StoredHead): Promise<DurableDocument | undefined> {
    return this.#orPark(id, position, () => this.#parts.source.capture(id))
  }

  #project(document: DurableDocument): Promise<SinkWrite | undefined> {
    return this.#orPark(document.id, document.position, () => toSinkWrite(this.#parts.session, document))
  }

  async #orPark<T>(id: DocumentId, position: number, action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action()
    } catch (error) {
      if (!isPoison(error)) throw error
      this.#park(id, position, error, "mapping")
      return undefined
    }
  }

  #park(id: DocumentId, position: number, error: unknown, by: ParkedDocument["by"]): void {
    this.#parts.onParked(this.#parts.parked.park(id, position, error, by), error)
  }

  async #watermarkAt(position: number, end: LogEnd): Promise<Watermark> {
    const { source } = this.#parts
    const { epoch } = source
    const logHash = position === end.position ? end.hash : await source.logHashAt?.(position)
    return logHash === undefined ? { epoch, position } : { epoch, position, logHash }
  }

  /** Keeps the map to documents whose newest place in the log is still ahead. */
  #forget(reached: number): void {
    for (const [id, position] of this.#applied) if (position <= reached) this.#applied.delete(id)
    // Forgetting costs a second, ineffective write at most; memory must not grow with the documents.
    if (this.#applied.size > maxRemembered) this.#applied.clear()
  }
}

/** Makes what `apply` and `repair` take of a document in its newest durable state. */
export async function toSinkWrite(session: SinkSession, document: DurableDocument): Promise<SinkWrite> {
  const key = { generation: session.generation, projection: session.projection, height: document.height }
  return { document, key, content: await session.project(document) }
}

/** Whether an error says that this one document cannot be projected, rather than that a part of the system failed. */
function isPoison(error: unknown): boolean {
  return isSynclineError(error, "projection-refused") || isSynclineError(error, "document-unreadable")
}
