import { decodeHead } from "../codec/facts-codec.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { StoredRecord } from "../store/store.ts"
import type { AuditEntry } from "./audit-entry.ts"
import type { AuditHost } from "./audit-host.ts"
import { Pace } from "./pace.ts"
import { loadTrailHead, type TrailHead } from "./trail-head.ts"
import { TrailReader } from "./trail-reader.ts"
import { trailSegments } from "./trail-segment.ts"
import { trailSource } from "./trail-source.ts"
import { countOf, rangesBetween, union } from "./version-ranges.ts"

/** Records of the log read at a time. */
const recordsAtOnce = 128

/** What is stored of a document beside its trail: records come a page at a time where there is no base. */
interface StoredLog {
  readonly version: Version
  readonly base: Uint8Array | undefined
  readonly pages: AsyncIterable<readonly StoredRecord[]> | readonly (readonly StoredRecord[])[]
}

/**
 * Goes through one document's trail: what is kept, then what is made of the log. An entry has the same index either way,
 * so where something is kept or folded meanwhile, it goes on after the last one given. To be used once.
 */
export class TrailListing {
  readonly #host: AuditHost
  readonly #id: DocumentId
  readonly #maxPatchBytes: number
  #last = 0

  constructor(host: AuditHost, id: DocumentId, maxPatchBytes: number) {
    this.#host = host
    this.#id = id
    this.#maxPatchBytes = maxPatchBytes
  }

  /** Entries with a greater index. */
  async *after(index: number, signal: AbortSignal | undefined): AsyncGenerator<AuditEntry, void, undefined> {
    this.#last = index
    for (let isOver = false; !isOver; ) {
      throwIfAborted(signal)
      this.#host.assertOpen()
      const head = await loadTrailHead(this.#host.session, this.#id)
      yield* this.#kept(head)
      isOver = (yield* this.#made(head, false, signal)) || (yield* this.#made(head, true, signal))
    }
  }

  /** The trail from its oldest entry up to, and without, the next one to come. */
  async extent(): Promise<{ readonly first: number; readonly next: number }> {
    const { first, next, covered } = await loadTrailHead(this.#host.session, this.#id)
    const stored = await this.#host.session.loadHead(this.#id)
    if (stored === undefined) return { first, next }
    const { base, version } = decodeHead(stored.body)
    const gaps = rangesBetween(covered, base).length === 0 ? 0 : 1
    return { first, next: next + gaps + countOf(rangesBetween(union(covered, base), version)) }
  }

  async *#kept(head: TrailHead): AsyncGenerator<AuditEntry, void, undefined> {
    const from = Math.max(this.#last, head.first - 1)
    for await (const { entries } of trailSegments(this.#host.session, this.#id, from))
      for (const entry of entries) {
        // What was kept since the head was read comes with the next one.
        if (entry.index >= head.next) return
        if (entry.index > from) yield this.#given(entry)
      }
  }

  /** Made of the log. Gives whether that was all; not where the store has gone on from `head`, or the trail is torn. */
  async *#made(
    head: TrailHead,
    isTorn: boolean,
    signal: AbortSignal | undefined
  ): AsyncGenerator<AuditEntry, boolean, undefined> {
    const log = await this.#openLog()
    if (log === undefined) return true
    if (!(await this.#isStill(head, log.version))) return false
    const source = trailSource(this.#host, this.#id, head, log.base, this.#maxPatchBytes)
    const reader = new TrailReader({ ...source, known: this.#last, isTorn })
    const pace = new Pace(this.#host)
    try {
      for await (const page of log.pages) {
        if (!(await this.#isStill(head, log.version))) return false
        for (const record of page) yield* this.#each(reader.add(record), pace, signal)
        if (reader.isTorn) return false
      }
      yield* this.#each(reader.end(), pace, signal)
      return !reader.isTorn
    } finally {
      reader.destroy()
    }
  }

  async *#each(
    entries: Iterable<AuditEntry>,
    pace: Pace,
    signal: AbortSignal | undefined
  ): AsyncGenerator<AuditEntry, void, undefined> {
    for (const entry of entries) {
      throwIfAborted(signal)
      await pace.step()
      yield this.#given(entry)
    }
  }

  #given(entry: AuditEntry): AuditEntry {
    this.#last = entry.index
    return entry
  }

  async #openLog(): Promise<StoredLog | undefined> {
    const { session } = this.#host
    const head = await session.loadHead(this.#id)
    if (head === undefined) return undefined
    if (decodeHead(head.body).base.entries.length === 0)
      return { version: Version.empty, base: undefined, pages: this.#pages() }
    const stored = await session.loadDocument(this.#id)
    if (stored === undefined) return undefined
    return { version: decodeHead(stored.head.body).base, base: stored.base, pages: [stored.records] }
  }

  async *#pages(): AsyncGenerator<readonly StoredRecord[], void, undefined> {
    for (let after = 0; ; ) {
      const page = await this.#host.session.readLog({ after, document: this.#id, limit: recordsAtOnce })
      yield page
      after = page.at(-1)?.position ?? after
      if (page.length < recordsAtOnce) return
    }
  }

  /** Whether the trail and what is folded are what they were: then so is all of the log up to what has been read. */
  async #isStill(head: TrailHead, base: Version): Promise<boolean> {
    const { next } = await loadTrailHead(this.#host.session, this.#id)
    const stored = await this.#host.session.loadHead(this.#id)
    const now = stored === undefined ? Version.empty : decodeHead(stored.body).base
    return next === head.next && now.compare(base) === "equal"
  }
}
