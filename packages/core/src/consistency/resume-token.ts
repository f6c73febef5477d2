import { coreError } from "../errors/core-error.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import type { SinkSession } from "../projection/sink.ts"
import { type SinkReportJson, sinkReportFromJson, sinkReportToJson } from "./report-json.ts"
import type { VerifyOptions } from "./verify-options.ts"
import type { SinkReport } from "./verify-report.ts"

/** Where a walk over one sink is. */
export interface WalkPlace {
  readonly sink: string
  readonly generation: number
  readonly projection: number
  /** How far the sink was when the walk began. */
  readonly position: number
  /** How many of the walk's prefixes are done. */
  readonly prefixes: number
  readonly after?: string
  /** What was seen until there. */
  readonly seen: SinkReport
}

/** Where a verification of several sinks is. */
export interface ResumeState {
  readonly done: readonly SinkReport[]
  readonly place: WalkPlace
  /** Sinks not begun. */
  readonly left: readonly string[]
}

const version = 1

/** A token for a place, as text: JSON, for nobody to read but `parseResume`. */
export function formatResume(source: ProjectionSource, options: VerifyOptions, state: ResumeState): string {
  const { done, place, left } = state
  const token: TokenJson = {
    version,
    epoch: source.epoch,
    question: questionOf(options),
    done: done.map(sinkReportToJson),
    place,
    left
  }
  return JSON.stringify(token)
}

/**
 * Reads a token.
 *
 * @throws SynclineError `options-invalid` when it is none; `verification-stale` when it is another store's or another question's.
 */
export function parseResume(source: ProjectionSource, options: VerifyOptions, token: string): ResumeState {
  const parsed = parse(token)
  if (parsed?.version !== version || typeof parsed.place?.sink !== "string")
    throw coreError("options-invalid", "resume is no token of a verification; give one as it was handed out")
  if (parsed.epoch !== source.epoch) throw staleError("it is of another store")
  if (parsed.question !== questionOf(options))
    throw staleError("mode, sinks, collections or contents are others than then; ask the same")
  const { done = [], place, left = [] } = parsed
  const seen = sinkReportFromJson(place.seen)
  return { done: done.map(sinkReportFromJson), left, place: { ...place, seen } }
}

/**
 * Checks that a sink is still the one a walk was over.
 *
 * @throws SynclineError `verification-stale`.
 */
export function mustContinue(place: WalkPlace, { generation, projection, watermark }: SinkSession): void {
  if (place.generation !== generation || place.projection !== projection)
    throw staleError(`sink ${place.sink} was projected anew since`)
  if (watermark.position < place.position) throw staleError(`sink ${place.sink} is behind where it was then`)
}

interface TokenJson {
  readonly version: number
  readonly epoch: string
  readonly question: string
  readonly done: readonly SinkReportJson[]
  readonly place: WalkPlace
  readonly left: readonly string[]
}

function parse(token: string): Partial<TokenJson> | undefined {
  try {
    return JSON.parse(token) as TokenJson
  } catch {
    return undefined
  }
}

function questionOf({ mode = { kind: "full" }, sinks, collections, contents }: VerifyOptions): string {
  return JSON.stringify([mode, sinks ?? null, collections ?? null, contents ?? true])
}

function staleError(why: string): Error {
  return coreError(
    "verification-stale",
    `the verification cannot go on from this token: ${why}; verify from the beginning`
  )
}
