import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { DocumentState } from "../replica/document-state.ts"
import type { StoredDocument, ValueWrite } from "../store/store.ts"
import type { AuditEntry } from "./audit-entry.ts"
import type { AuditHost, AuditKeeper, NoteRewrite } from "./audit-host.ts"
import { Pace } from "./pace.ts"
import { trimTrail } from "./retention.ts"
import { rewriteValues } from "./rewrite-values.ts"
import { loadTrailHead, type TrailHead, trailHeadWrite } from "./trail-head.ts"
import { TrailReader } from "./trail-reader.ts"
import { segmentsOf, segmentWrite, type TrailSegment, trailSegments } from "./trail-segment.ts"
import { trailSource } from "./trail-source.ts"

/** What is kept of trails, and how much. */
export interface TrailRules {
  readonly audits: (document: DocumentId) => boolean
  readonly maxPatchBytes: number
  /** `Infinity`: all. */
  readonly retainEntries: number
  /** `Infinity`: for good. */
  readonly retainMs: number
}

/** Entries made before they are written: a segment. */
const entriesAtOnce = 256

/** Segments taken out with each that is written: a trail shrinks faster than it grows. */
const trimmedAtOnce = 4

/** Segments taken out at a time on demand. */
const prunedAtOnce = 64

/** Writes entries before the commits they are about lose their place in the log. */
export class TrailKeeper implements AuditKeeper {
  readonly #host: AuditHost
  readonly #rules: TrailRules
  /** What is under way, by document: one thing at a time. */
  readonly #turns = new Map<DocumentId, Promise<unknown>>()

  constructor(host: AuditHost, rules: TrailRules) {
    this.#host = host
    this.#rules = rules
  }

  keep(state: DocumentState, version: Version): Promise<void> {
    if (!this.#rules.audits(state.id)) return Promise.resolve()
    return this.#exclusive(state.id, () => this.#keep(state, version))
  }

  rewriting<T>(state: DocumentState, run: (note: NoteRewrite) => Promise<T>): Promise<T> {
    if (!this.#rules.audits(state.id)) return run(work => work)
    return this.#exclusive(state.id, async () => {
      // Where that fails, the entry about the rewrite stands for these commits, too.
      await this.#keep(state, undefined).catch((error: unknown) =>
        this.#host.warn("entries of an audit trail could not be made one by one", {
          document: state.id,
          error
        })
      )
      const head = await loadTrailHead(this.#host.session, state.id)
      return run(work => stored => {
        const result = work(stored)
        const { pendingBase } = state
        if (pendingBase === undefined) return result
        const values = rewriteValues(this.#host, this.#rules.maxPatchBytes, state, head, stored, pendingBase)
        state.pendingBase = { ...pendingBase, values: [...pendingBase.values, ...values] }
        return result
      })
    })
  }

  /** Takes out the oldest entries, as long as they are older. Says how many there were. */
  prune(document: DocumentId, beforeMs: number): Promise<number> {
    return this.#exclusive(document, async () => {
      const { session } = this.#host
      // What is on its way was made for the trail as it is.
      const state = this.#host.liveState(document)
      if (state !== undefined) await baseWritten(state)
      const start = await loadTrailHead(session, document)
      for (let head = start; ; ) {
        const segments = trailSegments(session, document, head.first - 1)
        const limit = { first: head.first, beforeMs }
        const trimmed = await trimTrail(document, segments, head.next, limit, prunedAtOnce)
        head = { ...head, first: trimmed.first }
        if (trimmed.writes.length > 0)
          await this.#host.write([...trimmed.writes, trailHeadWrite(document, head)])
        if (!trimmed.isCut) return head.first - start.first
      }
    })
  }

  /** Does one thing with a trail after the other. */
  #exclusive<T>(document: DocumentId, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(document) ?? Promise.resolve()).then(work, work)
    this.#turns.set(document, turn)
    const forget = (): void => {
      if (this.#turns.get(document) === turn) this.#turns.delete(document)
    }
    turn.then(forget, forget)
    return turn
  }

  /** Enters what is in the log, until a version is covered; without one, all of it. */
  async #keep(state: DocumentState, version: Version | undefined): Promise<void> {
    const { id } = state
    const { session } = this.#host
    await baseWritten(state)
    const head = await loadTrailHead(session, id)
    if (version !== undefined && head.covered.vector.dominates(version.vector)) return
    const stored = await session.loadDocument(id)
    if (stored === undefined) return
    const source = trailSource(this.#host, id, head, stored.base, this.#rules.maxPatchBytes)
    if (await this.#enter(new TrailReader(source), head, stored, version)) return
    await this.#enter(new TrailReader({ ...source, isTorn: true }), head, stored, version)
  }

  /** Says whether the trail goes with the log; if it does not, nothing has been written. */
  async #enter(
    reader: TrailReader,
    head: TrailHead,
    { head: { id }, records }: StoredDocument,
    version: Version | undefined
  ): Promise<boolean> {
    let { first } = head
    let entries: AuditEntry[] = []
    const pace = new Pace(this.#host)
    const write = async (): Promise<void> => {
      const written = entries
      entries = []
      if (written.length > 0) first = await this.#write(id, first, written, reader)
    }
    try {
      for (const record of records) {
        for (const entry of reader.add(record)) {
          await pace.step()
          if (entries.push(entry) === entriesAtOnce) await write()
        }
        if (reader.isBegun && version !== undefined && reader.covered.vector.dominates(version.vector)) break
      }
      entries.push(...reader.end())
      await write()
      return !reader.isTorn
    } finally {
      reader.destroy()
    }
  }

  /** Appends entries, and takes out what has become too old or too many. Gives the index of the oldest entry. */
  async #write(
    document: DocumentId,
    first: number,
    entries: readonly AuditEntry[],
    { next, covered }: TrailReader
  ): Promise<number> {
    const { session, nowMs } = this.#host
    const { retainEntries, retainMs } = this.#rules
    const added = segmentsOf(entries, nowMs())
    const limit = { first: next - retainEntries, beforeMs: nowMs() - retainMs }
    const trail = concat(trailSegments(session, document, first - 1), added)
    const isLimited = Number.isFinite(retainEntries) || Number.isFinite(retainMs)
    // Looking for what is too old reads the beginning of the trail.
    const trimmed = isLimited
      ? await trimTrail(document, trail, next, limit, trimmedAtOnce)
      : { writes: [], first }
    const head = trailHeadWrite(document, { first: trimmed.first, next, covered })
    const written = added.map(segment => segmentWrite(document, segment))
    await this.#host.write(lastWords([...written, ...trimmed.writes, head]))
    return trimmed.first
  }
}

async function* concat(
  stored: AsyncIterable<TrailSegment>,
  added: readonly TrailSegment[]
): AsyncGenerator<TrailSegment> {
  yield* stored
  yield* added
}

/** A value that is written and taken out again in one batch is only taken out. */
function lastWords(values: readonly ValueWrite[]): readonly ValueWrite[] {
  return [...new Map(values.map(value => [`${value.space}\n${value.key}`, value])).values()]
}

/** Waits until what takes the place of a log is in the store. */
async function baseWritten(state: DocumentState): Promise<void> {
  for (;;) {
    const inFlight = state.inFlightShare?.base
    const base = inFlight ?? state.pendingBase
    if (base === undefined) return
    if (inFlight === undefined && state.blocked !== undefined)
      throw coreError(
        "document-blocked",
        `"${state.id}" waits for an append that failed; retry() or discard() it`,
        {
          cause: state.blocked,
          details: { document: state.id }
        }
      )
    await base.receipt.durable.catch(() => {})
  }
}
