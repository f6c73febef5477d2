import { HybridLogicalClock } from "@syncline/clock"
import { toHex } from "../codec/hex.ts"
import type { CommitKind } from "../commit/commit.ts"
import { sealCommit } from "../commit/commit-hash.ts"
import type { NoteRewrite, RunningAudit } from "../audit/audit-host.ts"
import type { Version } from "../commit/version.ts"
import type { Collection } from "../document/collection.ts"
import { equalRules } from "../document/collection-rules.ts"
import { collectionOf, type DocumentId } from "../document/document-id.ts"
import { defaultsFingerprint } from "../document/defaults-fingerprint.ts"
import { equalShapes } from "../document/equal-shapes.ts"
import type { JsonObject } from "../document/json.ts"
import type { Change } from "../document/operation.ts"
import { type PredefinedFields, predefinedFields } from "../document/predefined.ts"
import type { EngineChange, EngineDocument } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import { HistoryCache } from "../history/history-cache.ts"
import type { HistoryHost } from "../history/history-host.ts"
import type { Ports } from "../ports/ports.ts"
import type { LogEnd, StoreSession } from "../store/store.ts"
import type { DurableGroup } from "../sync/sync-host.ts"
import { BlockedDocuments } from "./blocked-documents.ts"
import { Compactor } from "./compactor.ts"
import { ConflictLog } from "./conflict-log.ts"
import type { ConflictSettler } from "./conflict-settler.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import { DocumentCache } from "./document-cache.ts"
import { type DocumentSetup, loadDocument, newDocument } from "./document-loader.ts"
import type { DocumentMeta } from "./document-meta.ts"
import type { DocumentState, PendingCommit } from "./document-state.ts"
import { GroupCommit, type WrittenDocument } from "./group-commit.ts"
import type { Identity } from "./identity.ts"
import { LateRoots } from "./late-roots.ts"
import { reload } from "./mend.ts"
import { nextHeader } from "./next-header.ts"
import type { ViewEvent } from "./document-view.ts"
import { EventHub, type ReplicaEvent } from "./replica-events.ts"
import { retryPending } from "./pending-work.ts"
import type { ReplicaParts } from "./replica-parts.ts"
import type { LocalChange } from "./local-change.ts"
import { stampFirst } from "./stamp-first.ts"
import { viewsKey } from "./views-key.ts"

const noContent: EngineChange = { update: new Uint8Array(), paths: [], containers: [] }

/** The inside of a replica: loaded documents, commits, the way into the store. Everything public stands on it. */
export class ReplicaCore {
  readonly session: StoreSession
  readonly epoch: string
  readonly identity: Identity
  readonly ports: Ports
  readonly clock: HybridLogicalClock
  readonly cache: DocumentCache
  readonly writer: GroupCommit
  readonly roots: LateRoots
  readonly compactor: Compactor
  readonly histories: HistoryCache
  readonly conflicts: ConflictLog
  /** Absent where nothing is audited. */
  readonly audit: RunningAudit | undefined
  /** Absent where no collection has policies. */
  readonly settler: ConflictSettler | undefined
  readonly events: EventHub<ReplicaEvent>
  /** They hold work that exists nowhere else. */
  readonly blocked: BlockedDocuments
  readonly durable: EventHub<DurableGroup>
  readonly #parts: ReplicaParts
  readonly #loading = new Map<DocumentId, Promise<DocumentState>>()
  /** Whoever subscribed would otherwise hear nothing any more once the document has left memory. */
  readonly #watched = new Set<DocumentState>()
  #closed = false
  #end: LogEnd

  constructor(parts: ReplicaParts) {
    this.#parts = parts
    this.session = parts.session
    this.#end = parts.session.end
    this.epoch = toHex(parts.epoch)
    this.identity = parts.identity
    this.ports = parts.ports
    this.clock = new HybridLogicalClock({ nowMs: () => parts.ports.time.nowMs() })
    this.cache = new DocumentCache(parts.memoryBudgetBytes)
    this.roots = new LateRoots(parts.session, { secret: parts.unitSecret, timers: parts.ports.timers })
    this.compactor = new Compactor(this, parts.retainCommits)
    const past: HistoryHost = {
      session: parts.session,
      giveWay: () => new Promise(resolve => parts.ports.timers.schedule(0, resolve)),
      setupOf: id => this.setupOf(id),
      trusts: stamp => this.clock.trusts(stamp),
      assertOpen: () => this.assertOpen()
    }
    this.histories = new HistoryCache(past)
    this.audit = parts.audit?.start({
      ...past,
      nowMs: () => parts.ports.time.nowMs(),
      liveState: id => this.cache.get(id),
      write: values => this.writer.attach(values, undefined, new Set()),
      warn: (message, details) => parts.ports.logger.warn(message, details)
    })
    this.conflicts = new ConflictLog(this, parts.retainConflicts)
    this.events = new EventHub(error => parts.ports.logger.warn("a replica event listener threw", { error }))
    this.blocked = new BlockedDocuments(parts.ports, this.events, state => retryPending(this, state))
    const tables = [...parts.collections].flatMap(([name, { policies }]) =>
      policies === undefined ? [] : [[name, policies] as const]
    )
    const { settling } = parts
    this.settler = settling && new settling.ConflictSettler(this, new Map(tables))
    this.conflicts.changes.on(event => {
      this.settler?.hear(event)
      this.events.emit({ type: "conflict", event })
    })
    this.durable = new EventHub(error => this.events.emit({ type: "listener-failed", error }))
    this.writer = new GroupCommit(parts.session, parts.ports, {
      firstValues: hasLocal => (hasLocal ? this.identity.unsavedValues() : []),
      onWritten: (end, hadLocal) => this.#written(end, hadLocal),
      onDurable: (group, written) => this.#settled(group, written),
      onBlocked: (state, error) => void this.blocked.add(state, error)
    })
  }

  /** End of the log as far as roots and followers know it: the store is ahead of it for the rest of a tick. */
  get end(): LogEnd {
    return this.#end
  }

  get closed(): boolean {
    return this.#closed
  }

  /** @throws SynclineError `replica-closed` */
  assertOpen(): void {
    if (this.#closed)
      throw coreError("replica-closed", "the replica is closed; open it again with openReplica()")
  }

  /**
   * Documents are made by what the replica was opened with: a declaration it does not know would be passed over in
   * silence, and its containers made twice by two replicas.
   *
   * @throws SynclineError `shape-invalid`
   */
  assertDeclared(collection: Collection<object>): void {
    const known = this.#parts.collections.get(collection.name) ?? this.#parts.fallback
    const engine = collection.engine ?? known.engine
    const isKnown = engine.name === known.engine.name && equalShapes(collection.shape, known.shape)
    const isSettled = collection.conflicts === undefined || known.policies !== undefined
    if (isKnown && isSettled && equalRules(collection.rules, known.rules)) return
    throw coreError(
      "shape-invalid",
      `collection "${collection.name}" is not what this replica was opened with; give this declaration to openReplica({ collections })`,
      { details: { collection: collection.name } }
    )
  }

  /** What documents show without a commit saying so. */
  get defaults(): string {
    const { collections } = this.#parts
    return (
      defaultsFingerprint([...collections].map(([name, { shape }]) => [name, shape])) + viewsKey(collections)
    )
  }

  /** What is declared in documents of this collection. */
  fieldsOf(id: DocumentId): PredefinedFields {
    const { shape } = this.#parts.collections.get(collectionOf(id)) ?? this.#parts.fallback
    return predefinedFields(shape)
  }

  /** How documents of this collection are made, with the identity in force. */
  setupOf(id: DocumentId): DocumentSetup {
    const setup = this.#parts.collections.get(collectionOf(id)) ?? this.#parts.fallback
    return { ...setup, identity: this.identity.of(setup.engine) }
  }

  /** The live document, or the stored one, or a new one without commits. One load at a time for each. */
  async load(id: DocumentId): Promise<DocumentState> {
    this.assertOpen()
    const live = this.cache.get(id)
    if (live !== undefined) return live
    const loading = this.#loading.get(id)
    if (loading !== undefined) return loading
    const load = this.#load(id).finally(() => this.#loading.delete(id))
    this.#loading.set(id, load)
    return load
  }

  /** Runs what may put something else in the place of a document's log, past the audit trail, where one is kept. */
  rewriting<T>(state: DocumentState, run: (note: NoteRewrite) => Promise<T>): Promise<T> {
    return this.audit === undefined ? run(work => work) : this.audit.keeper.rewriting(state, run)
  }

  /** Makes a commit of a local transaction; it is pending from now on. */
  commit(state: DocumentState, local: LocalChange): PendingCommit {
    const { identity, clock } = this
    // A commit is stamped after all it builds on, also where that is not durable yet or was written before a restart.
    const { stamp } = state.meta
    if (clock.last === undefined || stamp > clock.last) clock.prepare([stamp]).commit()
    const header = nextHeader(state.meta, identity.actor, clock.now(), {
      kind: local.kind,
      genesis: local.change.containers,
      ...(local.meta === undefined ? {} : { meta: local.meta })
    })
    const commit = sealCommit(state.meta.previousHash(identity.actor), header, local.change.update)
    const isHeard = state.ownCommits.size > 0 && local.isUpkeep !== true
    const before = isHeard ? state.meta.version : undefined
    state.meta.absorb(commit)
    state.changes++
    const conflicts = this.conflicts.findSettled(state, commit)
    const receipt = new CommitReceipt()
    const given = local.values && this.writer.order.give(local.values)
    const pending: PendingCommit = { commit, origin: undefined, receipt, conflicts, given }
    state.pending.push(pending)
    this.writer.enqueue(state)
    if (before !== undefined) this.#tellOwn(state, before, local)
    // Engines say what changed when they are asked.
    if (state.hasListeners) this.notify(state, { paths: local.change.paths, origin: local.origin })
    else this.settler?.touched(state)
    return pending
  }

  /**
   * Lets received bytes into the engine and the facts. What observers write into the native document meanwhile builds on
   * those bytes, so it is committed after them. If the bytes are refused, so is what was written in answer to them.
   */
  integrate<T>(state: DocumentState, work: () => T): T {
    const { document } = state
    const reactions: EngineChange[] = []
    state.reactions = reactions
    state.changes++
    try {
      return work()
    } catch (error) {
      reactions.splice(0)
      throw error
    } finally {
      state.reactions = undefined
      // Written into a document that was replaced meanwhile, they are nowhere.
      if (state.document === document)
        for (const change of reactions) this.commit(state, { kind: "change", change, origin: "native" })
    }
  }

  /** A delete or undelete without content. */
  commitBare(state: DocumentState, kind: CommitKind, meta?: JsonObject): PendingCommit {
    return this.commitWith(state, kind, undefined, meta)
  }

  /** A commit of any kind, with content or without. */
  commitWith(
    state: DocumentState,
    kind: CommitKind,
    content: EngineChange = noContent,
    meta?: JsonObject,
    isUpkeep = false
  ): PendingCommit {
    const change = kind === "change" ? content : { ...content, paths: [[]] }
    const annotations = meta === undefined ? {} : { meta }
    return this.commit(state, { kind, change, origin: "local", isUpkeep, ...annotations })
  }

  notify(state: DocumentState, change: Change): void {
    this.settler?.touched(state)
    for (const error of state.notify(change)) this.events.emit({ type: "listener-failed", error })
  }

  /**
   * Takes a new name everywhere: somebody else writes under the old one. `work` is done under the new name before anybody
   * hears of it, for who hears of it may write at once.
   */
  rotateIdentity(reason: string, work: () => void = () => {}): void {
    this.identity.rotate()
    for (const state of this.cache.live()) state.document.setIdentity(this.identity.of(state.engine))
    work()
    this.events.emit({ type: "identity-rotated", reason })
  }

  /** Puts another engine document, with facts to it, in the place of what a state had. */
  replaceDocument(state: DocumentState, document: EngineDocument, meta: DocumentMeta): void {
    const former = state.document
    state.stopNative()
    // It may have been opened before the last rotation.
    document.setIdentity(this.identity.of(state.engine))
    state.meta = meta
    state.document = document
    state.conflicts = undefined
    state.damaged = false
    this.#listen(state)
    former.destroy()
    this.events.emit({ type: "reloaded", document: state.id })
    this.notify(state, { paths: [[]], origin: "remote" })
    this.settler?.loaded(state.id)
    state.answerCaptures()
  }

  /** Keeps a document in memory as long as somebody subscribes to it. */
  subscribe(state: DocumentState, listener: (change: Change) => void): () => void {
    const unsubscribe = state.onChange(listener)
    this.#watched.add(state)
    return () => {
      unsubscribe()
      if (!state.hasListeners) this.#watched.delete(state)
    }
  }

  /** Documents that stay in memory whatever the budget: watched, or with work that exists nowhere else. */
  pinned(): ReadonlySet<DocumentState> {
    return new Set([...this.#watched, ...this.blocked.states])
  }

  unblock(state: DocumentState): void {
    this.blocked.release(state)
    this.settler?.touched(state)
  }

  /** Waits for everything pending, then lets go of the store. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.blocked.close()
    this.settler?.close()
    await this.compactor.idle()
    await this.writer.idle()
    for (const state of this.cache.live()) state.stopNative()
    await this.histories.close()
    this.cache.clear()
    await this.writer.close()
  }

  async #load(id: DocumentId): Promise<DocumentState> {
    const stored = await this.session.loadDocument(id)
    const setup = this.setupOf(id)
    const state = stored === undefined ? newDocument(id, setup) : loadDocument(stored, setup)
    this.#listen(state)
    this.cache.add(state)
    // What it is when it is loaded is no news, but for what keeps it from being used.
    this.#tellView(state, ({ type }) => type === "upgrade-failed")
    this.settler?.loaded(id)
    return state
  }

  #tellView(state: DocumentState, isNews: (event: ViewEvent) => boolean): void {
    for (const event of state.view?.takeEvents(state.document) ?? [])
      if (isNews(event)) this.events.emit({ ...event, document: state.id })
  }

  #tellOwn(state: DocumentState, before: Version, { meta, origin }: LocalChange): void {
    for (const hear of state.ownCommits)
      try {
        hear({ before, after: state.meta.version, meta, origin })
      } catch (error) {
        this.events.emit({ type: "listener-failed", error })
      }
  }

  #listen(state: DocumentState): void {
    const stopDamage = state.document.onNativeDamage(() => void reload(this, state).catch(() => {}))
    const stopChanges = state.document.onNativeChange(change => {
      if (this.#closed) {
        this.ports.logger.warn(
          "an edit through a native document came after the replica was closed and is not kept",
          { document: state.id }
        )
        return
      }
      if (state.reactions !== undefined) {
        state.reactions.push(change)
        return
      }
      const isFirst = state.meta.version.entries.length === 0
      this.commit(state, { kind: "change", change, origin: "native" })
      if (isFirst) stampFirst(this, state)
    })
    state.stopNative = () => {
      stopDamage()
      stopChanges()
    }
  }

  #written(end: LogEnd, hadLocal: boolean): void | Promise<void> {
    if (hadLocal) this.identity.saved()
    return this.identity.report(end, error => this.events.emit({ type: "witness-unavailable", error }))
  }

  #settled(group: DurableGroup, written: readonly WrittenDocument[]): void {
    this.#end = group.end
    this.blocked.wrote()
    for (const { state, digest } of written) {
      this.roots.set(state.id, digest)
      this.cache.touch(state)
      this.compactor.consider(state)
      if (!state.damaged) this.#tellView(state, () => true)
    }
    this.durable.emit(group)
  }
}
