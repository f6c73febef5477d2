import type { Firing } from "../simulation/fault-dice.ts"
import { SeededRandom } from "../seeded-random.ts"
import {
  type SinkFaultKind,
  sinkFaultKinds,
  type SinkFaultRates,
  type SinkStepFault,
  sinkStepFaults
} from "./sink-fault-kinds.ts"

/** What an application, or an operator, does with a replica that feeds sinks. */
const sinkTasks = [
  /** Closed in good order, and opened again. */
  "reopen",
  "verify",
  /** Verified, planned, executed with a journal. */
  "repair",
  /** What a killed repair left is gone on with. */
  "resume",
  /** Some repair is cancelled. */
  "cancel",
  /** Repairs by itself from now on, until the process ends. */
  "schedule",
  /** Verified otherwise than in full. */
  "inspect",
  /** Verified, and repaired from a sink, by what is most recent, or by hand; within the ordinary limits. */
  "adopt",
  /** What waits for a decision is decided. */
  "decide",
  /** Repairs by itself within the ordinary limits, in some mode and from some source. */
  "oversee",
  /** What a scheduler has in its queue is approved or dropped, or what it does is cancelled. */
  "judge",
  /** Records are asked about, and mended on the way. */
  "read",
  /** A sink is fed otherwise from now on. */
  "strategy",
  "pause",
  "unpause",
  "cutover",
  "rollback",
  "finish",
  "retry",
  /** Two replicas exchange what they have. */
  "sync"
] as const

/** Something that is done with a replica and its sinks. */
export type SinkTask = (typeof sinkTasks)[number]

/** What is done with documents. */
const noteActions = ["write", "write", "write", "burst", "delete", "refuse"] as const

/** Something that is done with a document. `refuse`: it gets a value that the mapping does not take. */
export type NoteAction = (typeof noteActions)[number]

/** One thing that happens. Feeders, sinks and documents are numbers, taken modulo what there is. */
export type SinkStep = {
  /** Of the randomness of whatever the step does. */
  readonly draw: number
  /** Virtual time that passes afterwards. */
  readonly pauseMs: number
} & (
  | { readonly do: "act"; readonly at: number; readonly document: number; readonly action: NoteAction }
  | { readonly do: SinkTask | SinkStepFault; readonly at: number }
)

/** Which sinks there are. `add` and `replace` are migrations. */
export type SinkLayout = "one" | "two" | "add" | "replace"

/** Everything that makes a history of sinks what it is, as plain JSON: the same plan takes the same course. */
export interface SinkPlan {
  readonly seed: number
  /** Replicas that feed the sinks: one, or two that share one sink. */
  readonly feeders: number
  readonly layout: SinkLayout
  /** Whether sinks are written by who holds their lease. */
  readonly leased: boolean
  /** Whether an open sink remembers how far it is, or asks its database each time. */
  readonly remembers: boolean
  /** Whether sinks keep account of changes, so that they can be verified by the tree. */
  readonly tracked?: boolean
  /** How a migration ends that nobody ended before: by going on to the end, or back. */
  readonly ends: "finish" | "rollback"
  readonly rates: SinkFaultRates
  /** Instead of rates: which opportunities are taken. */
  readonly firing?: Firing<SinkFaultKind>
  readonly steps: readonly SinkStep[]
}

/** Within which bounds histories of sinks are drawn. */
export interface SinkPlanOptions {
  readonly feeders: number
  readonly layouts: readonly SinkLayout[]
  readonly leased: boolean
  readonly tracked: boolean
  readonly faults: SinkFaultRates
  /** What is done beside changing documents. */
  readonly tasks: readonly SinkTask[]
  /** Up to how many steps, faults included about half as many again. */
  readonly maxSteps: number
}

/** Draws the plan of one history from its seed. */
export function drawSinkPlan(seed: number, options: SinkPlanOptions): SinkPlan {
  const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x2545f491)
  const rates = someFaults(random, options.faults)
  return {
    seed,
    feeders: options.feeders,
    layout: random.pick(options.layouts),
    leased: options.leased,
    remembers: random.chance(0.5),
    ...(options.tracked ? { tracked: true } : {}),
    ends: random.pick(["finish", "rollback"] as const),
    rates,
    steps: drawSteps(random, rates, options)
  }
}

/** About half of the kinds: some bugs show only where other faults are not in the way. */
function someFaults(random: SeededRandom, faults: SinkFaultRates): SinkFaultRates {
  const share = random.pick([0.2, 0.5, 0.5, 1])
  const picked = sinkFaultKinds.filter(kind => (faults[kind] ?? 0) > 0 && random.chance(share))
  return Object.fromEntries(picked.map(kind => [kind, faults[kind] ?? 0]))
}

function drawSteps(
  random: SeededRandom,
  rates: SinkFaultRates,
  { maxSteps, tasks }: SinkPlanOptions
): readonly SinkStep[] {
  const drawn: SinkStep[] = []
  const count = 2 + random.integer(Math.max(1, maxSteps - 1))
  const active = sinkStepFaults.filter(kind => (rates[kind] ?? 0) > 0)
  const common = () => ({
    at: random.integer(64),
    draw: random.integer(2 ** 32),
    pauseMs: random.integer(pauseMs(random))
  })
  for (let step = 0; step < count; step++) {
    for (const kind of active) if (random.chance(rates[kind] ?? 0)) drawn.push({ do: kind, ...common() })
    if (tasks.length > 0 && random.chance(0.35)) drawn.push({ do: random.pick(tasks), ...common() })
    else
      drawn.push({
        do: "act",
        document: random.integer(64),
        action: random.pick(noteActions),
        ...common()
      })
  }
  return drawn
}

/** Most of the time things happen on top of each other; now and then sinks come to rest. */
function pauseMs(random: SeededRandom): number {
  return random.pick([1, 1, 15, 60, 60, 400, 2_500])
}
