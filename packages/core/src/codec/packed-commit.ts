import type { Dot } from "@syncline/clock"
import type { CommitHeader } from "../commit/commit.ts"
import { maxVersionEntries } from "../commit/version.ts"

/** Bytes of one commit's annotations; more belongs into a document. */
export const maxMetaBytes: number = 64 * 1024

/** A dependency as it travels: the hash is left out when the commit it names is earlier in the same batch. */
export interface PackedDependency extends Dot {
  readonly hash8?: Uint8Array
}

/**
 * A commit as decoded from a batch: its own hash is not in there, whoever holds the chain computes it. What is in there
 * is `check8`, on the last commit of each (document, actor) run: the first 8 bytes of the hash the sender had for it.
 */
export interface PackedCommit extends Omit<CommitHeader, "dependencies"> {
  readonly dependencies: readonly PackedDependency[]
  readonly update: Uint8Array
  readonly check8?: Uint8Array
}

/** What a decoder accepts; beyond it throws `codec-limit`. */
export interface CommitLimits {
  /** Bytes of a batch once inflated. */
  readonly maxBytes: number
  readonly maxCommits: number
  /** Dependencies, genesis containers and actors of one commit. */
  readonly maxFanIn: number
  /**
   * Dependencies, parts of the paths of genesis containers and actors seen, of all commits together: a byte or two can stand for one, which
   * takes fifty times that in memory.
   */
  readonly maxReferences: number
  /** Bytes of one commit's annotations. */
  readonly maxMetaBytes: number
}

/**
 * For what this replica wrote itself: whatever one tick put into a record must be readable again. The bound is what an
 * array buffer can hold.
 */
export const storedCommitLimits: CommitLimits = {
  maxBytes: 2 ** 31 - 1,
  maxCommits: 2 ** 31 - 1,
  maxFanIn: 2 ** 31 - 1,
  maxReferences: Number.MAX_SAFE_INTEGER,
  maxMetaBytes
}

/** Generous for honest peers (a 64 MiB paste, a year of typing in one batch), small enough for a tab's memory. */
export const defaultCommitLimits: CommitLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxCommits: 1_000_000,
  maxFanIn: maxVersionEntries,
  maxReferences: 2 ** 20,
  maxMetaBytes
}
