import type { Commit } from "../commit/commit.ts"
import type { DocumentFacts } from "../commit/document-facts.ts"
import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import type { Change } from "../document/operation.ts"
import type { Engine, EngineChange, EngineDocument } from "../engine/engine.ts"
import type { CoreErrorCode } from "../errors/core-error.ts"
import type { HlcStamp, SynclineError } from "@syncline/clock"
import type { ValueWrite } from "../store/store.ts"
import type { CommitReceipt } from "./commit-receipt.ts"
import type { OwnCommit } from "../undo/undo-manager.ts"
import type { DocumentConflicts } from "./document-conflicts.ts"
import { DocumentMeta } from "./document-meta.ts"
import type { DocumentView } from "./document-view.ts"
import type { GivenValues } from "./value-order.ts"

/** A commit that is applied here and not durable yet. */
export interface PendingCommit {
  readonly commit: Commit
  /** Whom it came from; absent when it was made here. */
  readonly origin: object | undefined
  /** Absent where a later commit of the same batch carries it. */
  readonly receipt: CommitReceipt | undefined
  /** The conflicts it made, where any were found or settled. */
  readonly conflicts?: FoundConflicts | undefined
  /** Small values that say of this commit that it is there: written with it, and gone with it where it is given up. */
  readonly given?: GivenValues | undefined
}

/** Records of conflicts, on their way with the commits that made them. */
export interface FoundConflicts {
  /** Written in the same transaction. */
  readonly values: readonly ValueWrite[]
  /** To be called when that is durable. Does not throw. */
  readonly tell: () => void
}

/** What is stored of a document is to be replaced: its base, its records, or both. */
export interface PendingBase {
  /** The new base; absent where the stored one stays and only records are written anew. */
  readonly bytes?: Uint8Array
  /** Facts as of the base and the commits in `restored`; what is durable otherwise joins them. */
  readonly facts: DocumentFacts
  /** What the base covers. */
  readonly base: Version
  /** Log position up to which it does; for a received base that is where this is written. */
  readonly basePosition?: number
  readonly dropThrough: number
  /** What `dropThrough` takes from the tail. */
  readonly dropped: { readonly commits: number; readonly bytes: number }
  /** Commits that lose their records to `dropThrough` and are written again. */
  readonly restored: readonly Commit[]
  /** The facts take the place of those before instead of joining them: a fork took commits out. */
  readonly replaces: boolean
  /** Kept aside in the same transaction. */
  readonly values: readonly ValueWrite[]
  /** Given with commits that the base covers, which so are not written any more themselves. */
  readonly given?: readonly GivenValues[]
  /** Commits that leave the document with this, or may: those kept aside. For the audit trail. */
  readonly out?: readonly Commit[]
  /** Absent for compaction: nobody else need know. */
  readonly origin: object | undefined
  readonly receipt: CommitReceipt
}

/** What was read of a document at one durable moment. */
export interface Captured {
  readonly version: Version
  readonly digest: Uint8Array
  readonly position: number
  readonly deleted: boolean
  readonly forked: boolean
  /** Greatest stamp among the commits. */
  readonly stamp: HlcStamp
  /** As the application sees it. */
  readonly value: JsonObject
  /** Why that is not what it should be: it could not be upgraded. */
  readonly error?: SynclineError
}

/** A loaded document: the engine's part, the facts, and what is on its way to the store. Internal. */
export class DocumentState {
  readonly id: DocumentId
  readonly engine: Engine
  /** Facts with everything applied here. */
  meta: DocumentMeta
  /** Facts with everything that is durable. */
  durable: DocumentMeta
  /** Newest log position about this document; 0 if it was never stored. */
  position: number
  document: EngineDocument
  /** The rules of its collection, at work; absent where there are none. */
  readonly view: DocumentView | undefined
  pending: PendingCommit[] = []
  pendingBase: PendingBase | undefined
  /** Of the append under way, if this document has a part in it. */
  inFlight: CommitReceipt | undefined
  /** What that append takes to the store: it is no longer in `pending` or `pendingBase`. */
  inFlightShare:
    | { readonly commits: readonly PendingCommit[]; readonly base: PendingBase | undefined }
    | undefined
  /** Why the last append of this document failed; nothing more is appended until it is retried or discarded. */
  blocked: SynclineError<CoreErrorCode> | undefined
  /** Under way while what was blocked is appended again. */
  retrying: Promise<void> | undefined
  /** Under way while what is stored is read to be put in the place of what is here: nothing is appended then. */
  mending: Promise<void> | undefined
  /** The engine's part cannot be trusted: it is being loaded anew, or could not be. */
  damaged = false
  /** Counts what was made here or came in since it was loaded: who wants to know whether anything did, compares. */
  changes = 0
  /** Counts replacements of what is stored: who began work on it before one is late. */
  rewrites = 0
  /** What observers wrote into the native document while received bytes went in; absent when none are going in. */
  reactions: EngineChange[] | undefined
  /** What finds conflicts; absent until commits come that do not know each other. */
  conflicts: DocumentConflicts | undefined
  /** Looking for conflicts has failed, and would again. */
  isBeyondConflicts = false
  /** Waiting for a moment at which everything applied is durable; called with nothing when that will not come soon. */
  readonly captures: ((captured: Captured | undefined) => void)[] = []
  /** One entry for each subscription: a function that subscribes twice hears twice. */
  readonly #listeners = new Set<{ readonly hear: (change: Change) => void }>()
  /** Those who hear of every commit made here, before subscribers do. */
  readonly ownCommits: Set<(commit: OwnCommit) => void> = new Set()
  /** Ends the engine's callbacks about native edits. */
  stopNative: () => void = () => {}

  constructor(
    id: DocumentId,
    engine: Engine,
    document: EngineDocument,
    facts: DocumentFacts,
    position: number,
    view?: DocumentView
  ) {
    this.view = view
    this.id = id
    this.engine = engine
    this.document = document
    this.meta = new DocumentMeta(id, facts)
    this.durable = new DocumentMeta(id, facts)
    this.position = position
  }

  /** Why nothing of this document may be appended now, if so. */
  get isHeldBack(): boolean {
    return this.blocked !== undefined || this.mending !== undefined
  }

  /** Whether anything here is not in the store yet. */
  get dirty(): boolean {
    return this.pending.length > 0 || this.pendingBase !== undefined
  }

  /** The value as the application sees it. */
  get value(): JsonObject {
    return this.view?.of(this.document).value ?? this.document.value()
  }

  onChange(hear: (change: Change) => void): () => void {
    const listener = { hear }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0
  }

  /** Tells subscribers; one that throws does not keep the others from hearing. Gives back what was thrown. */
  notify(change: Change): readonly unknown[] {
    const thrown: unknown[] = []
    if (change.paths.length === 0 || this.#listeners.size === 0) return thrown
    for (const listener of Array.from(this.#listeners)) {
      // Who has unsubscribed meanwhile hears nothing any more.
      if (!this.#listeners.has(listener)) continue
      try {
        listener.hear(change)
      } catch (error) {
        thrown.push(error)
      }
    }
    return thrown
  }

  /**
   * Answers those who wait for a durable moment, if this is one. They may have asked while the last append was under way:
   * nothing need come after it.
   */
  answerCaptures(): void {
    const isDurable = !this.dirty && !this.damaged && this.inFlight === undefined
    if (!isDurable || this.captures.length === 0) return
    const captured = this.capture(this.durable, this.durable.version.digest(this.id), this.position)
    for (const answer of this.captures.splice(0)) answer(captured)
  }

  /** Reads the document at a moment when everything applied to it is durable, or about to be, with these facts. */
  capture({ version, deleted, forked, stamp }: DocumentMeta, digest: Uint8Array, position: number): Captured {
    const { value } = this
    const error = this.view?.of(this.document).error
    return {
      version,
      digest,
      position,
      deleted,
      forked: forked.length > 0,
      stamp,
      value,
      ...(error === undefined ? {} : { error })
    }
  }
}
