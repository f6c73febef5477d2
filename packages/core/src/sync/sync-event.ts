import type { Closed } from "../link/transport.ts"
import type { LogEnd } from "../store/store.ts"
import type {
  CursorClaim,
  FoundFrame,
  Frame,
  HelloFrame,
  ReconcileFrame,
  StandingEntry,
  UnitSummary,
  VersionsEntry
} from "./frame.ts"
import type { Assembly, OutgoingPayload } from "./sync-state.ts"
import type { DocumentId } from "../document/document-id.ts"

/** A frame came in. `size` is the message's length. */
export type WireEvent = {
  readonly [K in Frame["kind"]]: {
    readonly kind: K
    readonly frame: Extract<Frame, { readonly kind: K }>
    readonly size: number
  }
}[Frame["kind"]]

/** What the runner, the timers and the application tell the machine. */
type LocalEvent =
  /** The connection is there. */
  | { readonly kind: "started" }
  /** Our hello was made; for the acceptor that means the peer was let in. */
  | {
      readonly kind: "prepared"
      readonly hello: HelloFrame
      /** The dialing side: under which grant digests of the other side stand for ours in its root, if any do. */
      readonly keptUnder?: string
      /** The accepting side: what it has of a snapshot that the peer began before. */
      readonly partial?: Assembly
    }
  /** The peer was not let in. */
  | { readonly kind: "refused"; readonly closed: Closed }
  /** Answer to `compute-units`. */
  | {
      readonly kind: "units-ready"
      readonly units: readonly UnitSummary[]
      readonly cursor?: CursorClaim
      /** The accepting side's. */
      readonly key?: Uint8Array
    }
  /** Answer to `check-cursor`. */
  | { readonly kind: "cursor-checked"; readonly valid: boolean }
  /** There is something to send. */
  | { readonly kind: "work" }
  /** Answers to `pump`. */
  | { readonly kind: "offer"; readonly payload: OutgoingPayload }
  | { readonly kind: "drained"; readonly through: number }
  /** A message of a reconciliation is ready to be sent. */
  | { readonly kind: "message"; readonly frame: ReconcileFrame }
  /** What we found is ready to be told. */
  | { readonly kind: "found-ready"; readonly frame: FoundFrame }
  /** What they found was worked through; and these documents turned out to be further there. */
  | { readonly kind: "found-done" }
  | { readonly kind: "wants"; readonly entries: readonly VersionsEntry[] }
  /** So many documents they wanted were sent. */
  | { readonly kind: "wants-done"; readonly count: number }
  /** It is to be asked how these documents stand there. */
  | { readonly kind: "ask-about"; readonly documents: readonly DocumentId[] }
  /** Answer to `look-up`. */
  | { readonly kind: "looked-up"; readonly entries: readonly (StandingEntry | undefined)[] }
  /** The peer has something of these documents that it may not write. */
  | { readonly kind: "refuse-writes"; readonly documents: readonly DocumentId[] }
  /** The peer's credentials are good for so much longer. */
  | { readonly kind: "expires-soon"; readonly inMs: number }
  /** Answers to `get-credentials`: these, or that they cannot be had now. */
  | { readonly kind: "credentials"; readonly credentials: Uint8Array | undefined }
  | { readonly kind: "no-credentials" }
  /** It was decided anew about the peer: answer to `readmit`, or because the application wanted it. */
  | { readonly kind: "readmitted"; readonly closed: Closed | undefined }
  /** Payloads became durable. */
  | {
      readonly kind: "applied"
      readonly payloads: number
      readonly frameBytes: number
      readonly rejections: readonly {
        readonly document: DocumentId
        readonly reason: string
        readonly message: string
      }[]
      readonly wants: readonly VersionsEntry[]
    }
  /** Answers to `compute-root`: the root, or that the log moved on before it was there. */
  | { readonly kind: "root-stale" }
  | { readonly kind: "root-ready"; readonly root: Uint8Array; readonly end: LogEnd }
  /** Timers. */
  | { readonly kind: "deadline" }
  | { readonly kind: "settle" }
  | { readonly kind: "retry" }
  | { readonly kind: "stall" }
  | { readonly kind: "ask-again" }
  /** Nothing was heard for the ping interval; and for the ping timeout after that. */
  | { readonly kind: "quiet" }
  | { readonly kind: "silent" }
  /** Something was heard for the ping interval, and nothing said. */
  | { readonly kind: "mute" }
  /** The peer sent what cannot be taken; the connection ended; this side failed. */
  | { readonly kind: "broken"; readonly closed: Closed }
  | { readonly kind: "lost"; readonly closed: Closed }
  | { readonly kind: "failed"; readonly message: string }
  /** The application. */
  | { readonly kind: "close-requested"; readonly closed: Closed }
  | { readonly kind: "sync-requested" }

/** Everything that can happen. */
export type SyncEvent = WireEvent | LocalEvent

/** What kinds of things can happen. */
export type EventKind = SyncEvent["kind"]

/** The event of one kind. */
export type EventOf<K extends EventKind> = Extract<SyncEvent, { readonly kind: K }>

/** A frame as an event. */
export function wireEvent(frame: Frame, size: number): WireEvent {
  // Kind and frame belong together by construction, which the type of a union's member cannot say.
  return { kind: frame.kind, frame, size } as WireEvent
}
