import type { Collection } from "../../document/collection.ts"
import type { Grant } from "../../link/authorization.ts"
import type { Engine } from "../../engine/engine.ts"
import type { Replica } from "../../replica/replica.ts"
import type { Store } from "../../store/store.ts"
import { type Action, defaultActions } from "./application.ts"
import { addFired, type FiredFaults, noFaultsFired } from "./fault-dice.ts"
import { checkSimulation } from "./check-options.ts"
import { allFaults, type FaultKind, faultKinds, type FaultRates } from "./fault-kinds.ts"
import { defaultSizes, drawPlan, type HistoryPlan, type HistorySize } from "./history-plan.ts"
import { type HistoryOutcome, type HistorySetting, playHistory } from "./play-history.ts"
import { type FailingHistory, shrinkPlan } from "./shrink-plan.ts"
import { brokenPromise, silentFaults, type SimulationFailure } from "./simulation-failure.ts"
import { TraceHash } from "./trace-hash.ts"

/** What is simulated. Everything but the engine has a default. */
export interface SimulationOptions {
  /** As in `openReplica`. */
  readonly engine: Engine
  /** As in `openReplica`. Policies, schemas and upgrades must draw no chance and no time of their own. */
  readonly collections?: readonly Collection<object>[]
  /** Ids of the documents that actions are about. Few, so that they meet. Default: three in two collections. */
  readonly documents?: readonly string[]
  /** What applications do. Default: `defaultActions`. */
  readonly actions?: Readonly<Record<string, Action>>
  /** Looks at all replicas when they should hold the same (of what they are granted); throws what is wrong. */
  readonly check?: (replicas: readonly Replica[]) => void | Promise<void>
  /** Default: `allFaults`. */
  readonly faults?: FaultRates
  /** How many histories. Default 100. */
  readonly histories?: number
  /** Of the first history; the next one has the next integer. Default 1. */
  readonly firstSeed?: number
  /** How large histories are. Default: most have two or three machines and some steps, few five machines and forty steps. */
  readonly sizes?: readonly HistorySize[]
  /** Virtual time within which a fleet without faults has to converge. Default one minute: many times what it takes. */
  readonly healLimitMs?: number
  /** Rounds of reconciliation that a link of a fleet without faults may take to converge. Default 12: three times the most ever seen. */
  readonly healLimitRounds?: number
  /** Puts something between each replica and its disk: a store that lies is how to see that a simulation notices. */
  readonly wrapStore?: (store: Store, machine: number) => Store
  /** What is answered instead of what a line grants: a side that takes or shows more is how to see that a simulation notices. */
  readonly wrapGrant?: (grant: Grant) => Grant
  /** How many histories may run to make a failing one smaller. Default 500; 0 leaves it as it is. */
  readonly maxShrinkRuns?: number
  /** Whether a kind of fault that has a rate and never came about, over all histories, is a failure. Default: it is. */
  readonly requireAllFaults?: boolean
}

/** What histories came to that broke no promise. */
export interface SimulationReport {
  readonly histories: number
  /** How many histories had so many machines to begin with. */
  readonly machines: Readonly<Record<number, number>>
  /** Of all histories together. */
  readonly steps: number
  readonly commits: number
  /** Messages that arrived. */
  readonly messages: number
  /** How often each kind of fault had an effect. */
  readonly fired: Readonly<FiredFaults>
  /** Events of replicas, by type. */
  readonly events: Readonly<Record<string, number>>
  /** Virtual time of all histories together. */
  readonly virtualMs: number
  /** The longest time a fleet without faults took to converge. */
  readonly longestHealMs: number
  /** The most rounds of reconciliation that a link took for it: greetings with other roots, and what was begun to find out what differs. */
  readonly mostHealRounds: number
  /** 16 hex digits over all traces: equal options, equal hashes, in any process. */
  readonly trace: string
}

/**
 * Runs many histories of fleets of real replicas, each from its seed alone: machines, disks, clocks and lines that go
 * wrong in every configured way, healed now and then and at the end. After each heal everything is compared: fleets
 * converge within bounded time; no durable commit is missing but where a disk was put back; none is there that nobody made; equal
 * versions have equal values; no commit is where it was not granted, and what is refused is kept and shown; what is quarantined shared a name; what is shown
 * is what is stored.
 *
 * @throws SimulationFailure for the first history that breaks a promise, made as small as it gets, or where faults that
 *   have a rate never came about; SynclineError `options-invalid`.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  checkSimulation(options)
  const { histories = 100, firstSeed = 1 } = options
  const setting = settingOf(options)
  const totals = new Totals()
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const plan = planHistory(seed, options)
    const outcome = await playHistory(plan, setting)
    if (outcome.violation !== undefined)
      throw failureOf(seed, await shrinkHistory({ plan, outcome }, options))
    totals.add(plan, outcome)
  }
  const unfired = unfiredFaults(options.faults ?? allFaults, totals.fired)
  if (options.requireAllFaults !== false && unfired.length > 0)
    throw silentFaults(unfired, firstSeed, histories)
  return totals.report()
}

/** The plan of one history: what `simulate` plays for that seed. */
export function planHistory(seed: number, options: SimulationOptions): HistoryPlan {
  return drawPlan(seed, {
    sizes: options.sizes ?? defaultSizes,
    faults: options.faults ?? allFaults,
    actions: Object.keys(options.actions ?? defaultActions)
  })
}

/**
 * Plays one plan. With the options it was drawn with, a failing one breaks the same promise again.
 *
 * Never throws for that: `violation` of what it gives says which.
 */
export function replayHistory(plan: HistoryPlan, options: SimulationOptions): Promise<HistoryOutcome> {
  return playHistory(plan, settingOf(options))
}

/** Makes a failing history as small as it gets within `maxShrinkRuns`. */
export function shrinkHistory(failing: FailingHistory, options: SimulationOptions): Promise<FailingHistory> {
  return shrinkPlan(failing, settingOf(options), options.maxShrinkRuns ?? 500)
}

function failureOf(seed: number, failing: FailingHistory): SimulationFailure {
  const size = `${failing.plan.machines} machines`
  return brokenPromise(seed, failing, { simulate: "simulate", replay: "replayHistory", size })
}

/** Kinds of faults that have a rate and did not come about. */
export function unfiredFaults(faults: FaultRates, fired: Readonly<FiredFaults>): readonly FaultKind[] {
  return faultKinds.filter(kind => (faults[kind] ?? 0) > 0 && fired[kind] === 0)
}

function settingOf(options: SimulationOptions): HistorySetting {
  const documents = options.documents ?? ["a/1", "a/2", "b/1"]
  const { engine, collections, wrapStore, wrapGrant } = options
  return {
    replica: { engine, ...(collections === undefined ? {} : { collections }) },
    documents,
    actions: options.actions ?? defaultActions,
    check: options.check ?? (() => {}),
    wrapStore: wrapStore ?? (store => store),
    wrapGrant: wrapGrant ?? (grant => grant),
    healLimits: { maxMs: options.healLimitMs ?? 60_000, maxRounds: options.healLimitRounds ?? 12 }
  }
}

class Totals {
  readonly fired: FiredFaults = noFaultsFired(faultKinds)
  readonly #events: Record<string, number> = {}
  readonly #trace = new TraceHash()
  readonly #machines: Record<number, number> = {}
  #histories = 0
  #steps = 0
  #commits = 0
  #messages = 0
  #virtualMs = 0
  #longestHealMs = 0
  #mostHealRounds = 0

  add({ machines, steps }: HistoryPlan, outcome: HistoryOutcome): void {
    addFired(this.fired, outcome.fired)
    for (const [type, count] of outcome.events) this.#events[type] = (this.#events[type] ?? 0) + count
    this.#trace.add(outcome.trace)
    this.#histories++
    this.#machines[machines] = (this.#machines[machines] ?? 0) + 1
    this.#steps += steps.length
    this.#commits += outcome.commits
    this.#messages += outcome.messages
    this.#virtualMs += outcome.virtualMs
    this.#longestHealMs = Math.max(this.#longestHealMs, outcome.healMs)
    this.#mostHealRounds = Math.max(this.#mostHealRounds, outcome.healRounds)
  }

  report(): SimulationReport {
    return {
      histories: this.#histories,
      machines: this.#machines,
      steps: this.#steps,
      commits: this.#commits,
      messages: this.#messages,
      fired: this.fired,
      events: this.#events,
      virtualMs: this.#virtualMs,
      longestHealMs: this.#longestHealMs,
      mostHealRounds: this.#mostHealRounds,
      trace: this.#trace.value
    }
  }
}
