import { coreError, type DocumentId, type StoredRecord } from "@syncline/core"
import type { DocumentEntry } from "./document-entry.ts"
import type { LogSegments } from "./log-segments.ts"
import type { LogEntry } from "./segment.ts"

/** A log entry that has its record. */
export type HeldRecord = LogEntry & { readonly record: Uint8Array }

/** The positions found by the last walk, so that paging through a long document walks it once and not once a page. */
interface Walk {
  readonly id: DocumentId
  readonly head: number
  readonly after: number
  /** Ascending. */
  readonly positions: readonly number[]
}

/**
 * Finds a document's records by the links between them, newest first, and refuses to answer when one is missing: a lost
 * row can never pass for a shorter history.
 */
export class DocumentChain {
  readonly #segments: LogSegments
  #last: Walk | undefined

  constructor(segments: LogSegments) {
    this.#segments = segments
  }

  /**
   * All records held after a position, ascending.
   *
   * @throws SynclineError `store-corrupt` when one in between is missing.
   */
  async records(entry: DocumentEntry, after: number): Promise<readonly HeldRecord[]> {
    const stop = Math.max(after, entry.dropped)
    const found: HeldRecord[] = []
    for (let wanted = entry.recent.filter(position => position > stop); wanted.length > 0; ) {
      const step = await this.#read(entry.id, wanted)
      found.push(...step)
      wanted = (step.at(-1)?.links ?? []).filter(position => position > stop)
    }
    const positions = found.map(({ position }) => position).reverse()
    this.#last = { id: entry.id, head: entry.position, after: stop, positions }
    return found.reverse()
  }

  /** The first `limit` records held after a position, ascending. */
  async page(entry: DocumentEntry, after: number, limit: number): Promise<readonly HeldRecord[]> {
    const stop = Math.max(after, entry.dropped)
    const last = this.#last
    if (last?.id !== entry.id || last.head !== entry.position || last.after > stop)
      return (await this.records(entry, after)).slice(0, limit)
    const wanted = last.positions.filter(position => position > stop).slice(0, limit)
    return (await this.#read(entry.id, wanted.toReversed())).reverse()
  }

  /** Records of these positions, given and returned descending. */
  async #read(id: DocumentId, positions: readonly number[]): Promise<HeldRecord[]> {
    const entries = new Map<number, LogEntry>()
    for (const segment of await this.#segments.around(positions))
      for (const entry of segment.entries) entries.set(entry.position, entry)
    return positions.map(position => {
      const entry = entries.get(position)
      if (entry?.document !== id || entry.record === undefined) throw lost(id, position)
      return { ...entry, record: entry.record }
    })
  }
}

/** A record as it is handed out, in bytes of its own. */
export function recordOf({ position, document, record }: HeldRecord): StoredRecord {
  return { position, document, bytes: new Uint8Array(record) }
}

function lost(document: DocumentId, position: number): Error {
  return coreError(
    "store-corrupt",
    `the log record of ${document} at position ${position} is missing; sync a new store from a peer`,
    { details: { document, position } }
  )
}
