import type { ActorId } from "@syncline/clock"
import type { AuditTrail } from "../audit/audit-trail.ts"
import type { Collection } from "../document/collection.ts"
import type { VerifyOptions } from "../consistency/verify-options.ts"
import type { VerifyReport } from "../consistency/verify-report.ts"
import { type DocumentId, parseDocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"
import { type AcceptOptions, acceptLink } from "../link/accept-link.ts"
import { type ConnectOptions, connectLink } from "../link/connect-link.ts"
import type { Link } from "../link/link.ts"
import type { Connection, Transport } from "../link/transport.ts"
import type { Presence } from "../presence/presence.ts"
import type { RunningPresence } from "../presence/presence-hook.ts"
import { valuesOf } from "../projection/source-values.ts"
import type { Projector } from "../projection/projector.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "../projection/search.ts"
import type { SinkValues } from "../projection/sink.ts"
import { unlessAborted } from "../projection/unless-aborted.ts"
import type { RepairOptions } from "../repair/repair-found.ts"
import type { RepairHost } from "../repair/repair-host.ts"
import type { RepairReport } from "../repair/repair-report.ts"
import type { IntegrityProblem } from "../store/store.ts"
import type { SyncHost } from "../sync/sync-host.ts"
import { changedDocuments } from "./changed-documents.ts"
import { Conflicts } from "./conflicts.ts"
import { Document } from "./document.ts"
import { pendingSettled } from "./pending-work.ts"
import { EventStream, type EventStreamOptions, type StreamedEvent } from "./event-stream.ts"
import type { Projections } from "./projections.ts"
import type { ReplicaCore } from "./replica-core.ts"
import type { ReplicaEvent } from "./replica-events.ts"
import { ReplicaSync } from "./replica-sync.ts"
import { syncHost } from "./sync-gate.ts"

/** One running copy of the data: documents to load and change, links to other replicas, sinks that follow. */
export class Replica {
  readonly #core: ReplicaCore
  readonly #projections: Projections
  readonly #values: SinkValues
  readonly #presence: RunningPresence | undefined
  readonly #links = new Set<Link>()
  readonly #streams = new Set<EventStream>()
  #closing: Promise<void> | undefined
  /** What was found where commits were made that did not know each other. */
  readonly conflicts: Conflicts
  /** What links work with; for transports and tests of one's own. */
  readonly host: SyncHost
  /** What a user interface shows of all links together. */
  readonly sync: ReplicaSync

  /** Replicas come from `openReplica`. */
  constructor(core: ReplicaCore, projections: Projections, presence?: RunningPresence) {
    this.#core = core
    this.#presence = presence
    this.#projections = projections
    this.#values = valuesOf(projections.source)
    this.conflicts = new Conflicts(core)
    this.host = syncHost(core, presence?.hook)
    this.sync = new ReplicaSync(core.ports)
  }

  /** Under which name this replica writes now. */
  get actor(): ActorId {
    return this.#core.identity.actor
  }

  /** Loaded documents which the memory budget holds. */
  get loadedDocuments(): number {
    return this.#core.cache.size
  }

  /**
   * Loads a document by id, or by collection and key; one that was never written is empty until its first change.
   *
   * @throws SynclineError `document-id-invalid`, `document-unreadable` (never an empty document instead),
   *   `engine-unknown`, `replica-closed`, `store-failed`; `shape-invalid` for a collection with fields or an engine which
   *   `openReplica` was not given
   */
  load(id: string): Promise<Document>
  load<Value extends object>(collection: Collection<Value>, key: string): Promise<Document<Value>>
  async load(where: string | Collection, key?: string): Promise<Document> {
    if (typeof where !== "string") this.#core.assertDeclared(where)
    const id = parseDocumentId(typeof where === "string" ? where : `${where.name}/${key ?? ""}`)
    const state = await this.#core.load(id)
    return new Document<JsonObject>(this.#core, state, (position, sink, signal) =>
      this.#projections.projected(id, position, sink, signal)
    )
  }

  /** Ids of stored documents, deleted ones included, in ascending order (UTF-8 bytes); of one collection if given. */
  async *list(collection?: string): AsyncIterable<DocumentId> {
    this.#core.assertOpen()
    let after: DocumentId | undefined
    for (;;) {
      const heads = await this.#core.session.scanHeads({
        limit: 500,
        ...(collection === undefined ? {} : { collection }),
        ...(after === undefined ? {} : { after })
      })
      for (const head of heads) yield head.id
      after = heads.at(-1)?.id
      if (heads.length < 500) return
    }
  }

  /**
   * Calls back with the documents that changed, here or elsewhere, when that is durable; each once a call, none is loaded for it. Of one
   * collection if given. Listen first, then `list`, and a view of what there is stays current: what becomes durable while the list is
   * read may not be in it. Returns the unsubscribe.
   */
  onDocuments(listener: (changed: readonly DocumentId[]) => void, collection?: string): () => void {
    return this.#core.durable.on(group => {
      const changed = changedDocuments(group, collection)
      if (changed.length > 0) listener(changed)
    })
  }

  /**
   * Who changed what, when, on which replica.
   *
   * @throws SynclineError `options-invalid` for a replica that was not opened with `auditTrail()`
   */
  get audit(): AuditTrail {
    const { audit } = this.#core
    if (audit !== undefined) return audit.trail
    throw coreError(
      "options-invalid",
      "this replica keeps no audit trail; open it with openReplica({ audit: auditTrail() }) of @syncline/core/audit"
    )
  }

  /**
   * Who else is here, and what they show of themselves.
   *
   * @throws SynclineError `options-invalid` for a replica that was not opened with `presence()`
   */
  get presence(): Presence {
    if (this.#presence !== undefined) return this.#presence.presence
    throw coreError(
      "options-invalid",
      "this replica has no presence; open it with openReplica({ presence: presence() }) of @syncline/core/presence"
    )
  }

  /**
   * The documents that are nearest to a text or a vector, each once, nearest first: those of a table with vectors, in the first sink that has it
   * and can be reached (`replica.sink(name).search` asks a certain one). Each hit says which version it is of and whether that is
   * `stale`. A document that was deleted is never among them, nor one in a version that this replica has not.
   *
   * ```typescript
   * const [best] = await replica.search("how do I reset my password", { collection: notes, stale: "mend" })
   * ```
   *
   * Waits until what was committed before is durable. Costs a call of the embedder for a text, and reading a head for each hit.
   *
   * @throws SynclineError `query-invalid`; `embedding-failed` when the text (or what is mended) cannot be embedded; `sink-failed` when the
   *   sink cannot be reached or does not search; `aborted`, `replica-closed`.
   */
  async search(query: SearchQuery, options: SearchOptions = {}): Promise<readonly SearchHit[]> {
    this.#core.assertOpen()
    await unlessAborted(pendingSettled(this.#core), options.signal)
    return this.#projections.search(query, options)
  }

  /** What feeds a sink: its status, and pause, resume, drain. */
  sink(name: string): Projector {
    return this.#projections.get(name)
  }

  /** Small values of the store that belong to no document, for what must be remembered across openings. Spaces are shared by all who use them. */
  get values(): SinkValues {
    return this.#values
  }

  /** Fulfilled when everything committed so far is durable, or its document blocked. */
  async flush(): Promise<void> {
    await this.#core.writer.idle()
  }

  /**
   * Folds a document's log into its snapshot now, keeping this many raw commits. Says whether there was any to fold.
   *
   * @throws SynclineError `engine-update-invalid` where what would be folded does not load as a snapshot: nothing is changed.
   */
  async compact(id: string, retainCommits = 0): Promise<boolean> {
    await this.flush()
    return this.#core.compactor.fold(parseDocumentId(id), retainCommits)
  }

  /** Links to another replica through a transport, now and whenever it can be reached, until closed. */
  connect(transport: Transport, options: ConnectOptions = {}): Link {
    this.#core.assertOpen()
    return this.#keep(connectLink(this.host, transport, options))
  }

  /** Links to whoever made this connection, for as long as it lasts. Servers call it for each one. */
  accept(connection: Connection, options: AcceptOptions = {}): Link {
    this.#core.assertOpen()
    return this.#keep(acceptLink(this.host, connection, options))
  }

  /** The links that are not closed. */
  get links(): readonly Link[] {
    return [...this.#links]
  }

  /**
   * Compares every document with its record in every sink, and every record with its document, or as many as
   * `options.mode` says. Safe beside writers.
   *
   * @throws SynclineError `aborted`, `projection-unknown-sink`, `options-invalid`, `verification-stale`
   */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    return this.repairing.verify(options)
  }

  /**
   * Mends what a verification found, by compare-and-swap on what it read; each record is read back. Verifies first when no report is given.
   * It plans and executes at once; `@syncline/core/repair` has the steps one by one, a journal, and a scheduler.
   *
   * @throws SynclineError `aborted`, `options-invalid`, also for options where the report should be
   */
  async repair(report?: VerifyReport, options: RepairOptions = {}): Promise<RepairReport> {
    this.#core.assertOpen()
    const found =
      report ?? (await this.verify(options.signal === undefined ? {} : { signal: options.signal }))
    return this.#projections.checked.repair(found, options)
  }

  /** What `@syncline/core/repair` works with. */
  get repairing(): RepairHost {
    this.#core.assertOpen()
    return this.#projections.checked.host(() => this.flush())
  }

  /** Looks over everything stored. Empty: nothing wrong was found. */
  async checkIntegrity(signal?: AbortSignal): Promise<readonly IntegrityProblem[]> {
    this.#core.assertOpen()
    await this.flush()
    return this.#core.session.checkIntegrity(signal)
  }

  /** Reports beside the promises: blocked documents, lost identities, quarantined commits. Returns the unsubscribe. */
  on(listener: (event: ReplicaEvent) => void): () => void {
    return this.#core.events.on(listener)
  }

  /**
   * The same as an async iterator, from this call on: for one reader. Ends with the signal, and when the replica is closed.
   *
   * ```typescript
   * for await (const event of replica.events({ signal })) if (event.type === "breaker") console.log(event.sink, event.state)
   * ```
   */
  events(options: EventStreamOptions = {}): AsyncIterableIterator<StreamedEvent, undefined> {
    this.#core.assertOpen()
    const stream = new EventStream(this.#core.events, options, ended => this.#streams.delete(ended))
    if (!stream.isEnded) this.#streams.add(stream)
    return stream
  }

  /** Ends links and sinks, waits for what is pending, lets go of the store. Called again, it waits for the same. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const link of this.#links) link.close()
    this.sync.end()
    this.#presence?.close()
    await this.#core.writer.idle()
    try {
      await this.#projections.close()
    } finally {
      await this.#core.close()
      for (const stream of this.#streams) stream.end()
    }
  }

  #keep(link: Link): Link {
    this.#links.add(link)
    this.sync.add(link)
    void link.closed.then(() => this.#links.delete(link))
    return link
  }
}
