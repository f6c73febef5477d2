import type { ActorId, Dot, HlcStamp } from "@syncline/clock"
import type { JsonPatch } from "@syncline/diff/json"
import type { CommitKind, Dependency } from "../commit/commit.ts"
import type { Version } from "../commit/version.ts"
import type { JsonObject } from "../document/json.ts"
import type { AdoptedRecord } from "./adoption-note.ts"
import type { RevertedVersion } from "./revert-note.ts"

/** Which commits of a document to list. */
export interface HistoryOptions {
  /** Most entries of the page, 1 to 10,000. Default 50. */
  readonly limit?: number
  /** Only commits that this version has: `older` of the page before, or any other. Default: all that are here. */
  readonly before?: Version
  /** Only commits that this version has not: what came since. */
  readonly after?: Version
  readonly signal?: AbortSignal
}

/** A stretch of a document's history, newest first. */
export interface HistoryPage {
  readonly entries: readonly HistoryEntry[]
  /** `before` for the page that follows; absent when this was the last. What comes in meanwhile does not shift pages. */
  readonly older?: Version
  /** What is folded: its commits are in no page. Empty while every commit ever made is listed. */
  readonly base: Version
}

/** What a document held at a version. */
export interface PastState<Value extends object = JsonObject> {
  readonly version: Version
  /** Frozen. Of a deleted document what undeleting would have brought back. */
  readonly value: Value
  readonly deleted: boolean
}

/** What one commit did. */
export interface CommitChanges {
  /** What its author saw when making it. Where that has been folded in part, all of the base. */
  readonly before: Version
  /** The same with the commit. */
  readonly after: Version
  /** From the value at `before` to the value at `after`, every change where it is. Empty for a bare delete or undelete. */
  readonly patch: JsonPatch
}

/** One commit of a document, as history shows it. */
export interface HistoryEntry {
  readonly dot: Dot
  readonly actor: ActorId
  /** 32 bytes; see `Commit.hash`. */
  readonly hash: Uint8Array
  readonly kind: CommitKind
  readonly stamp: HlcStamp
  /** The time of the stamp, Unix milliseconds: what its author's clock had. */
  readonly timeMs: number
  /** Its stamp is so far ahead of the clock here that it does not move it. Commits with such stamps are listed first. */
  readonly untrusted: boolean
  /** Whether it is in the store. */
  readonly durable: boolean
  /** The application's annotations. */
  readonly meta?: JsonObject
  /** The version it restored, if `revertTo` made it. */
  readonly reverted?: RevertedVersion
  /** The version of the schema it brought the document to, if it is an upgrade; nobody's work then. */
  readonly upgraded?: number
  /** What somebody changed in a sink and it adopted, if a repair made it. */
  readonly adopted?: AdoptedRecord
  /** What it builds on beside its actor's previous commit. */
  readonly dependencies: readonly Dependency[]
  /** This commit and all that is listed below it: what the document was here when it was the newest. */
  readonly version: Version
  /**
   * What it changed. Costs what `Document.at` costs for both sides.
   *
   * @throws SynclineError as `Document.at` does; `version-before-base` once the commit has been folded
   */
  changes(signal?: AbortSignal): Promise<CommitChanges>
}
