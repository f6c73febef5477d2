import type { Engine } from "../../engine/engine.ts"
import type { Sink } from "../../projection/sink.ts"
import type { Store } from "../../store/store.ts"
import { addFired, type FiredFaults, noFaultsFired } from "../simulation/fault-dice.ts"
import { type Failing, shrink, ShrinkSearch } from "../simulation/shrink-search.ts"
import { brokenPromise, silentFaults, type SimulationFailure } from "../simulation/simulation-failure.ts"
import { TraceHash } from "../simulation/trace-hash.ts"
import { playSinks, type SinkOutcome, type SinkSetting } from "./play-sinks.ts"
import { allSinkFaults, type SinkFaultKind, sinkFaultKinds, type SinkFaultRates } from "./sink-fault-kinds.ts"
import { drawSinkPlan, type SinkLayout, type SinkPlan, type SinkTask } from "./sink-plan.ts"
import type { SinkRule } from "./sink-violation.ts"

/** What is simulated. Everything but the engine has a default. */
export interface SinkSimulationOptions {
  /** As in `openReplica`. */
  readonly engine: Engine
  /** Replicas that feed the sinks: 1, or 2 that share them. Default 1. */
  readonly feeders?: number
  /** Which sinks there may be. Default: one or two. */
  readonly layouts?: readonly SinkLayout[]
  /** Whether sinks are written by who holds their lease. Default `false`. */
  readonly leased?: boolean
  /** Whether sinks keep account of changes, so that they can be verified by the tree. Default `false`. */
  readonly tracked?: boolean
  /** What is done beside changing documents. Default: replicas are closed and opened. */
  readonly tasks?: readonly SinkTask[]
  /** Default: `allSinkFaults`. */
  readonly faults?: SinkFaultRates
  /** How many histories. Default 100. */
  readonly histories?: number
  /** Of the first history; the next one has the next integer. Default 1. */
  readonly firstSeed?: number
  /** Up to how many steps a history has, beside faults. Default 14. */
  readonly maxSteps?: number
  /** Virtual time within which everything is at rest once faults ended. Default two minutes. */
  readonly restLimitMs?: number
  /** Puts something between each replica and its disk: what lies is how to see that a simulation notices. */
  readonly wrapStore?: (store: Store) => Store
  /** Puts something between each replica and its sinks. */
  readonly wrapSink?: (sink: Sink) => Sink
  /** How many histories may run to make a failing one smaller. Default 500; 0 leaves it as it is. */
  readonly maxShrinkRuns?: number
  /** Whether a kind of fault that has a rate and never came about, over all histories, is a failure. Default: it is. */
  readonly requireAllFaults?: boolean
}

/** What histories of sinks came to that broke no promise. */
export interface SinkSimulationReport {
  readonly histories: number
  /** Of all histories together. */
  readonly steps: number
  readonly commits: number
  /** How often each kind of fault had an effect. */
  readonly fired: Readonly<FiredFaults<SinkFaultKind>>
  /** What became of records that repairs were about, and of migrations, by name. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly virtualMs: number
  /** The longest that it took to come to rest. */
  readonly longestRestMs: number
  /** 16 hex digits over all traces: equal options, equal hashes, in any process. */
  readonly trace: string
}

/** A failing history of sinks. */
export type FailingSinks = Failing<SinkPlan, SinkOutcome>

/**
 * Runs many histories of real replicas that feed sinks in memory, each from its seed alone: sinks, stores and processes go wrong in every
 * configured way while documents change, sinks are verified and repaired, and migrations go on. At rest every sink holds what
 * documents say, and nothing else; on the way no record goes back, no watermark claims what is not there, and what is said is so.
 *
 * @throws SimulationFailure for the first history that breaks a promise, made as small as it gets, or where faults that have a rate
 *   never came about.
 */
export async function simulateSinks(options: SinkSimulationOptions): Promise<SinkSimulationReport> {
  const { histories = 100, firstSeed = 1 } = options
  const setting = settingOf(options)
  const fired = noFaultsFired(sinkFaultKinds)
  const trace = new TraceHash()
  const outcomes: Record<string, number> = {}
  const sums = { steps: 0, commits: 0, virtualMs: 0, longestRestMs: 0 }
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const plan = planSinks(seed, options)
    const outcome = await playSinks(plan, setting)
    if (outcome.violation !== undefined) throw failureOf(seed, await shrinkSinks({ plan, outcome }, options))
    addFired(fired, outcome.fired)
    trace.add(outcome.trace)
    for (const [name, count] of outcome.outcomes) outcomes[name] = (outcomes[name] ?? 0) + count
    sums.steps += plan.steps.length
    sums.commits += outcome.commits
    sums.virtualMs += outcome.virtualMs
    sums.longestRestMs = Math.max(sums.longestRestMs, outcome.restMs)
  }
  const unfired = unfiredSinkFaults(options.faults ?? allSinkFaults, fired)
  if (options.requireAllFaults !== false && unfired.length > 0)
    throw silentFaults(unfired, firstSeed, histories)
  return { histories, fired, outcomes, trace: trace.value, ...sums }
}

/** The plan of one history: what `simulateSinks` plays for that seed. */
export function planSinks(seed: number, options: SinkSimulationOptions): SinkPlan {
  return drawSinkPlan(seed, {
    feeders: options.feeders ?? 1,
    layouts: options.layouts ?? ["one", "two"],
    leased: options.leased ?? false,
    tracked: options.tracked ?? false,
    faults: options.faults ?? allSinkFaults,
    tasks: options.tasks ?? ["reopen"],
    maxSteps: options.maxSteps ?? 14
  })
}

/** Plays one plan. With the options it was drawn with, a failing one breaks the same promise again: `violation` says which. */
export function replaySinks(plan: SinkPlan, options: SinkSimulationOptions): Promise<SinkOutcome> {
  return playSinks(plan, settingOf(options))
}

/** Makes a failing history as small as it gets within `maxShrinkRuns`. */
export async function shrinkSinks(
  failing: FailingSinks,
  options: SinkSimulationOptions
): Promise<FailingSinks> {
  const search = new ShrinkSearch(failing, {
    play: plan => replaySinks(plan, options),
    ruleOf: ({ violation }) => violation?.rule,
    sizeOf: ({ layout }) => (layout === "two" || layout === "replace" ? 1 : 0),
    maxRuns: options.maxShrinkRuns ?? 500
  })
  // What was taken by chance is named from here on, so that it can be left out one by one.
  await search.try({ ...failing.plan, firing: failing.outcome.firing })
  return shrink(search, async () => {
    if (search.plan.layout === "two") await search.try({ ...search.plan, layout: "one" })
  })
}

/** Kinds of faults that have a rate and did not come about. */
export function unfiredSinkFaults(
  faults: SinkFaultRates,
  fired: Readonly<FiredFaults<SinkFaultKind>>
): readonly SinkFaultKind[] {
  return sinkFaultKinds.filter(kind => (faults[kind] ?? 0) > 0 && fired[kind] === 0)
}

function failureOf(seed: number, failing: FailingSinks): SimulationFailure<SinkPlan, SinkRule> {
  const { layout, feeders } = failing.plan
  const size = `sinks: ${layout}, feeders: ${feeders}`
  return brokenPromise(seed, failing, { simulate: "simulateSinks", replay: "replaySinks", size })
}

function settingOf(options: SinkSimulationOptions): SinkSetting {
  const { engine, wrapStore, wrapSink, restLimitMs = 120_000 } = options
  return {
    engine,
    restLimitMs,
    wrapStore: wrapStore ?? (store => store),
    wrapSink: wrapSink ?? (sink => sink)
  }
}
