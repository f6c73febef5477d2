import { checkOptions } from "../argument/check-argument.ts"
import { withDefaults } from "../argument/with-defaults.ts"
import type { CellArray } from "./cell-array.ts"
import type { SetMark } from "./change-journal.ts"
import { checkWhole } from "./check-whole.ts"
import type { SetDifference } from "./peel-cells.ts"
import type { SetChecksum } from "./set-checksum.ts"

/** Bounds of a rateless reconciliation, and how it begins. */
export interface RatelessOptions {
  /**
   * Cells in the first message, 1 to 1,024. Default: 48, which are about 545 bytes and nearly always decode 20 differences.
   */
  readonly firstCells?: number
  /** Most cells to send or take. Default: 65,536: 670 kB, enough for about 59,000 differences. */
  readonly maxCells?: number
  /** Most messages this side takes. Default: 12. */
  readonly maxMessages?: number
}

/** One side of a reconciliation in progress. A value: keep it, repeat a step from it, drop it. */
export interface RatelessSession {
  readonly role: "initiator" | "responder"
  /** The set as it was at the first message; later changes belong to the next reconciliation. */
  readonly mark: SetMark
  /** How many cells the other side has of the initiator. */
  readonly cells: number
  /** Messages taken so far. */
  readonly messages: number
  readonly options: Required<RatelessOptions>
  /** What the responder has of the initiator's set. */
  readonly peer: { readonly checksum: SetChecksum; readonly cells: CellArray } | undefined
}

/** How a reconciliation ended. */
export type RatelessOutcome =
  /** Exactly the ids that only one side has. */
  | ({ readonly status: "decoded" } & SetDifference)
  /** It would take more cells than allowed: reconcile by ranges. About so many ids differ. */
  | { readonly status: "gave-up"; readonly estimate: number }

/** What a message leads to. */
export interface RatelessStep {
  readonly session: RatelessSession
  /** To be sent to the peer, if anything. */
  readonly message: Uint8Array<ArrayBuffer> | undefined
  /** Set when this side is done. */
  readonly outcome: RatelessOutcome | undefined
}

const DEFAULTS: Required<RatelessOptions> = { firstCells: 48, maxCells: 65_536, maxMessages: 12 }
// A first message of 11 kB: who expects more differences should begin with ranges.
const MOST_FIRST_CELLS = 1024
// Nobody waits for 10 MB of cells.
const MOST_CELLS = 2 ** 20

/** A session at its beginning. Throws `set-argument-invalid` for options out of range, `argument-invalid` for options that are none. */
export function newSession(
  role: RatelessSession["role"],
  mark: SetMark,
  given: RatelessOptions
): RatelessSession {
  checkOptions(given)
  const options = withDefaults(DEFAULTS, given)
  checkWhole("maxCells", options.maxCells, 1, MOST_CELLS)
  checkWhole("firstCells", options.firstCells, 1, Math.min(MOST_FIRST_CELLS, options.maxCells))
  checkWhole("maxMessages", options.maxMessages, 1)
  return { role, mark, cells: 0, messages: 0, options, peer: undefined }
}
