import type { Dot, HlcStamp, VersionVector } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import type { ContainerRef } from "../document/operation.ts"

/** A dot together with the first 8 bytes of its commit's hash: what a dependency names. */
export interface Dependency extends Dot {
  readonly hash8: Uint8Array
}

/** What a commit does beside its update. */
export type CommitKind = "change" | "delete" | "undelete"

/** Everything of a commit but its position in the chain. All of it is hashed. */
export interface CommitHeader {
  readonly document: DocumentId
  readonly dot: Dot
  readonly kind: CommitKind
  /** Name of the engine whose bytes the update is: that of the document. */
  readonly engine: string
  /** When it was made, as its actor's hybrid clock had it. */
  readonly stamp: HlcStamp
  /**
   * The frontier this commit saw, without its own actor's previous commit (the chain names that one). Each dependency
   * stands for everything below it. Ascending by actor.
   */
  readonly dependencies: readonly Dependency[]
  /** Predefined containers needed here and by no commit below. */
  readonly genesis: readonly ContainerRef[]
  /** For `delete` only: every dot it saw, its own included. */
  readonly seen?: VersionVector
  /** The application's own annotations: author, message, what it answers. */
  readonly meta?: JsonObject
}

/** One local transaction on one document: the unit of durability, sync and audit. Immutable. */
export interface Commit extends CommitHeader {
  /** The engine's bytes as first stored; never re-encoded. Empty for a bare delete or undelete. */
  readonly update: Uint8Array
  /** SHA-256 over the previous commit's hash in this actor's chain here, the header and the update. 32 bytes. */
  readonly hash: Uint8Array
}
