import type { ActorId, HlcStamp, VersionVector } from "@syncline/clock"
import type { ContainerRef } from "../document/operation.ts"
import { Version } from "./version.ts"

/** One actor's place in a document: as in a version, and whether its newest commit is on the frontier. */
export interface ChainEnd {
  readonly seq: number
  readonly hash: Uint8Array
  /** No known commit depends on it. */
  readonly tip: boolean
}

/** Everything known of a document beside its content: what a head and a base envelope hold. */
export interface DocumentFacts {
  readonly engine: string
  readonly chains: ReadonlyMap<ActorId, ChainEnd>
  /** What the chains amount to. */
  readonly version: Version
  /** What the deletions of this document had seen, joined; absent if it was never deleted. */
  readonly deletion?: VersionVector | undefined
  /** Greatest stamp among its commits. */
  readonly stamp: HlcStamp
  /** Predefined containers that exist, by the commits here. */
  readonly genesis: readonly ContainerRef[]
  /**
   * Actors under whose name two writers were found, ascending. Kept for good: a peer that is ahead on such a chain may
   * stand on the branch that lost, and must be shown ours.
   */
  readonly forked: readonly ActorId[]
  /** What the stored base covers; empty without a base. */
  readonly base: Version
  /** Log position up to which the base holds everything about the document; 0 without a base. */
  readonly basePosition: number
  /** Bytes of the stored base. */
  readonly baseBytes: number
  /** Commits stored beyond the base. */
  readonly tailCommits: number
  /** Bytes of their records. */
  readonly tailBytes: number
}

/** The facts of a document that never had a commit. */
export function emptyFacts(engine: string): DocumentFacts {
  return {
    engine,
    chains: new Map(),
    version: Version.empty,
    stamp: 0 as HlcStamp,
    genesis: [],
    forked: [],
    base: Version.empty,
    basePosition: 0,
    baseBytes: 0,
    tailCommits: 0,
    tailBytes: 0
  }
}
