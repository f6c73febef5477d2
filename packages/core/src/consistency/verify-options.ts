import type { VerifyMode } from "./verify-mode.ts"

/** How far a verification has come. */
export interface VerifyProgress {
  readonly sink: string
  /** Documents and records looked at so far. */
  readonly checked: number
  /** How many will be looked at, where that is known. */
  readonly total?: number
  readonly findings: number
  /**
   * A token to go on from here with, also in another process: `VerifyOptions.resume`. Made when called; some hundred
   * bytes, and as many for each finding listed. Absent in modes that do not walk in the order of ids.
   */
  readonly resume?: () => string
}

/** A document that a sink was not due to have as it is. */
export interface PendingDocument {
  readonly sink: string
  readonly id: string
  /** The sink was due to have what it was like before: it does not keep up, is not fed, or is wrong about one that never rests. */
  readonly unconfirmed: boolean
}

/** What to verify, and how. */
export interface VerifyOptions {
  /** How much to look at, and how. Default: everything. */
  readonly mode?: VerifyMode
  /** Names of the sinks; all when absent. */
  readonly sinks?: readonly string[]
  /** Only these collections; a record outside of them is not looked at. All when absent. */
  readonly collections?: readonly string[]
  /**
   * Reads every row and checks it against its seal. Default true. Without it, only the bookkeeping and the number of
   * rows are compared: several times faster, blind to a value changed in place. Only where whole ranges are compared:
   * what is chosen by id or drawn is always looked at wholly.
   */
  readonly contents?: boolean
  /** Findings listed per sink; all are counted. Default 10,000. */
  readonly maxFindings?: number
  /**
   * How long a sink is given to catch up, first and before it is looked again at what it lacked. What it lacks after that is pending; where it is that for which
   * it was waited first, the report is not clean. Default 10,000.
   */
  readonly catchUpMs?: number
  /** No more documents and records are read in a second, in short bursts. Without it, as fast as it goes. */
  readonly documentsPerSecond?: number
  /**
   * Goes on where a verification of the same question (mode, sinks, collections, contents) was, and reports on all of it;
   * what had been found is looked at again. Refused with `verification-stale` where a sink was projected anew since, or
   * the token is another store's.
   */
  readonly resume?: string
  /** Ends it with `aborted`, at once; then `details.resume` is the token to go on with, where there is one. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: VerifyProgress) => void
  /** Hears of each document that is pending; the report only counts them. */
  readonly onPending?: (pending: PendingDocument) => void
}
