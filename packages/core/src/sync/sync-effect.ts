import type { Closed } from "../link/transport.ts"
import type { LogEnd } from "../store/store.ts"
import type {
  CursorClaim,
  Frame,
  HelloFrame,
  PresenceFrame,
  PartialClaim,
  RejectFrame,
  VersionsEntry,
  VersionsFrame
} from "./frame.ts"
import type { IncomingPayload } from "./sync-state.ts"

/** What is to be sent first, before what becomes durable from now on. */
export type OutgoingPlan =
  /** Nothing: both sides have the same. */
  | { readonly kind: "tail" }
  /** Everything after a position of our log but documents of units that are equal. */
  | { readonly kind: "cursor"; readonly cursor: CursorClaim; readonly equal: readonly string[] }
  /** Units the peer has nothing of, whole; of the others what its versions lack. */
  | { readonly kind: "exchange"; readonly whole: readonly string[]; readonly listed: readonly string[] }

/** What a link counts and tells its user. */
export type SyncReport =
  /** Both hellos are there. */
  | { readonly kind: "greeted"; readonly hello: HelloFrame }
  /** A cheaper level did not do. */
  | { readonly kind: "fell-through"; readonly to: "units" | "exchange" }
  /** What is to come was compared; `documents` if it is certain how many will. */
  | { readonly kind: "expecting"; readonly documents?: number }
  /** Roots were equal; calls of `synced()` up to this number are answered. */
  | { readonly kind: "verified"; readonly requests: number }
  /** Roots stayed unequal after versions were exchanged. */
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
  | { readonly kind: "deliver"; readonly payload: IncomingPayload }
  /** Lists versions of units, page by page; answer: `page` for each, never more than four ahead of `page-answered`. */
  | { readonly kind: "list"; readonly collections: readonly string[] }
  | { readonly kind: "page-answered" }
  /** A page of theirs; answer: `page-done`. */
  | { readonly kind: "take-page"; readonly page: VersionsFrame }
  /** Answer: `wants-done`. */
  | { readonly kind: "serve-wants"; readonly entries: readonly VersionsEntry[] }
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
