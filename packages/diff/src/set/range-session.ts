import { checkOptions } from "../argument/check-argument.ts"
import { withDefaults } from "../argument/with-defaults.ts"
import type { SetMark } from "./change-journal.ts"
import { checkWhole } from "./check-whole.ts"
import type { SetDifference } from "./peel-cells.ts"
import type { RangeBound } from "./range-bound.ts"
import type { SetChecksum } from "./set-checksum.ts"
import type { SetId } from "./set-id.ts"

/** Bounds of a range reconciliation, and how it begins. Limits are whole numbers; they may be infinite. */
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
  /** Most bytes of a message this side takes. Default: 4 MiB, which take up to 110 MB of memory. */
  readonly maxReceivedBytes?: number
  /**
   * Most own ids to go through for one answer beside as many as the peer lists, at least 1. Default: 65,536, which take about 0.1 s. A peer that says it has none where
   * there are more is answered in several rounds.
   */
  readonly maxAnswerIds?: number
  /**
   * Most messages this side takes. Default: 256. With `maxAnswerIds` it bounds how many own ids a reconciliation goes through: their
   * product, with a peer that lists none; by default beyond `maxDifferences`.
   */
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

/** A range of which the peer has told all its ids, and of which this side has yet to look for those only it has. */
export interface ListedRange {
  readonly from: Uint8Array
  readonly to: RangeBound
  /** The peer's, but for those this side was found to have. */
  readonly ids: readonly SetId[]
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
  /** What was too much for the last answer. */
  readonly listed: readonly ListedRange[]
  /** Whether the last message said that there is more: the peer then waits for another, even if nothing is left to say. */
  readonly promised: boolean
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
  readonly message: Uint8Array<ArrayBuffer> | undefined
  /** Set when this side is done. A message may still be due. */
  readonly outcome: RangeOutcome | undefined
}

const DEFAULTS: Required<RangeOptions> = {
  firstParts: 16,
  tells: true,
  maxFrameBytes: 2 ** 20,
  maxReceivedBytes: 2 ** 22,
  maxAnswerIds: 2 ** 16,
  maxMessages: 256,
  maxDifferences: 2 ** 20
}
const LEAST_FRAME_BYTES = 1024
const MOST_PARTS = 1024
const NONE: SetDifference = { theirs: [], ours: [] }

/** A session at its beginning. Throws `set-argument-invalid` for options out of range, `argument-invalid` for options that are none. */
export function newRangeSession(
  role: RangeSession["role"],
  mark: SetMark,
  given: RangeOptions
): RangeSession {
  checkOptions(given)
  const options = withDefaults(DEFAULTS, given)
  checkWhole("firstParts", options.firstParts, 1, MOST_PARTS)
  checkWhole("maxFrameBytes", options.maxFrameBytes, LEAST_FRAME_BYTES)
  checkWhole("maxReceivedBytes", options.maxReceivedBytes, 1)
  checkWhole("maxAnswerIds", options.maxAnswerIds, 1)
  checkWhole("maxMessages", options.maxMessages, 1)
  checkWhole("maxDifferences", options.maxDifferences, 0)
  const told = { theirs: 0, ours: 0 }
  return {
    role,
    mark,
    messages: 0,
    options,
    peer: undefined,
    peerTells: true,
    pending: [],
    listed: [],
    promised: false,
    found: NONE,
    told,
    heard: NONE
  }
}
