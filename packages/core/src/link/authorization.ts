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
  /** Of what may be read; the rest of it is only sent. Default: all that may be read. `[]` for who only reads. */
  readonly write?: Paths
  /**
   * Decides about single documents within that. Costs an index of its own for each name in use: what may be read under it, as
   * much memory as for those documents alone. Another answer of the rule needs another name ("team-a/7"), given to a new link.
   */
  readonly documents?: DocumentRule
  /**
   * When it ends: milliseconds since 1970. Before that (a minute, or half of the time) the peer is asked for newer credentials, and this is
   * decided again. A connection without them ends as `expired`, and so does one whose new grant ends no later.
   */
  readonly expiresAt?: number
  /**
   * Whose links these are: what may come in a second (`SyncLimits`) is one limit for all that are let in under a name, also one after the other, so that
   * nobody gets more of it by connecting again. Default: each connection has its own.
   */
  readonly account?: string
}

/** Why a peer is not let in; told to it. */
export interface Refusal {
  readonly refused: string
}

/**
 * Decides about a peer before anything but its hello is read. What throws, or gives what no grant is, lets nobody in for now: the peer tries again later.
 * `refused` is for good.
 */
export type Authorize = (applicant: Applicant) => Grant | Refusal | Promise<Grant | Refusal>
