import type { Closed } from "../link/transport.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { LogEnd } from "../store/store.ts"
import type {
  CursorClaim,
  FoundFrame,
  Frame,
  HelloFrame,
  PresenceFrame,
  PartialClaim,
  ReconcileFrame,
  RejectFrame,
  StandingEntry,
  VersionsEntry
} from "./frame.ts"
import type { DifferentUnit, SyncLevel } from "./reconcile/level.ts"
import type { LevelFailure } from "./reconcile/level-session.ts"
import type { IncomingPayload } from "./sync-state.ts"

/** What is to be sent first, before what becomes durable from now on. */
export type OutgoingPlan =
  /** Nothing: both sides have the same. */
  | { readonly kind: "tail" }
  /** Everything after a position of our log but documents of units that are equal. */
  | { readonly kind: "cursor"; readonly cursor: CursorClaim; readonly equal: ReadonlySet<string> }
  /** Units the peer has nothing of, whole; of the others what reconciliation shows it to lack. */
  | { readonly kind: "exchange"; readonly whole: readonly string[] }

/** What a level came to in one unit. */
export type LevelOutcome = "used" | "decoded" | LevelFailure

/** What a link counts and tells its user. */
export type SyncReport =
  /** Both hellos are there. */
  | { readonly kind: "greeted"; readonly hello: HelloFrame }
  /** What was cheaper did not do: roots of units after the combined one, an exchange after a cursor, a surer level. */
  | { readonly kind: "fell-through"; readonly to: "units" | "exchange" | SyncLevel }
  /** A level of reconciliation was begun in one unit, or came to this. */
  | { readonly kind: "reconciled"; readonly level: SyncLevel; readonly outcome: LevelOutcome }
  /** What is to come was compared; `documents` if it is certain how many will. */
  | { readonly kind: "expecting"; readonly documents?: number }
  /** Roots were equal; calls of `synced()` up to this number are answered. */
  | { readonly kind: "verified"; readonly requests: number }
  /** Roots stayed unequal after the surest exchange, or after one of which something was refused. */
  | {
      readonly kind: "diverged"
      readonly attempt: number
      readonly ours: Uint8Array
      readonly theirs: Uint8Array
    }
  /** The peer did not take commits of ours. */
  | { readonly kind: "rejected-there"; readonly reject: RejectFrame }
  /** We did not take commits of the peer's. */
  | { readonly kind: "rejected-here"; readonly reject: Omit<RejectFrame, "kind"> }
  /** Nor those of so many documents more. */
  | { readonly kind: "rejected-more-here"; readonly documents: number }

/** What the runner must do. In order. */
export type SyncEffect =
  | { readonly kind: "send"; readonly frame: Frame }
  /** Ends the connection; `tell` is false when it is gone already. */
  | { readonly kind: "close"; readonly closed: Closed; readonly tell: boolean }
  /** Makes our hello; for the acceptor after deciding about the peer's. Answer: `prepared` or `refused`. */
  | { readonly kind: "prepare"; readonly peer?: HelloFrame }
  /** Answer: `units-ready`. The cursor is wanted in round 0 only. */
  | { readonly kind: "compute-units"; readonly withCursor: boolean }
  /** Answer: `cursor-checked`. */
  | { readonly kind: "check-cursor"; readonly cursor: CursorClaim }
  | { readonly kind: "plan"; readonly plan: OutgoingPlan; readonly partial?: PartialClaim }
  /** Answer: `offer` or `drained`. */
  | { readonly kind: "pump" }
  /** A payload that others could overtake is out. */
  | { readonly kind: "bulk-sent" }
  | { readonly kind: "deliver"; readonly payload: IncomingPayload }
  /** Finds out what differs: as the dialing side under the peer's key, else under ours. Answers: `message`, `found-ready`. */
  | {
      readonly kind: "reconcile"
      readonly units: readonly DifferentUnit[]
      readonly floor: SyncLevel
      readonly key?: Uint8Array
    }
  | { readonly kind: "take-message"; readonly frame: ReconcileFrame }
  /** Answers: `wants`, then `found-done`. */
  | { readonly kind: "take-found"; readonly frame: FoundFrame; readonly collection: string }
  /** How many findings are unanswered, and how many documents the peer asked for are still to be sent. */
  | { readonly kind: "pace"; readonly unanswered: number; readonly openWants: number }
  /** Everything that differs is known to both sides. */
  | { readonly kind: "exchanged" }
  /** Answer: `wants-done`. */
  | { readonly kind: "serve-wants"; readonly entries: readonly VersionsEntry[] }
  /** How documents stand here that the peer asks about. Answer: `looked-up`. */
  | { readonly kind: "look-up"; readonly documents: readonly DocumentId[] }
  /** How documents stand there that we asked about. */
  | { readonly kind: "take-standing"; readonly entries: readonly (StandingEntry | undefined)[] }
  /** Credentials that hold longer. Answer: `credentials`. */
  | { readonly kind: "get-credentials" }
  /** Decides anew about the peer. Answer: `readmitted`. */
  | { readonly kind: "readmit"; readonly credentials: Uint8Array | undefined }
  /** Answer: `root-ready` or `root-stale`. */
  | { readonly kind: "compute-root" }
  /** The log reaches further than what was handed out: read it. */
  | { readonly kind: "extend"; readonly end: LogEnd }
  /** Everything of the peer's log up to `end` is here, whatever was rejected before. */
  | { readonly kind: "verified"; readonly end: LogEnd }
  | {
      readonly kind: "timer"
      readonly name: "deadline" | "settle" | "retry" | "stall"
      readonly delayMs: number
      readonly jitter: boolean
    }
  | { readonly kind: "cancel"; readonly name: "deadline" | "retry" }
  | { readonly kind: "report"; readonly report: SyncReport }
  /** What replicas show of themselves came in. `size`: the frame's. */
  | { readonly kind: "presence"; readonly entries: PresenceFrame["entries"]; readonly size: number }
