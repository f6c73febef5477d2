import type { ActorId } from "@syncline/clock"
import type { SyncScope } from "../sync/sync-scope.ts"

/** Who asks to be let in. Nothing of this is proven but what the credentials prove. */
export interface Applicant {
  readonly epoch: string
  readonly actor: ActorId
  /** What it wants to sync. */
  readonly collections: SyncScope
  /** As its `credentials` option gave them; absent if it has none. */
  readonly credentials?: Uint8Array
}

/** What a peer may read and write on this link. Reading and writing are granted together. */
export interface Grant {
  readonly collections: "all" | Iterable<string>
}

/** Why a peer is not let in; told to it. */
export interface Refusal {
  readonly refused: string
}

/** Decides about a peer before anything but its hello is read. A rejected promise refuses. */
export type Authorize = (applicant: Applicant) => Grant | Refusal | Promise<Grant | Refusal>
