import { collectionOf, type DocumentId } from "../document/document-id.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { DocumentSummary, ProjectionSource } from "../projection/projection-source.ts"
import type { SinkRecord, SinkSession } from "../projection/sink.ts"
import { classify, type Finding, type FindingClass, type RecordClass } from "./finding.ts"
import type { SinkTally } from "./sink-tally.ts"
import type { VerifyTarget } from "./verify-target.ts"

/** Where to read heads from: strictly after this id, in this collection. */
export interface HeadsFrom {
  readonly after: string | undefined
  readonly collection: string | undefined
}

/** What was read under an id, and whether its document was parked before that, or after it. */
interface SeenRecord {
  readonly id: string
  readonly isParked: boolean
  readonly record: SinkRecord | undefined
}

/** A document that keeps changing is looked at this often, then it is pending. */
const maxLooks = 4
const headPage = 1000

/** Tells true differences from those that only arose because two sides were not read at one moment. */
export class SecondLook {
  readonly #source: ProjectionSource
  readonly #target: VerifyTarget
  readonly #session: SinkSession
  readonly #tally: SinkTally
  readonly #signal: AbortSignal | undefined

  constructor(
    source: ProjectionSource,
    target: VerifyTarget,
    session: SinkSession,
    tally: SinkTally,
    signal: AbortSignal | undefined
  ) {
    this.#source = source
    this.#target = target
    this.#session = session
    this.#tally = tally
    this.#signal = signal
  }

  /**
   * Looks again at what differed, and counts what remains. With `from`, `suspects` ascend by id and lie close together;
   * without, each document is read by itself. Gives the ids under which everything is right.
   */
  async at(suspects: readonly string[], from?: HeadsFrom): Promise<readonly string[]> {
    let left = suspects
    const right: string[] = []
    for (let look = 1; left.length > 0 && look <= maxLooks; look++) {
      // While nothing runs, looking again shows the same.
      if (look > 1 && !(await this.#letCatchUp())) break
      left = await this.#look(left, from, right)
    }
    for (const _ of left) this.#tally.pending()
    return right
  }

  /**
   * The order of the reads is the proof: the watermark, then the records, then the documents. A document whose newest
   * position is not above that watermark had its newest state in the sink before the record was read.
   */
  async #look(
    ids: readonly string[],
    from: HeadsFrom | undefined,
    right: string[]
  ): Promise<readonly string[]> {
    throwIfAborted(this.#signal)
    // Before anything else is read: one that is mended meanwhile had no record of its former state.
    const parked = new Set(ids.filter(id => this.#isParked(id)))
    const { position } = this.#session.watermark
    const records = new Map((await this.#session.read(ids)).map(record => [record.id, record]))
    const documents = await (from === undefined ? this.#loadDocuments(ids) : this.#scanDocuments(ids, from))
    return ids.filter(id => {
      const document = documents.get(id)
      const settled = this.#settle(
        document,
        { id, isParked: parked.has(id) || this.#isParked(id), record: records.get(id) },
        position
      )
      if (settled === "right") right.push(id)
      return settled === "not due"
    })
  }

  /** Counts one id if what it is can be said. */
  #settle(
    document: DocumentSummary | undefined,
    { id, isParked, record }: SeenRecord,
    watermark: number
  ): "right" | "not right" | "not due" {
    const found = classify(document, record, this.#session)
    if (found === "consistent") {
      // Neither document nor record: an orphan that went away meanwhile.
      if (document !== undefined) this.#tally.consistent(1)
      return "right"
    }
    if (document !== undefined && document.position > watermark) return "not due"
    if (isParked && document !== undefined && isFormer(found)) this.#tally.parked()
    else this.#tally.add(toFinding(id, found, document, record))
    return "not right"
  }

  #isParked(id: string): boolean {
    return this.#target.parkedDocument(id as DocumentId) !== undefined
  }

  async #scanDocuments(
    ids: readonly string[],
    { after, collection }: HeadsFrom
  ): Promise<ReadonlyMap<string, DocumentSummary>> {
    const wanted = new Set(ids)
    const found = new Map<string, DocumentSummary>()
    const last = ids.at(-1)
    for (let from = after as DocumentId | undefined; ; ) {
      const heads = await this.#source.scanHeads(from, headPage, collection)
      for (const head of heads) {
        if (this.#isCovered(head.id) && wanted.has(head.id)) found.set(head.id, this.#source.summarize(head))
        if (head.id === last) return found
      }
      if (heads.length < headPage || found.size === wanted.size) return found
      from = heads.at(-1)?.id
    }
  }

  async #loadDocuments(ids: readonly string[]): Promise<ReadonlyMap<string, DocumentSummary>> {
    const found = new Map<string, DocumentSummary>()
    for (const id of ids) {
      // What lies in a sink may be no document id at all; then no store has a document under it.
      const head = await this.#source.loadHead(id as DocumentId)
      if (head !== undefined && this.#isCovered(head.id)) found.set(id, this.#source.summarize(head))
    }
    return found
  }

  #isCovered(id: DocumentId): boolean {
    return this.#session.collections?.has(collectionOf(id)) ?? true
  }

  async #letCatchUp(): Promise<boolean> {
    if (!["idle", "lingering", "working"].includes(this.#target.status.state)) return false
    await this.#target.drain(this.#signal)
    return true
  }
}

/** A parked document's record rightly is of its last state that could be projected, or not there. */
function isFormer(found: RecordClass): boolean {
  return found === "stale" || found === "missing"
}

function toFinding(
  id: string,
  found: FindingClass,
  document: DocumentSummary | undefined,
  record: SinkRecord | undefined
): Finding {
  return {
    id,
    class: found,
    ...(document === undefined || document.unreadable === true ? {} : { expectedHeight: document.height }),
    ...(record?.key === undefined ? {} : { foundHeight: record.key.height }),
    ...(record === undefined ? {} : { token: record.token })
  }
}
