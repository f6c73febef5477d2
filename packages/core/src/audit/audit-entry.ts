import type { ActorId, Dot, HlcStamp } from "@syncline/clock"
import type { ExtendedJsonPatch } from "@syncline/diff/json"
import type { CommitKind } from "../commit/commit.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"

/** One line of an audit trail: a commit that was taken in here, or commits that were not seen one by one. Plain JSON. */
export type AuditEntry = AuditedCommit | AuditGap

/** Where in which trail. */
export interface AuditPlace {
  readonly document: DocumentId
  /** Counts the entries of this document's trail on this replica, from 1; never used again, whatever is trimmed. */
  readonly index: number
}

/** What became of a document's value. */
export interface ValueChange {
  /** JSON Pointers of what changed, at most 64; none where nothing shows in the value. */
  readonly paths: readonly string[]
  /** How many more there are. */
  readonly morePaths?: number
  /**
   * From the value before, as it was here, to the value after. Texts are edited by `splice` operations, which `applyPatch`
   * takes with `extensions`. Empty where nothing shows in the value.
   */
  readonly patch?: ExtendedJsonPatch
  /**
   * Why there is no patch: it exceeds `maxPatchBytes` (`size`), goes through a key `__proto__` (`key`), or the value
   * before is not known any more (`unknown`).
   */
  readonly omitted?: "size" | "key" | "unknown"
}

/** What both kinds of entries say of time. */
export interface AuditTime {
  /** ISO 8601, of `stamp`. */
  readonly time: string
  /** Of the hybrid clock: of the commit; for a gap, the greatest among the commits of the document by then. */
  readonly stamp: HlcStamp
  /** There, and true, as long as the stamp is so far ahead of the clock here that it does not move it. */
  readonly untrusted?: true
}

/** A commit. */
export interface AuditedCommit extends AuditPlace, AuditTime, ValueChange {
  readonly type: "commit"
  /** The replica that made it, under the name it then had. */
  readonly actor: ActorId
  readonly seq: number
  /** 64 hex digits; see `Commit.hash`. */
  readonly hash: string
  readonly kind: CommitKind
  /** Its author had not seen all that was here when it came: what it did here may not be what its author saw. */
  readonly concurrent: boolean
  /** The annotation `author`, where it is a text. */
  readonly author?: string
  /** The annotation `message`, where it is a text. */
  readonly message?: string
  /** The application's other annotations. */
  readonly meta?: JsonObject
  readonly inReplyTo?: AuditReply
}

/**
 * What a commit answers, by what Syncline noted in it: `resolution` (the commits it settles conflicts of, and the
 * policies that did; none if a person did), `revert` (digest and short form of the version it restores). Other notes stand under their own names.
 */
export interface AuditReply {
  readonly resolution?: { readonly commits: readonly Dot[]; readonly rules: readonly string[] }
  readonly revert?: { readonly digest: string; readonly version?: string }
  readonly [note: string]: unknown
}

/** Consecutive commits of one actor. */
export interface AuditRange {
  readonly actor: ActorId
  readonly from: number
  /** Included. */
  readonly to: number
}

/**
 * Commits that came or went as a whole: a peer's snapshot stood for them, they were folded while nothing was audited, or
 * a fork took them out again.
 */
export interface AuditGap extends AuditPlace, AuditTime, ValueChange {
  readonly type: "gap"
  /** Came in, without entries of their own. */
  readonly taken: readonly AuditRange[]
  /** Had entries, and are out of the document: they are kept in quarantine. */
  readonly withdrawn: readonly AuditRange[]
  /** How many came in. */
  readonly commits: number
}
