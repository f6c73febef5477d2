import { isSynclineError } from "@syncline/clock"
import { preload } from "../../deferred/deferred-part.ts"
import type { FiredFaults, Firing } from "../simulation/fault-dice.ts"
import { Violation } from "../simulation/violation.ts"
import { act } from "./note-actions.ts"
import { checkPublished } from "./check-published.ts"
import { type SinkFaultKind, sinkStepFaults, type SinkStepFault } from "./sink-fault-kinds.ts"
import type { SinkPlan, SinkStep } from "./sink-plan.ts"
import { bringToRest } from "./sink-rest.ts"
import { happenToSinks } from "./sink-step-faults.ts"
import { perform } from "./sink-tasks.ts"
import type { SinkViolation } from "./sink-violation.ts"
import { SinkWorld, type SinkWorldOptions } from "./sink-world.ts"

/** What histories of one simulation have in common. */
export interface SinkSetting extends SinkWorldOptions {
  /** Virtual time within which everything is at rest once faults ended. */
  readonly restLimitMs: number
}

/** What a history of sinks came to. */
export interface SinkOutcome {
  /** 16 hex digits: equal for two runs of one plan. */
  readonly trace: string
  readonly fired: Readonly<FiredFaults<SinkFaultKind>>
  /** Which opportunities for faults of calls and disks were taken. */
  readonly firing: Firing<SinkFaultKind>
  readonly commits: number
  readonly virtualMs: number
  /** Until everything was at rest. */
  readonly restMs: number
  /** What became of records that repairs were about, and of migrations, by name. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly violation?: SinkViolation
}

/** Lets one history take its course. Depends on nothing but its arguments. */
export async function playSinks(plan: SinkPlan, setting: SinkSetting): Promise<SinkOutcome> {
  // What would come from a file when it is first needed would come at another moment each time.
  await preload()
  const world = await SinkWorld.start(plan, setting)
  let restMs = 0
  try {
    for (const step of plan.steps) {
      await play(world, step)
      checkPublished(world)
      if (world.violation !== undefined) break
    }
    if (world.violation === undefined) restMs = await bringToRest(world, setting.restLimitMs)
  } catch (error) {
    world.violated(
      error instanceof Violation
        ? (error as SinkViolation)
        : new Violation("threw", String(error), { cause: error })
    )
  }
  for (const feeder of world.feeders) feeder.halt()
  const { violation } = world
  return {
    trace: world.trace.value,
    fired: world.dice.fired,
    firing: world.dice.taken,
    commits: world.commits,
    virtualMs: world.time.nowMs(),
    restMs,
    outcomes: world.outcomes,
    ...(violation === undefined ? {} : { violation })
  }
}

/** What whoever works with a sink or a store that fails meets, and can do nothing about. */
const excused = [
  "store-failed",
  "store-closed",
  "document-blocked",
  "replica-closed",
  "aborted",
  "sink-failed",
  "sink-fenced",
  "projection-unknown-sink",
  "migration-phase",
  "migration-failed",
  "link-closed",
  "link-failed"
]

async function play(world: SinkWorld, step: SinkStep): Promise<void> {
  if (step.do === "act") excuse(world, act(world, world.feeder(step.at), step))
  else if (isFault(step.do)) await happenToSinks(world, step.do, step.at, step.draw)
  else excuse(world, perform(world, world.feeder(step.at), step.do, step.draw))
  await world.time.advance(step.pauseMs)
}

function isFault(kind: string): kind is SinkStepFault {
  return (sinkStepFaults as readonly string[]).includes(kind)
}

/** Nobody waits for it: it may be that the process dies meanwhile, and it never comes back. */
function excuse(world: SinkWorld, work: Promise<void>): void {
  work.catch((error: unknown) => {
    if (excused.some(code => isSynclineError(error, code))) return
    world.violated(new Violation("threw", `a step threw ${String(error)}`, { cause: error }))
  })
}
