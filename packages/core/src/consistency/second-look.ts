import { collectionOf, type DocumentId } from "../document/document-id.ts"
import type { DocumentSummary, ProjectionSource } from "../projection/projection-source.ts"
import type { SinkRecord, SinkSession } from "../projection/sink.ts"
import { isBetween } from "./between-versions.ts"
import type { CatchUp } from "./catch-up.ts"
import { classify, type Finding, type FindingClass, type RecordClass } from "./finding.ts"
import type { SinkAnswers } from "./sink-answers.ts"
import type { SinkTally } from "./sink-tally.ts"
import type { VerifyOptions } from "./verify-options.ts"
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

/** What a second look works with. */
export interface SecondLookParts {
  readonly source: ProjectionSource
  readonly target: VerifyTarget
  readonly answers: SinkAnswers
  readonly tally: SinkTally
  readonly catchUp: CatchUp
  /** The end of the log when this verification began. */
  readonly begunAt: number
  readonly onPending: VerifyOptions["onPending"]
}

/** A document that the sink was not due to have at the last look. */
interface Waiting {
  /** As it was then. */
  readonly document: DocumentSummary
  /** The sink was due to have what it was like before: when the verification began, or at another look. */
  readonly unconfirmed: boolean
}

/** What the looks until now found. */
interface Looked {
  readonly right: string[]
  readonly waiting: Map<string, Waiting>
}

/** A document that keeps changing is looked at this often, then it is pending. */
const maxLooks = 4
const headPage = 1000

/** Tells true differences from those that only arose because two sides were not read at one moment. */
export class SecondLook {
  readonly #parts: SecondLookParts

  constructor(parts: SecondLookParts) {
    this.#parts = parts
  }

  /**
   * Looks again at what differed, and counts what remains. With `from`, `suspects` ascend by id and lie close together;
   * without, each document is read by itself. Gives the ids under which everything is right.
   */
  async at(suspects: readonly string[], from?: HeadsFrom): Promise<readonly string[]> {
    const { catchUp } = this.#parts
    const looked: Looked = { right: [], waiting: new Map() }
    let left = suspects
    for (let look = 1; left.length > 0 && look <= maxLooks; look++) {
      // While nothing runs, looking again shows the same.
      if (look > 1 && !(await catchUp.again())) break
      left = await this.#look(left, from, looked)
    }
    for (const id of left) this.#countPending(id, looked.waiting.get(id)?.unconfirmed ?? false)
    return looked.right
  }

  #countPending(id: string, unconfirmed: boolean): void {
    const { target, tally, onPending } = this.#parts
    tally.pending(unconfirmed)
    onPending?.({ sink: target.name, id, unconfirmed })
  }

  /**
   * The order of the reads is the proof: the watermark, then the records, then the documents. A document whose newest
   * position is not above that watermark had its newest state in the sink before the record was read.
   */
  async #look(
    ids: readonly string[],
    from: HeadsFrom | undefined,
    { right, waiting }: Looked
  ): Promise<readonly string[]> {
    // Before anything else is read: one that is mended meanwhile had no record of its former state.
    const parked = new Set(ids.filter(id => this.#isParked(id)))
    const { position } = this.#session.watermark
    const read = await this.#parts.answers.to(session => session.read(ids))
    const records = new Map(read.map(record => [record.id, record]))
    const documents = await (from === undefined ? this.#loadDocuments(ids) : this.#scanDocuments(ids, from))
    return ids.filter(id => {
      const document = documents.get(id)
      const record = records.get(id)
      if (document !== undefined && document.position > position) {
        const before = waiting.get(id)
        waiting.set(id, { document, unconfirmed: this.#wasDue(before, position) })
        const isRight = this.#isInPassing(document, record, before?.document, position)
        if (isRight) right.push(id)
        return !isRight
      }
      const isParked = parked.has(id) || this.#isParked(id)
      if (this.#settle({ id, isParked, record }, document)) right.push(id)
      return false
    })
  }

  get #session(): SinkSession {
    return this.#parts.answers.session
  }

  /** Counts one id that the sink was due to be right about; says whether it is. */
  #settle({ id, isParked, record }: SeenRecord, document: DocumentSummary | undefined): boolean {
    const { tally } = this.#parts
    const found = classify(document, record, this.#session)
    if (found === "consistent") {
      // Neither document nor record: an orphan that went away meanwhile.
      if (document !== undefined) tally.consistent(1)
      return true
    }
    if (isParked && document !== undefined && isFormer(found)) tally.parked()
    else tally.add(toFinding(id, found, document, record))
    return false
  }

  /**
   * Counts a document whose newest version is not due as right, if that can be told all the same: it may be in already, and the version of the look before is due
   * where the sink has passed it by now.
   */
  #isInPassing(
    newest: DocumentSummary,
    record: SinkRecord | undefined,
    before: DocumentSummary | undefined,
    watermark: number
  ): boolean {
    const isRight =
      classify(newest, record, this.#session) === "consistent" ||
      (before !== undefined &&
        before.position <= watermark &&
        isBetween(record, before, newest, this.#session))
    if (isRight) this.#parts.tally.consistent(1)
    return isRight
  }

  /**
   * Whether the sink was due to have what a document, which changed again since, was like before: at this look that of the one before, and when the verification
   * began whatever there was then, for a newer document may be older than its last change.
   */
  #wasDue(before: Waiting | undefined, watermark: number): boolean {
    if (watermark < this.#parts.begunAt) return true
    return before !== undefined && (before.unconfirmed || before.document.position <= watermark)
  }

  #isParked(id: string): boolean {
    return this.#parts.target.parkedDocument(id as DocumentId) !== undefined
  }

  async #scanDocuments(
    ids: readonly string[],
    { after, collection }: HeadsFrom
  ): Promise<ReadonlyMap<string, DocumentSummary>> {
    const { source } = this.#parts
    const wanted = new Set(ids)
    const found = new Map<string, DocumentSummary>()
    const last = ids.at(-1)
    for (let from = after as DocumentId | undefined; ; ) {
      const heads = await source.scanHeads(from, headPage, collection)
      for (const head of heads) {
        if (this.#isCovered(head.id) && wanted.has(head.id)) found.set(head.id, source.summarize(head))
        if (head.id === last) return found
      }
      if (heads.length < headPage || found.size === wanted.size) return found
      from = heads.at(-1)?.id
    }
  }

  async #loadDocuments(ids: readonly string[]): Promise<ReadonlyMap<string, DocumentSummary>> {
    const { source } = this.#parts
    const found = new Map<string, DocumentSummary>()
    for (const id of ids) {
      // What lies in a sink may be no document id at all; then no store has a document under it.
      const head = await source.loadHead(id as DocumentId)
      if (head !== undefined && this.#isCovered(head.id)) found.set(id, source.summarize(head))
    }
    return found
  }

  #isCovered(id: DocumentId): boolean {
    return this.#session.collections?.has(collectionOf(id)) ?? true
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
