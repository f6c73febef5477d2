import type { ActorId } from "@syncline/clock"
import type { DocumentRule } from "../sync/link-grant.ts"
import type { Paths, SyncScope } from "../sync/sync-scope.ts"

/** Who asks to be let in. Nothing of this is proven but what the credentials prove. */
export interface Applicant {
  readonly epoch: string
  readonly actor: ActorId
  /** What it wants to sync. */
  readonly scope: SyncScope
  /** As its `credentials` option gave them; absent if it has none. */
  readonly credentials?: Uint8Array
}

/** What a peer may read and write on this link: collections (`notes`), prefixes (`notes/team-a/`), documents (`notes/plan`). */
export interface Grant {
  readonly read: Paths
  /** Of what may be read; the rest of it is only sent. Default: all of that. */
  readonly write?: Paths
  /**
   * Decides about single documents within that. Costs an index of its own for each name in use: what may be read under it, as
   * much memory as for those documents alone. Another answer of the rule needs another name ("team-a/7"), given to a new link.
   */
  readonly documents?: DocumentRule
  /**
   * When it ends: milliseconds since 1970. Before that the peer is asked for newer credentials, and this is decided again; a
   * connection without them ends as `expired`.
   */
  readonly expiresAt?: number
}

/** Why a peer is not let in; told to it. */
export interface Refusal {
  readonly refused: string
}

/** Decides about a peer before anything but its hello is read. A rejected promise refuses. */
export type Authorize = (applicant: Applicant) => Grant | Refusal | Promise<Grant | Refusal>
