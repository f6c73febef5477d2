import type { ActorId } from "@syncline/clock"
import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { CloseReason } from "../link/transport.ts"
import type { PresenceEntry } from "../presence/presence-hook.ts"
import type { LogEnd } from "../store/store.ts"
import type { SyncLevel } from "./reconcile/level.ts"
import type { SyncScope } from "./sync-scope.ts"

/** First frame of each side. The dialing side speaks first; the other answers once it has let it in. */
export interface HelloFrame {
  readonly kind: "hello"
  /** Protocol versions spoken, inclusive. */
  readonly minProtocol: number
  readonly maxProtocol: number
  readonly epoch: string
  readonly actor: ActorId
  /** Combined root over the units in `scope`, 20 bytes. */
  readonly root: Uint8Array
  /** End of the log no later than `root`. */
  readonly end: LogEnd
  /** What this side takes in; powers of two. */
  readonly maxFrameBytes: number
  readonly windowBytes: number
  readonly maxPayloadBytes: number
  /** What the dialing side wants to read, what the other grants of it. */
  readonly scope: SyncScope
  /** What of that may be written, where it is not all. Of the accepting side. */
  readonly write?: readonly string[]
  /** Names the rule that decides about single documents, if there is one; 8 bytes. Of the accepting side. */
  readonly grantId?: Uint8Array
  readonly credentials?: Uint8Array
}

/** One collection's place in the comparison of roots. */
export interface UnitSummary {
  readonly collection: string
  /** 20 bytes. */
  readonly root: Uint8Array
  /** How many documents it has, if known. */
  readonly documents?: number
}

/** Where in the other's log this side is complete. The epoch is that of the hello answered. */
export interface CursorClaim {
  readonly position: number
  readonly hash: Uint8Array
  /** Documents whose newest record is at or below this came already in an earlier, broken connection. */
  readonly scanned: number
}

/** A snapshot of which a broken connection left the first `have` bytes here. */
export interface PartialClaim {
  readonly id: Uint8Array
  readonly have: number
}

/** Roots of the units, when the combined ones differ. `more`: another frame continues the list. */
export interface RootsFrame {
  readonly kind: "roots"
  readonly round: number
  readonly more: boolean
  readonly units: readonly UnitSummary[]
  readonly cursor?: CursorClaim
  readonly partial?: PartialClaim
  /** Under which the accepting side keeps the ids that are compared; 16 bytes. */
  readonly key?: Uint8Array
}

/** Asks the dialing side to find out what differs in the units which both sides have and which differ. */
interface CompareFrame {
  readonly kind: "compare"
}

/**
 * One message of the reconciliation of a unit that differs. `begin`: the first of a level, from the dialing side. `next`: the
 * answer. `changed`: the set changed too much meanwhile. `failed`: this level does not do. The last two go to the dialing
 * side, without a message, and it begins anew or at a surer level.
 */
export interface ReconcileFrame {
  readonly kind: "reconcile"
  /** Place of the unit among those that differ, ascending. */
  readonly unit: number
  readonly level: SyncLevel
  readonly step: "begin" | "next" | "changed" | "failed"
  readonly message: Uint8Array
}

/** One document's version, hashes in short form. An empty version stands for one too large to list. */
export interface VersionsEntry {
  readonly document: DocumentId
  readonly version: Version
}

/** What one side found to differ in a unit. All of it may take several frames. */
export interface FoundFrame {
  readonly kind: "found"
  readonly unit: number
  /** How it was found. At `list` the entries of all frames are everything the speaker has in the unit. */
  readonly level: SyncLevel
  /** States that only the listener has: 8-byte ids; at `merkle` the 32-byte keys of documents the speaker has nothing of. */
  readonly only: readonly Uint8Array[]
  /** What the speaker has of documents that differ. */
  readonly entries: readonly VersionsEntry[]
  /** Places of entries, ascending, where the speaker knows of forked chains: it has to see the listener's version. */
  readonly forked: readonly number[]
  readonly last: boolean
}

/** One `found` frame was worked through. */
interface AnsweredFrame {
  readonly kind: "answered"
}

/** Asks for what a document has beyond a version. */
interface WantFrame {
  readonly kind: "want"
  readonly entries: readonly VersionsEntry[]
}

/** First (often only) frame of a batch of commits. `total` is the batch's size; chunks bring what `bytes` does not. */
export interface CommitsFrame {
  readonly kind: "commits"
  readonly total: number
  readonly bytes: Uint8Array
  /** With this batch applied, the receiver has everything of the sender's log up to here. */
  readonly through?: LogEnd
  /** With this batch applied, a catch-up by cursor can go on after this position. */
  readonly scanned?: number
}

/** First frame of a snapshot: bytes from `offset`, which is not 0 when the receiver still has those before. */
export interface SnapshotFrame {
  readonly kind: "snapshot"
  readonly document: DocumentId
  /** First 16 bytes of the SHA-256 of all of it. */
  readonly id: Uint8Array
  readonly total: number
  readonly offset: number
  readonly bytes: Uint8Array
}

/** The next bytes of the batch or snapshot begun last. */
interface ChunkFrame {
  readonly kind: "chunk"
  readonly bytes: Uint8Array
}

/** How many batches and snapshots, counted from the start, are durable here. */
interface AckFrame {
  readonly kind: "ack"
  readonly payloads: number
}

/** Lets the peer send that many more bytes. */
interface CreditFrame {
  readonly kind: "credit"
  readonly bytes: number
}

/** This side has nothing to send and everything it sent is durable there: a point to compare roots at. */
export interface IdleFrame {
  readonly kind: "idle"
  /** Counts the idle frames of this side, from 1. */
  readonly number: number
  /** Number of the peer's last idle frame seen when this one was made; 0 if none. */
  readonly seen: number
  readonly round: number
  readonly sent: number
  readonly applied: number
  readonly root: Uint8Array
  readonly end: LogEnd
  /** Please send a fresh one of yours. */
  readonly ask: boolean
}

/** Are you there? */
interface PingFrame {
  readonly kind: "ping"
}

/** Yes. */
interface PongFrame {
  readonly kind: "pong"
}

/** A document's commits were not taken. */
export interface RejectFrame {
  readonly kind: "reject"
  readonly document: DocumentId
  readonly reason: string
  readonly message: string
}

/** What replicas show of themselves, passed on as it is; see `presence/`. Outside of credit. */
export interface PresenceFrame {
  readonly kind: "presence"
  readonly entries: readonly PresenceEntry[]
}

/** What do you have of these documents? From the dialing side, of such as it must not send; one at a time. */
interface AskFrame {
  readonly kind: "ask"
  readonly documents: readonly DocumentId[]
}

/** What one side has of a document: its version, hashes in short form (empty: too large to tell), and its digest. */
export interface StandingEntry extends VersionsEntry {
  readonly digest: Uint8Array
}

/** Answers for the first of the documents asked about, in order; `undefined` where there is nothing, or nothing to be seen. */
export interface StandingFrame {
  readonly kind: "standing"
  readonly entries: readonly (StandingEntry | undefined)[]
}

/** What the dialing side showed is good for so much longer: it is to show something newer. From the accepting side. */
interface ExpiringFrame {
  readonly kind: "expiring"
  readonly inMs: number
}

/** Credentials, newer than those of the hello. The answer to `expiring`. */
interface RenewFrame {
  readonly kind: "renew"
  readonly credentials?: Uint8Array
}

/** Last frame, for transports that cannot say why they close. */
interface CloseFrame {
  readonly kind: "close"
  readonly reason: CloseReason
  readonly message: string
}

/** Everything that travels. */
export type Frame =
  | HelloFrame
  | RootsFrame
  | CompareFrame
  | ReconcileFrame
  | FoundFrame
  | AnsweredFrame
  | WantFrame
  | CommitsFrame
  | SnapshotFrame
  | ChunkFrame
  | AckFrame
  | CreditFrame
  | IdleFrame
  | PingFrame
  | PongFrame
  | RejectFrame
  | CloseFrame
  | PresenceFrame
  | AskFrame
  | StandingFrame
  | ExpiringFrame
  | RenewFrame

/** Bytes of a root as it travels: half of what a birthday attack needs at 2⁸⁰, and two hellos stay below 160 bytes. */
export const wireRootBytes = 20

/** Bytes that name a snapshot. */
export const snapshotIdBytes = 16

/** Bytes of the key under which ids are compared. */
export const unitKeyBytes = 16

/** Bytes of an id, and of a key of the tree. */
export const idBytes = 8
export const treeKeyBytes = 32

/** Bytes of a document's digest. */
export const digestBytes = 32

/** The newest protocol version spoken, and the oldest. From 4 on, whole payloads may come between the chunks of another. */
export const protocolVersion = 4
export const oldestProtocol = 3
