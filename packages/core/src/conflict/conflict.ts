import type { Dot, HlcStamp } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonValue, Path } from "../document/json.ts"

/**
 * What happened:
 * - `write-write`: a key of a map was set to different values, or set and removed.
 * - `delete-edit`: something was deleted or replaced, and edited inside. With path `[]`: the document itself.
 * - `overlapping-edit`: in a list or text, elements were deleted on both sides and something was put in their place, or
 *   something was put between elements that the other side deleted.
 */
export type ConflictKind = "write-write" | "delete-edit" | "overlapping-edit"

/** What a side did there. */
export type ConflictAction = "set" | "remove" | "edit" | "insert" | "replace" | "delete"

/** The last word of one side about the place of a conflict. */
export interface ConflictSide {
  /** The commit. */
  readonly dot: Dot
  /** When it was made, by the clock of its replica. */
  readonly stamp: HlcStamp
  /** `meta.author` of the commit, if that is a string. */
  readonly author?: string
  readonly action: ConflictAction
  /**
   * What it set or put in; of an edit, what it wrote if that was one thing. Absent after a removal, and where the
   * values of this and the earlier sides take more than 32 KiB as JSON.
   */
  readonly value?: JsonValue
  /** Of a side that is a resolution itself: the commits it stands for, none of which is one. */
  readonly resolved?: readonly Dot[]
}

/** The commit that settled a conflict: it named all its sides. */
export interface ConflictResolution {
  readonly dot: Dot
  readonly stamp: HlcStamp
  /** `meta.author` of the commit, if that is a string. */
  readonly author?: string
}

/** `resolved` once a commit named all sides; open again when further sides come in. */
export type ConflictState = "open" | "resolved"

/**
 * Concurrent commits that did not mean the same: one record for each place and episode, an episode being the commits that
 * are connected by having been made without knowing each other there. A function of the set of commits: replicas which
 * had them one by one have equal records, but for `path`.
 */
export interface Conflict {
  /** The same on all replicas, as long as no earlier commit joins the episode. */
  readonly id: string
  readonly document: DocumentId
  readonly kind: ConflictKind
  /** Names what it is about, in its document: the same on all replicas, and for all episodes there. */
  readonly place: string
  /** Where it stood when this was last written here; absent if that is not known any more. */
  readonly path?: Path
  /** At least two, the earliest first. */
  readonly sides: readonly ConflictSide[]
  /** Whose work shows, or did once `resolution` had spoken. Absent where that of all sides stayed, or of none. */
  readonly winner?: Dot
  /**
   * What chose what shows: `engine`, the name of the policy that settled it, or `superseded` where somebody who knew all
   * sides had written something else before a policy was asked.
   */
  readonly rule: string
  readonly state: ConflictState
  /** Of several that did not know each other the one whose work shows, else the earliest; absent while it is open. */
  readonly resolution?: ConflictResolution
}
