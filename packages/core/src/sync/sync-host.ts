import type { ActorId } from "@syncline/clock"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { Ports } from "../ports/ports.ts"
import type { PresenceHook } from "../presence/presence-hook.ts"
import type { LogEnd } from "../store/store.ts"
import type { GivenUp } from "./given-up.ts"
import type { DocumentRule } from "./link-grant.ts"
import type { ScopeView } from "./scope-view.ts"
import type { SyncScope } from "./sync-scope.ts"

/** A place in another replica's log which this replica has applied everything up to. */
export interface PeerCursor {
  /** The peer's store, 32 hex digits. */
  readonly epoch: string
  readonly position: number
  /** The peer's running log hash there, 16 bytes. */
  readonly logHash: Uint8Array
}

/** Commits that became durable in one append, in log order, with the end of the log after them. */
export interface DurableGroup {
  readonly commits: readonly Commit[]
  /** Documents whose base a received snapshot replaced: others get them by `delta`, not by commits. */
  readonly reset: readonly DocumentId[]
  readonly end: LogEnd
  /** Whom they were received from, as given to `receive`; absent for local commits. */
  readonly origin?: object
}

/** A document's state as of a version, for peers behind our base. Bytes are core's base envelope (engine opaque). */
export interface SnapshotTransfer {
  readonly document: DocumentId
  readonly bytes: Uint8Array
}

/** What a peer at some version lacks of one document. Snapshot first, then commits, in this order. */
export interface DocumentDelta {
  readonly document: DocumentId
  readonly snapshot?: SnapshotTransfer
  /** In an order that respects dependencies. */
  readonly commits: readonly Commit[]
  /** Position of our log which this delta is complete up to, as far as this document goes. */
  readonly through: number
  /**
   * The peer is on another branch of a chain, as its version shows, or may be, being ahead of us on one that is forked: it has what is not
   * here, even where we are further on our branch.
   */
  readonly isElsewhere?: boolean
}

/** One document's place in a reconciliation: what we hold of it. */
export interface DocumentVersionEntry {
  readonly document: DocumentId
  readonly digest: Uint8Array
  readonly version: Version
  /** Of its newest record in our log. */
  readonly position: number
  /** Whose chains two writers under one name are known to have forked here; absent if nobody's. */
  readonly forked?: readonly ActorId[]
}

/** The same, beside what a peer holds. */
export interface ComparedEntry extends DocumentVersionEntry {
  /**
   * Where the peer's branch of a chain ends below ours: the version to ask it with, which shows it that they part. Absent where
   * they are not known to part so.
   */
  readonly parted?: Version
}

/** What came in over a link and is to be applied and made durable in one go. */
export interface IncomingBatch {
  /** As `decodeCommits` gave them; the receiver computes the hashes along its own chains and checks `check8`. */
  readonly commits: readonly PackedCommit[]
  readonly snapshots?: readonly SnapshotTransfer[]
  /** Saved in the same transaction, if nothing of the batch was rejected or postponed. */
  readonly cursor?: PeerCursor
  /** The link's own token, handed back in `DurableGroup.origin`. */
  readonly origin: object
}

/** Why one document's part of a batch was not applied. The rest was. */
export interface Rejection {
  readonly document: DocumentId
  /** `missing-dependency`: send from the version given. `forked`: kept in quarantine. Others: never to be sent again. */
  readonly reason: "missing-dependency" | "forked" | "invalid" | "unreadable" | "engine-unknown" | "blocked"
  readonly message: string
  /** What we hold of the document. */
  readonly version: Version
}

/** Outcome of `receive`, once durable. */
export interface IncomingReport {
  readonly applied: number
  readonly known: number
  readonly rejections: readonly Rejection[]
}

/** A Merkle root over the digests of a unit's documents. */
export interface UnitRoot {
  /** The unit's path; see `SyncScope`. */
  readonly collection: string
  readonly root: Uint8Array
  /** How many documents there are, if that is cheap to know: lets a first catch-up show how far it is. */
  readonly documents?: number
}

/** Up to where a peer has our log, and what the log's hash is there. */
interface AckedPosition {
  /** The peer's store, 32 hex digits. */
  readonly epoch: string
  readonly position: number
  readonly logHash: Uint8Array
}

/** What links remember beyond their life, by name. Without it, they only know less after a start. */
export interface LinkMemory {
  load(link: string): Promise<AckedPosition | undefined>
  save(link: string, acked: AckedPosition): Promise<void>
  /** What the other side did not take, in bytes of the link's. */
  loadKept(link: string): Promise<Uint8Array | undefined>
  saveKept(link: string, kept: Uint8Array): Promise<void>
}

/** What a link needs of a replica. Everything it hands out is durable; everything it takes is durable when settled. */
export interface SyncHost {
  readonly ports: Ports
  /** This replica's store, 32 hex digits. */
  readonly epoch: string
  readonly actor: ActorId
  /** End of the durable log. */
  readonly end: LogEnd
  /** The running log hash at a past position, `undefined` when it is not known any more. */
  logHashAt(position: number): Promise<Uint8Array | undefined>
  /** Calls back after each durable append that added commits, in log order, before any later one. */
  onDurable(listener: (group: DurableGroup) => void): () => void
  /** Roots of the collections in ascending order; only of those that have documents. */
  unitRoots(): Promise<readonly UnitRoot[]>
  /** Documents with records after a position, ascending by their newest position. */
  changedSince(
    after: number,
    limit: number
  ): Promise<readonly { readonly document: DocumentId; readonly position: number }[]>
  /** What a peer holding `version` (nothing if absent) lacks. With `after`: a peer that applied our log up to there. */
  delta(
    document: DocumentId,
    known: { readonly version?: Version } | { readonly after: number }
  ): Promise<DocumentDelta>
  /** Documents of a collection in ascending id order, strictly after `after`. */
  versions(
    collection: string,
    after: DocumentId | undefined,
    limit: number
  ): Promise<readonly DocumentVersionEntry[]>
  /** What we hold of one document; `undefined` if nothing. */
  entry(document: DocumentId): Promise<DocumentVersionEntry | undefined>
  /** The same, for a peer that holds it at `theirs`: its branch of a chain may end below ours, which versions alone do not show. */
  entryBeside(document: DocumentId, theirs: Version): Promise<ComparedEntry | undefined>
  /** Under which our side of a comparison is kept, and told to peers that were let in. 16 bytes. */
  readonly unitKey: Uint8Array
  /** What a link of this scope compares, of it what the rule lets the peer read. To be closed. */
  scopeView(scope: SyncScope, rule?: DocumentRule): ScopeView
  /** Our version of one document (empty if we do not have it). */
  version(document: DocumentId): Promise<Version>
  /**
   * Applies and appends. Commits of one document must come in dependency order.
   *
   * @throws SynclineError only when nothing could be applied at all (`replica-closed`, `store-failed`).
   */
  receive(batch: IncomingBatch): Promise<IncomingReport>
  /** The cursor into that store which `receive` saved last. */
  peerCursor(epoch: string): Promise<PeerCursor | undefined>
  readonly linkMemory?: LinkMemory
  /** What replicas show of themselves, where that is passed on. */
  readonly presence?: PresenceHook | undefined
  /** Fulfilled when what was committed so far is durable, or cannot be. Absent: it always is. */
  written?(): Promise<void>
  /**
   * Takes out of a document what somebody lacks who holds it at that version. Absent where it cannot be. Gives nothing where there is
   * nothing to take out.
   *
   * @throws SynclineError `version-before-base` where that is folded
   */
  giveUp?(document: DocumentId, theirs: Version): Promise<GivenUp | undefined>
  /** Saves a cursor when there was nothing to receive. */
  savePeerCursor(cursor: PeerCursor): Promise<void>
}
