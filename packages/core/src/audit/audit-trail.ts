import { type DocumentId, parseDocumentId } from "../document/document-id.ts"

import { throwIfAborted } from "../projection/position-waiters.ts"
import type { AuditEntry } from "./audit-entry.ts"
import { type AuditFilter, auditQuery, timeMs } from "./audit-filter.ts"
import type { AuditHost } from "./audit-host.ts"
import { exportLine } from "./export-line.ts"
import type { TrailKeeper, TrailRules } from "./trail-keeper.ts"
import { TrailListing } from "./trail-listing.ts"

/** Documents whose heads are read at a time. */
const headsAtOnce = 500

/**
 * Who changed what, when, on which replica: of every document audited, each commit this replica took in, in the order in
 * which it did. Of commits that are in the log entries are made when asked for; of others they are kept in the store.
 */
export class AuditTrail {
  readonly #host: AuditHost
  readonly #rules: TrailRules
  readonly #keeper: TrailKeeper

  /** Comes with a replica that was opened with `auditTrail()`: `replica.audit`. */
  constructor(host: AuditHost, rules: TrailRules, keeper: TrailKeeper) {
    this.#host = host
    this.#rules = rules
    this.#keeper = keeper
  }

  /**
   * Entries of what is durable: by document in ascending order of ids (UTF-8 bytes), in each by index. Read as they are
   * asked for; who breaks off leaves nothing behind. The trail may grow, be trimmed and be folded meanwhile.
   *
   * In memory at a time: a segment of a trail (256 entries or 256 KiB), and for the commits in the log an engine document and
   * their records. Cost: replaying the log of each document asked for.
   *
   * @throws SynclineError `document-id-invalid`, `options-invalid`, `replica-closed`, `aborted`, `document-unreadable`,
   *   `store-corrupt`
   */
  async *list(filter: AuditFilter = {}): AsyncGenerator<AuditEntry, void, undefined> {
    this.#host.assertOpen()
    const { isWanted, after, document } = auditQuery(filter)
    for await (const id of this.#documents(document, filter.collection, after?.document)) {
      const known = after?.document === id ? after.index : 0
      const listing = new TrailListing(this.#host, id, this.#rules.maxPatchBytes)
      for await (const entry of listing.after(known, filter.signal)) {
        throwIfAborted(filter.signal)
        this.#host.assertOpen()
        if (isWanted(entry)) yield this.#host.trusts(entry.stamp) ? entry : { ...entry, untrusted: true }
      }
    }
  }

  /** The same as lines of JSON, without line ends; the rules AU20 and AU21 say in which form. Throws as `list` does. */
  async *export(filter: AuditFilter = {}): AsyncGenerator<string, void, undefined> {
    for await (const entry of this.list(filter)) yield exportLine(entry)
  }

  /**
   * Indexes of the oldest entry of a document and of the one that comes next, as of now: how much there is to list.
   * Costs a read of its head.
   */
  async extent(document: string): Promise<{ readonly first: number; readonly next: number }> {
    this.#host.assertOpen()
    const id = parseDocumentId(document)
    const { first, next } = await new TrailListing(this.#host, id, this.#rules.maxPatchBytes).extent()
    return { first, next }
  }

  /**
   * Takes the oldest entries out of each trail for good, as long as they are from before a time; the first that is not ends it.
   * Commits that are still in the log stay, and have entries, until they are folded.
   *
   * @returns how many entries there were.
   * @throws SynclineError `options-invalid`, `document-id-invalid`, `replica-closed`, `store-failed`, `document-blocked`
   *   where what rewrites a log waits to be retried
   */
  async prune(
    before: Date | number,
    { document, collection }: Pick<AuditFilter, "document" | "collection"> = {}
  ): Promise<number> {
    this.#host.assertOpen()
    const beforeMs = timeMs(before, 0)
    const only = document === undefined ? undefined : parseDocumentId(document)
    let pruned = 0
    for await (const id of this.#documents(only, collection, undefined))
      pruned += await this.#keeper.prune(id, beforeMs)
    return pruned
  }

  /** Documents audited, from one on, that one included. */
  async *#documents(
    only: DocumentId | undefined,
    collection: string | undefined,
    from: DocumentId | undefined
  ): AsyncGenerator<DocumentId, void, undefined> {
    if (only !== undefined) {
      const isWanted = collection === undefined || only.startsWith(`${collection}/`)
      if (isWanted && this.#rules.audits(only)) yield only
      return
    }
    if (from !== undefined && this.#rules.audits(from)) yield from
    for (let after = from; ; ) {
      const heads = await this.#host.session.scanHeads({
        limit: headsAtOnce,
        ...(collection === undefined ? {} : { collection }),
        ...(after === undefined ? {} : { after })
      })
      for (const { id } of heads) if (this.#rules.audits(id)) yield id
      after = heads.at(-1)?.id
      if (heads.length < headsAtOnce) return
    }
  }
}
