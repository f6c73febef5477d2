import type { ActorId } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import type { GivenUp } from "../sync/given-up.ts"
import type { SyncLevel } from "../sync/reconcile/level.ts"
import type { Paths, SyncScope } from "../sync/sync-scope.ts"
import type { Closed } from "./transport.ts"
import type { SyncMonitor } from "./sync-status.ts"

/**
 * Where a link stands. `offline`: no connection, the next attempt is scheduled. `connecting`: one is being made (credentials fetched before that) or the
 * sides greet each other. `catching-up`: data flows, equality is not established. `live`: roots were equal, commits
 * flow as they happen. `closed`: over for good.
 */
export type LinkStatus = "offline" | "connecting" | "catching-up" | "live" | "closed"

/** How far a catch-up is. */
export interface LinkProgress {
  /** Documents that arrived since the connection began, counted once per batch they came in. */
  readonly documents: number
  /** How many will arrive, where that is certain: when the peer's collections are new here. */
  readonly expected?: number
}

/** What a link counted of one level of reconciliation, unit by unit; see DESIGN §5. */
export interface LevelMetrics {
  /** Times it was begun. */
  readonly used: number
  /** Times it told what differs. */
  readonly decoded: number
  /** Times it would have taken more than allowed. */
  readonly gaveUp: number
  /** Times that what both sides said did not fit together: ids collide, or somebody lies. */
  readonly inconsistent: number
  /** Times that too much changed meanwhile. */
  readonly changed: number
  /** Bytes of its frames, both directions. */
  readonly bytes: number
}

/** What a link counted since it was made. */
export interface LinkMetrics {
  readonly framesIn: number
  readonly framesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Frames the network delivered twice; dropped. */
  readonly duplicates: number
  readonly connections: number
  /** Comparisons of roots that came out equal. */
  readonly verified: number
  /** Connections whose combined roots differed, so that units were compared. */
  readonly unitComparisons: number
  /** Times that it had to be found out what differs, because there was no valid cursor or it had not been enough. */
  readonly exchanges: number
  /** Times that a level of reconciliation did not do, or left roots unequal, and the next one was used. */
  readonly fallThroughs: number
  /** By level: `list` for a handful of documents, `rateless` (L2), `ranges` (L3), `merkle` (L4). */
  readonly levels: { readonly [L in SyncLevel]: LevelMetrics }
  /** Comparisons unequal even after the surest exchange, or where something was refused. */
  readonly divergences: number
  /** Documents whose commits this side, and the other side, did not take. */
  readonly rejectedHere: number
  readonly rejectedThere: number
  /** How long what came in was made to wait, because it came faster than the limit (`SyncLimits.maxDocumentsPerSecond`). */
  readonly limitedMs: number
}

/** What went wrong on a link. None of these ends it, unless `retryInMs` is absent. */
export type LinkProblem =
  /** The connection ended, or none came about. */
  | { readonly kind: "disconnected"; readonly closed: Closed; readonly retryInMs?: number }
  /** Commits of a document were not taken: `here` by us, `there` by the peer (or could not be sent to it). */
  | {
      readonly kind: "rejected"
      readonly where: "here" | "there"
      readonly document: DocumentId
      readonly reason: string
      readonly message: string
    }
  /**
   * The other side does not take what is here of more documents than are kept apart (`maxKeptDocuments`), so that both sides stay
   * unequal. Told once until there is room again, where this side dialed.
   */
  | { readonly kind: "too-many-kept"; readonly most: number }
  /** Nor, by us, were those of so many documents more of the same batch: they are not named one by one. */
  | { readonly kind: "rejected-more"; readonly documents: number }
  /** Both sides have what the other sent and still differ; tried again, less and less often. Roots are 20 bytes. */
  | {
      readonly kind: "diverged"
      readonly attempt: number
      readonly ours: Uint8Array
      readonly theirs: Uint8Array
    }

/** Who is at the other end. */
export interface LinkPeer {
  /** Its store, 32 hex digits. */
  readonly epoch: string
  readonly actor: ActorId
}

/** What a link syncs, as the side that was dialed decided. */
export interface LinkGranted {
  /** What the dialing side may read, of what it asked for. */
  readonly read: SyncScope
  /** What of that it may write. */
  readonly write: SyncScope
  /** Whether a rule decides about single documents besides. Which ones it leaves out is not told. */
  readonly byRule: boolean
}

/** A lasting relation to one other replica, over as many connections as it takes. */
export interface Link {
  /** The transport's name, for messages. */
  readonly name: string
  readonly status: LinkStatus
  /** Known from the first greeting on. */
  readonly peer: LinkPeer | undefined
  /** What the connection may sync: the same on both sides. Known from the first greeting on, and then as of the last one. */
  readonly grant: LinkGranted | undefined
  readonly progress: LinkProgress
  readonly metrics: LinkMetrics
  /** What a user interface shows: where syncing stands, and what the other side does not have yet. */
  readonly sync: SyncMonitor
  /** Fulfilled when the link is over, with the reason. Never rejected. */
  readonly closed: Promise<Closed>
  /** Calls back after each change of `status`. Returns the unsubscribe. */
  onStatus(listener: (status: LinkStatus) => void): () => void
  /** Calls back with what goes wrong. Returns the unsubscribe. */
  onProblem(listener: (problem: LinkProblem) => void): () => void
  /**
   * Fulfilled when both sides have compared equal roots, taken after this call. Waits through lost connections, and
   * through a divergence: give a signal where that must not be for ever.
   *
   * @throws SynclineError `link-closed` when the link ends first, `aborted` when `signal` fires first.
   */
  synced(signal?: AbortSignal): Promise<void>
  /** Tries now instead of waiting for the next attempt; the platform said that the network is back. */
  retryNow(): void
  /**
   * Syncs something else from now on, where this side dialed: collections (`notes`), prefixes (`notes/team-a/`), documents
   * (`notes/plan`). The sides greet anew over another connection: two hellos, and what was not synced before is compared. What
   * is here of what is left out stays here.
   *
   * @throws SynclineError `options-invalid` on the accepting side, `document-id-invalid` for an impossible path
   */
  setScope(scope: Paths): void
  /**
   * Decides anew about the peer, by the credentials it showed last, where this side accepted: who is refused now is disconnected
   * at once, who is granted something else greets anew. Where this side dialed, it greets anew, with newer credentials.
   */
  reauthorize(): Promise<void>
  /**
   * Gives up what is here of a document and the other side does not take (`sync.status.rejected`, `not-granted`): the document is
   * what it is there again, also in sinks, and `native` is a new object. What was given up is handed back, as the value that it made
   * and as a patch; its commits are kept in quarantine. Waits for a connection, to ask how the document stands there. Another replica
   * that has these commits brings them back.
   *
   * @throws SynclineError `nothing-to-give-up` where there is nothing of it to give up, or (`details.absent`) nothing of it on the other side;
   *   `version-before-base` where it is folded; `document-blocked` where it cannot be written: `details.givenUp` is what would be handed
   *   back, it is given up as soon as it can be written (`retry()` of the document tries at once), `discard()` before that keeps it; `link-closed`, and `aborted` when `signal` fires first
   */
  giveUp(document: string, signal?: AbortSignal): Promise<GivenUp>
  /**
   * Ends the link. The replica and its other links go on. What was made last may still wait to be sent (`batchIntervalMs`), and goes
   * with the next connection: await `synced` where it should not.
   */
  close(): void
}
