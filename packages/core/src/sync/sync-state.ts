import type { DocumentId } from "../document/document-id.ts"
import type { LogEnd } from "../store/store.ts"
import type { CursorClaim, HelloFrame, IdleFrame, PartialClaim, UnitSummary } from "./frame.ts"
import type { DifferentUnit, SyncLevel } from "./reconcile/level.ts"
import type { SyncLimits } from "./sync-limits.ts"

/** Who speaks first. */
export type SyncRole = "dialer" | "acceptor"

/**
 * Where one connection stands.
 *
 * `greeting`: waiting for the peer's hello. `admitting`: the acceptor decides about it. `comparing`: roots of units are
 * being exchanged. `catching-up`: data flows, equality is not established yet. `live`: roots were equal, commits flow
 * as they happen. `closed`: over.
 */
export type Phase = "greeting" | "admitting" | "comparing" | "catching-up" | "live" | "closed"

/** A batch or snapshot ready to go out; the machine cuts it into frames. Empty batches only move the cursor. */
export type OutgoingPayload =
  | {
      readonly kind: "commits"
      readonly bytes: Uint8Array
      readonly through?: LogEnd
      readonly scanned?: number
    }
  | {
      readonly kind: "snapshot"
      readonly document: DocumentId
      readonly id: Uint8Array
      readonly bytes: Uint8Array
      readonly offset: number
    }

/** A batch or snapshot put together again. `frameBytes` is what it still holds of the peer's credit. */
export type IncomingPayload =
  | {
      readonly kind: "commits"
      readonly bytes: Uint8Array
      readonly through?: LogEnd
      readonly scanned?: number
      readonly frameBytes: number
    }
  | {
      readonly kind: "snapshot"
      readonly document: DocumentId
      readonly id: Uint8Array
      readonly bytes: Uint8Array
      readonly frameBytes: number
    }

/** What of a payload is here. */
export interface Assembly {
  readonly head:
    | { readonly kind: "commits"; readonly through?: LogEnd; readonly scanned?: number }
    | { readonly kind: "snapshot"; readonly document: DocumentId; readonly id: Uint8Array }
  readonly total: number
  readonly have: number
  readonly chunks: ChunkList | undefined
}

/** Pieces of a payload, last one first: adding one costs the same however many there are. */
export interface ChunkList {
  readonly bytes: Uint8Array
  readonly before: ChunkList | undefined
}

/** A payload on its way: whether its first frame went out, and where the next one begins. */
export interface Transfer {
  readonly payload: OutgoingPayload
  readonly begun: boolean
  readonly offset: number
}

/** The sending half. */
export interface OutgoingState {
  /** Whether the plan is made and data may flow. */
  readonly started: boolean
  /** Bytes the peer lets us send now. */
  readonly credit: number
  readonly maxCredit: number
  /** `asked`: the runner was asked for the next payload. */
  readonly pump: "resting" | "asked"
  /** Work turned up while asked, so that an answer "nothing left" may be out of date. */
  readonly stale: boolean
  /** The newest payload, and an older one which it may overtake. */
  readonly front?: Transfer | undefined
  readonly bulk?: Transfer | undefined
  /** Bytes that went ahead of `bulk` since its last chunk. */
  readonly overtaken: number
  /** Up to this size payloads go out whole, between the chunks of larger ones; infinite where the peer cannot take that. */
  readonly smallBytes: number
  /** Whether the peer still holds what it has of a snapshot. */
  readonly resumable: boolean
  readonly sent: number
  readonly acked: number
  /** Position of our log everything up to which was sent or is known there. */
  readonly through: number
}

/** The receiving half. */
interface IncomingState {
  /** Credit the peer has left. */
  readonly window: number
  /** Credit to be given back. */
  readonly owed: number
  /** Credit for chunks that is not given back before everything delivered is applied. */
  readonly held: number
  /** How many payloads were there when one was that came in chunks. */
  readonly assembled: number
  readonly assembly?: Assembly | undefined
  /** Bytes of a snapshot left by an earlier connection. */
  readonly partial?: Assembly | undefined
  readonly received: number
  readonly applied: number
}

/** Comparison of unit roots, once a round. */
export interface RoundState {
  readonly number: number
  /** How often it was (or is being) found out what differs since the last equal comparison. */
  readonly exchanges: number
  /** The cheapest level to try in this round. */
  readonly floor: SyncLevel
  /** The surest level that was used in this round. */
  readonly reached?: SyncLevel | undefined
  /** Either side did not take commits of this round: no level can make up for that. */
  readonly refused: boolean
  readonly ours?: readonly UnitSummary[] | undefined
  readonly theirs?: readonly UnitSummary[] | undefined
  /** Whether `theirs` is complete, and in how many frames it came so far. */
  readonly theirsDone: boolean
  readonly theirFrames: number
  readonly cursor?: CursorClaim | undefined
  readonly partial?: PartialClaim | undefined
  /** We told a cursor. */
  readonly claimed: boolean
  /** Under which the peer keeps its ids. */
  readonly key?: Uint8Array | undefined
  /** The accepting side asked for the comparison. */
  readonly asked: boolean
  /** What differs and both sides have, once that is being looked into; and how many of these are done. */
  readonly units?: readonly DifferentUnit[] | undefined
  readonly finished: number
  /** Findings of the peer we did not answer yet, with their size, and ours it did not answer: whether each is its unit's last. */
  readonly foundIn: readonly { readonly last: boolean; readonly size: number; readonly entries: number }[]
  readonly foundOut: readonly boolean[]
}

/** Finding the points at which roots can be compared. */
interface IdleState {
  readonly count: number
  /** A timer towards, or a computation of, the next idle frame is running. */
  readonly waiting: "no" | "timer" | "root"
  readonly ours?: IdleFrame | undefined
  readonly theirs?: IdleFrame | undefined
  /** This pair was compared. */
  readonly judged: boolean
  /** The peer asked for a fresh frame. */
  readonly asked: boolean
  /** The first of our frames after it was told how a document stands: roots that do not know of it are not called unequal. */
  readonly fence: number
  /** Such roots met: the peer is asked for a fresh frame. */
  readonly outdated: boolean
  /** `synced()` calls so far, those asked the peer about, the frame that asked first, those answered. */
  readonly requests: number
  readonly asking: number
  readonly askNumber: number
  readonly answered: number
  /** Latest number of theirs seen, which outlives `theirs`. */
  readonly seen: number
}

/** Everything the machine knows. Immutable. */
export interface SyncState {
  readonly phase: Phase
  readonly role: SyncRole
  readonly limits: SyncLimits
  readonly ours?: HelloFrame
  /** Under which grant digests of the other side stand for ours in the root of that, if any do. */
  readonly keptUnder?: string
  readonly peer?: HelloFrame
  readonly outgoing: OutgoingState
  readonly incoming: IncomingState
  readonly round: RoundState
  readonly idle: IdleState
  readonly openWants: number
  /** Documents were asked about, and there is no answer yet. */
  readonly asks: boolean
  /** Whether newer credentials were asked for and did not come yet. */
  readonly renewal: "none" | "asked"
  /** Frames heard but pings, pongs, presence and renewals; how many there were when it was last looked whether anything moves. */
  readonly heard: number
  readonly heardBefore: number
  /** Comparisons in a row that stayed unequal after an exchange, and whether the next exchange is scheduled. */
  readonly diverged: number
  readonly retrying: boolean
}

/** Where a connection begins. */
export function initialSyncState(role: SyncRole, limits: SyncLimits, partial?: Assembly): SyncState {
  return {
    phase: "greeting",
    role,
    limits,
    outgoing: {
      started: false,
      credit: 0,
      maxCredit: 0,
      pump: "resting",
      stale: false,
      overtaken: 0,
      smallBytes: Number.POSITIVE_INFINITY,
      resumable: true,
      sent: 0,
      acked: 0,
      through: 0
    },
    incoming: {
      window: limits.windowBytes,
      owed: 0,
      held: 0,
      assembled: 0,
      received: 0,
      applied: 0,
      ...(partial === undefined ? {} : { partial })
    },
    round: freshRound(0, 0, "list"),
    idle: {
      count: 0,
      waiting: "no",
      judged: false,
      asked: false,
      fence: 0,
      outdated: false,
      requests: 0,
      asking: 0,
      askNumber: 0,
      answered: 0,
      seen: 0
    },
    openWants: 0,
    asks: false,
    renewal: "none",
    heard: 0,
    heardBefore: 0,
    diverged: 0,
    retrying: false
  }
}

/** A round nothing is known of yet. */
export function freshRound(number: number, exchanges: number, floor: SyncLevel): RoundState {
  return {
    number,
    exchanges,
    floor,
    refused: false,
    theirsDone: false,
    theirFrames: 0,
    claimed: false,
    asked: false,
    finished: 0,
    foundIn: [],
    foundOut: []
  }
}

/** The round as one in which it is found out what differs. */
export function exchangesNow(round: RoundState): RoundState {
  return round.exchanges > 0 ? round : { ...round, exchanges: 1 }
}
