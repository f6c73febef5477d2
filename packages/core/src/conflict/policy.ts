import type { Dot, HlcStamp } from "@syncline/clock"
import type { JsonValue, Path } from "../document/json.ts"
import type { Conflict, ConflictKind, ConflictSide } from "./conflict.ts"
import type { PathPattern } from "./path-pattern.ts"

/** A conflict as policies see it. */
export interface Dispute<Kind extends ConflictKind = ConflictKind> {
  readonly conflict: Conflict & { readonly kind: Kind }
  /** Where it stands now. */
  readonly path: Path
  /**
   * The commits that disagree, earliest first, values in full. None is a resolution, but where what that resolved was
   * folded meanwhile, or is not of this place: it stands for it then.
   */
  readonly sides: readonly ConflictSide[]
  /** What the document holds there now; `undefined` for nothing. */
  readonly value: JsonValue | undefined
  /** What it held there before any of the sides, for their authors; `undefined` for nothing, and where that is not to be read any more. */
  readonly ancestor: () => Promise<JsonValue | undefined>
  /** Whether a stamp is not too far ahead of the clock here. */
  readonly trusts: (stamp: HlcStamp) => boolean
  /** Fires when the replica closes. */
  readonly signal: AbortSignal
}

/**
 * What a policy decides: that the work of one side shows, that a value does (`undefined`: nothing), or that the record
 * stays open.
 */
export type PolicyDecision =
  | { readonly winner: Dot }
  | { readonly value: JsonValue | undefined }
  | "leave-open"

/** A way to settle conflicts, made by a function such as `lastWriterWins`. */
export interface ConflictPolicy<Kind extends ConflictKind = ConflictKind> {
  /** What records are told to be settled by. */
  readonly name: string
  /** What it can settle. */
  readonly kinds: readonly Kind[]
  /** Absent: a person decides. */
  readonly decide?: (dispute: Dispute<Kind>) => PolicyDecision | Promise<PolicyDecision>
}

/** Which conflicts of a collection a policy is for. */
export type ConflictRule =
  | RuleFor<"write-write">
  | RuleFor<"write-write" | "delete-edit">
  | RuleFor<ConflictKind>

interface RuleFor<Kind extends ConflictKind> {
  readonly path: PathPattern
  /** Default: all that the policy can settle. */
  readonly kinds?: readonly Kind[]
  readonly policy: ConflictPolicy<Kind>
}
