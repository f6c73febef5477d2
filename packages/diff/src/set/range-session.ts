import { withDefaults } from "../argument/with-defaults.ts"
import { diffError } from "../error/diff-error.ts"
import type { SetMark } from "./change-journal.ts"
import type { SetDifference } from "./peel-cells.ts"
import type { RangeBound } from "./range-bound.ts"
import type { SetChecksum } from "./set-checksum.ts"

/** Bounds of a range reconciliation, and how it begins. */
export interface RangeOptions {
  /** Ranges in the first message, 1 to 1,024. Default: 16, about 260 bytes. */
  readonly firstParts?: number
  /**
   * As the initiator, whether to tell the peer what this side finds out: up to 8 bytes a difference. If not, only this side
   * ends with what differs. Default: true.
   */
  readonly tells?: boolean
  /** Most bytes of a message this side sends, at least 1,024. Default: 1 MiB. Longer answers are told in several. */
  readonly maxFrameBytes?: number
  /** Most bytes of a message this side takes. Default: 16 MiB. */
  readonly maxReceivedBytes?: number
  /** Most messages to take. Default: 256. */
  readonly maxMessages?: number
  /** Most differences to collect. Default: 1,048,576. */
  readonly maxDifferences?: number
}

/** A range this side has yet to answer: to be told in so many parts, or with all its ids where it has few. */
export interface PendingRange {
  readonly from: Uint8Array
  readonly to: RangeBound
  readonly parts: number
}

/** One side of a reconciliation in progress. A value: keep it, repeat a step from it, drop it. */
export interface RangeSession {
  readonly role: "initiator" | "responder"
  /** The set as it was at this side's first step; later changes belong to the next reconciliation. */
  readonly mark: SetMark
  /** Messages taken so far. */
  readonly messages: number
  readonly options: Required<RangeOptions>
  /** The peer's, once it has said so. */
  readonly peer: SetChecksum | undefined
  /** Whether the peer tells what it finds out. */
  readonly peerTells: boolean
  /** Ascending, and none overlaps another. */
  readonly pending: readonly PendingRange[]
  /** Differences this side found. */
  readonly found: SetDifference
  /** How many of those the peer was told. */
  readonly told: { readonly theirs: number; readonly ours: number }
  /** Differences the peer found. */
  readonly heard: SetDifference
}

/** How a reconciliation ended. */
export type RangeOutcome =
  /** Exactly the ids that only one side has. */
  | ({ readonly status: "decoded" } & SetDifference)
  /**
   * What was found does not lead from one set to the other: the peer's set changed without its journal, sums agreed by a
   * coincidence of 2⁻³², or the peer lied. Compare by other means.
   */
  | { readonly status: "inconsistent" }
  /** The peer knows what differs and chose not to tell. */
  | { readonly status: "untold" }

/** What a message leads to. */
export interface RangeStep {
  readonly session: RangeSession
  /** To be sent to the peer, if anything. */
  readonly message: Uint8Array | undefined
  /** Set when this side is done. A message may still be due. */
  readonly outcome: RangeOutcome | undefined
}

const DEFAULTS: Required<RangeOptions> = {
  firstParts: 16,
  tells: true,
  maxFrameBytes: 2 ** 20,
  maxReceivedBytes: 2 ** 24,
  maxMessages: 256,
  maxDifferences: 2 ** 20
}
const LEAST_FRAME_BYTES = 1024
const MOST_PARTS = 1024
const NONE: SetDifference = { theirs: [], ours: [] }

/** A session at its beginning. Throws `set-argument-invalid` for options out of range. */
export function newRangeSession(
  role: RangeSession["role"],
  mark: SetMark,
  given: RangeOptions
): RangeSession {
  const options = withDefaults(DEFAULTS, given)
  const { firstParts, maxFrameBytes, maxMessages, maxDifferences } = options
  const whole = Number.isInteger(firstParts) && firstParts >= 1 && firstParts <= MOST_PARTS
  if (!whole || !(maxFrameBytes >= LEAST_FRAME_BYTES) || !(maxMessages >= 1) || !(maxDifferences >= 0)) {
    throw diffError(
      "set-argument-invalid",
      `firstParts must be 1 to ${MOST_PARTS}, maxFrameBytes at least ${LEAST_FRAME_BYTES}, the other limits positive`
    )
  }
  const told = { theirs: 0, ours: 0 }
  return {
    role,
    mark,
    messages: 0,
    options,
    peer: undefined,
    peerTells: true,
    pending: [],
    found: NONE,
    told,
    heard: NONE
  }
}
