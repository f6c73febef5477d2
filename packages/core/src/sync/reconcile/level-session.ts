import { isSynclineError } from "@syncline/clock"
import { beginDescent, type MerkleDescent, reportNodes, stepDescent } from "@syncline/diff/merkle"
import {
  acceptRanges,
  acceptRateless,
  beginRanges,
  beginRateless,
  type RangeOptions,
  type RangeSession,
  type RatelessOptions,
  type RatelessSession,
  stepRanges,
  stepRateless
} from "@syncline/diff/set"
import type { UnitView } from "../unit-view.ts"
import type { SyncLevel } from "./level.ts"
import { maxReportBytes, readAsk, readReports, writeAsk, writeReports } from "./merkle-codec.ts"

/** A reconciliation of one collection at one level, in progress on one side. A value. */
export type LevelSession =
  | { readonly level: "rateless"; readonly session: RatelessSession }
  | { readonly level: "ranges"; readonly session: RangeSession }
  | {
      readonly level: "merkle"
      /** The dialing side's. */
      readonly descent?: MerkleDescent
      /** Keys found so far: of documents here, and of such we have nothing of. */
      readonly ours: readonly Uint8Array[]
      readonly theirs: readonly Uint8Array[]
    }

/** Why a level did not do. `changed`: too much changed meanwhile; the same level may do when begun anew. */
export type LevelFailure = "gave-up" | "inconsistent" | "changed"

/** What differs: names of what we have, and of what only they have. Ids, or keys of the tree at `merkle`. */
export interface LevelFindings {
  readonly ours: readonly Uint8Array[]
  readonly theirs: readonly Uint8Array[]
}

/** What one message leads to. */
export interface LevelStep {
  readonly next: LevelSession | undefined
  readonly message?: Uint8Array
  /** This side found out, and is the one to tell. */
  readonly findings?: LevelFindings
  readonly failure?: LevelFailure
}

/** What one side allows a reconciliation. */
export interface LevelLimits {
  /** Longest message, either way. */
  readonly maxBytes: number
  /** Documents of both sides together, as they were told. */
  readonly documents: number
}

/** Bytes a cell takes at most: 10, a byte for a wide count, and what a quarter of a message's head is. */
const maxCellBytes = 12

/** Nodes a descent may ask for beyond what the told numbers of documents explain: both sides may be changing. */
const spareNodes = 4096

/** Cells a message holds. */
export function maxCellsIn(maxBytes: number): number {
  return Math.min(65_536, Math.floor(maxBytes / maxCellBytes))
}

/** The dialer's first step. */
export async function beginLevel(
  level: Exclude<SyncLevel, "list">,
  view: UnitView,
  limits: LevelLimits
): Promise<LevelStep> {
  if (level === "rateless") {
    const { session, message } = beginRateless(await view.sketch(), ratelessOptions(limits))
    return { next: { level, session }, message }
  }
  if (level === "ranges") {
    const { session, message } = beginRanges(await view.ranges(), { ...rangeOptions(limits), tells: false })
    return { next: { level, session }, message }
  }
  const descent = beginDescent({
    maxNodes: 2 * limits.documents + spareNodes,
    maxAsked: maxAskedIn(limits.maxBytes)
  })
  return { next: { level, descent, ours: [], theirs: [] }, message: writeAsk(descent.ask) }
}

/**
 * Any other step: the acceptor's first if there is no session yet.
 *
 * @throws SynclineError for a message that nobody honest sends, and that no attack of others on an honest peer explains.
 */
export async function stepLevel(
  level: Exclude<SyncLevel, "list">,
  view: UnitView,
  limits: LevelLimits,
  before: LevelSession | undefined,
  message: Uint8Array
): Promise<LevelStep> {
  try {
    if (level === "rateless") return await stepSketch(view, limits, before, message)
    if (level === "ranges") return await stepIndex(view, limits, before, message)
    return stepTree(view, limits, before, message)
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return { next: before, failure }
  }
}

/**
 * Cells and sums that do not fit each other may be the work of somebody who chose ids on purpose, with both sides honest: the next
 * level does not depend on ids. A tree cannot be made wrong like that.
 */
function failureOf(error: unknown): LevelFailure | undefined {
  if (!isSynclineError(error)) return undefined
  if (error.code === "set-snapshot-gone") return "changed"
  return error.code === "set-message-invalid" || error.code === "set-limit" ? "inconsistent" : undefined
}

async function stepSketch(
  view: UnitView,
  limits: LevelLimits,
  before: LevelSession | undefined,
  message: Uint8Array
): Promise<LevelStep> {
  const sketch = await view.sketch()
  const step =
    before?.level === "rateless"
      ? stepRateless(sketch, before.session, message)
      : acceptRateless(sketch, message, ratelessOptions(limits))
  const next = { level: "rateless", session: step.session } as const
  const { outcome } = step
  // What was decoded is told with the documents' versions: the ids of ours need not travel on their own.
  if (outcome?.status === "decoded") return { next, findings: { ours: outcome.ours, theirs: outcome.theirs } }
  return {
    next,
    ...(step.message === undefined ? {} : { message: step.message }),
    ...(outcome === undefined ? {} : { failure: outcome.status })
  }
}

async function stepIndex(
  view: UnitView,
  limits: LevelLimits,
  before: LevelSession | undefined,
  message: Uint8Array
): Promise<LevelStep> {
  const index = await view.ranges()
  const step =
    before?.level === "ranges"
      ? stepRanges(index, before.session, message)
      : acceptRanges(index, message, rangeOptions(limits))
  const next = { level: "ranges", session: step.session } as const
  const { outcome } = step
  if (outcome?.status === "decoded") return { next, findings: { ours: outcome.ours, theirs: outcome.theirs } }
  if (outcome?.status === "inconsistent") return { next, failure: "inconsistent" }
  return step.message === undefined ? { next } : { next, message: step.message }
}

function stepTree(
  { tree }: UnitView,
  { maxBytes }: LevelLimits,
  before: LevelSession | undefined,
  message: Uint8Array
): LevelStep {
  if (before?.level !== "merkle" || before.descent === undefined) {
    const reports = reportNodes(tree, readAsk(message), { maxAsked: maxAskedIn(maxBytes) })
    return { next: { level: "merkle", ours: [], theirs: [] }, message: writeReports(reports) }
  }
  const reports = readReports(message, before.descent.ask)
  const { descent, differences } = stepDescent(tree, before.descent, reports)
  const keys = (isOurs: boolean) =>
    differences.filter(({ mine }) => (mine !== undefined) === isOurs).map(({ key }) => key)
  const ours = [...before.ours, ...keys(true)]
  const theirs = [...before.theirs, ...keys(false)]
  const next = { level: "merkle", descent, ours, theirs } as const
  return descent.ask.length === 0
    ? { next, findings: { ours, theirs } }
    : { next, message: writeAsk(descent.ask) }
}

function maxAskedIn(maxBytes: number): number {
  return Math.max(1, Math.floor(maxBytes / maxReportBytes))
}

function ratelessOptions({ maxBytes }: LevelLimits): RatelessOptions {
  const maxCells = maxCellsIn(maxBytes)
  return { maxCells, firstCells: Math.min(48, maxCells) }
}

function rangeOptions({ maxBytes }: LevelLimits): RangeOptions {
  return { maxFrameBytes: maxBytes, maxReceivedBytes: maxBytes }
}
