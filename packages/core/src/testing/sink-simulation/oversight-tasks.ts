import { isSynclineError } from "@syncline/clock"
import type { VerifyMode } from "../../consistency/verify-mode.ts"
import type { VerifyReport } from "../../consistency/verify-report.ts"
import { decide, pendingDecisions } from "../../repair/decide.ts"
import { planRepair } from "../../repair/plan-repair.ts"
import type { RepairReport } from "../../repair/repair-report.ts"
import type { SourceOfTruth } from "../../repair/source-of-truth.ts"
import { startRepairScheduler } from "../../repair/start-scheduler.ts"
import type { Replica } from "../../replica/replica.ts"
import { SeededRandom } from "../seeded-random.ts"
import { Violation } from "../simulation/violation.ts"
import type { Feeder } from "./feeder.ts"
import { noteIds } from "./note-actions.ts"
import { executeLate, execution, verify } from "./repair-tasks.ts"
import type { SinkTask } from "./sink-plan.ts"
import type { SinkWorld } from "./sink-world.ts"

/** What somebody does who looks at little of a sink, trusts what is in it, or leaves it to others. */
export type OversightTask = Extract<SinkTask, "inspect" | "adopt" | "decide" | "oversee" | "judge">

/** Does it, within the ordinary limits: what is too much to be removed or repaired is left alone until it is approved. */
export async function oversee(
  world: SinkWorld,
  feeder: Feeder,
  replica: Replica,
  { task, draw }: { readonly task: OversightTask; readonly draw: number }
): Promise<void> {
  const random = new SeededRandom(draw)
  switch (task) {
    case "inspect":
      await verify(world, replica, modeFrom(random, feeder))
      return
    case "adopt":
      return adopt(world, feeder, replica, random)
    case "decide":
      return decideOne(world, replica, random)
    case "oversee":
      return schedule(world, feeder, replica, random)
    case "judge":
      return judge(feeder, random)
  }
}

/** Any mode: in a sink that keeps no account of changes, that by the tree says so. */
function modeFrom(random: SeededRandom, { disk }: Feeder): VerifyMode {
  const ids = noteIds.filter(() => random.chance(0.5))
  return random.pick<VerifyMode>([
    { kind: "full" },
    { kind: "merkle" },
    { kind: "merkle" },
    { kind: "bloom", rate: 0.01 },
    { kind: "sample", count: 1 + random.integer(4) },
    { kind: "documents", ids },
    { kind: "documents", prefix: random.pick(["", "notes/", "notes/1"]) },
    { kind: "documents", changedSince: "last-clean" },
    { kind: "documents", changedSince: random.integer(disk.position + 1) }
  ])
}

function sourceFrom(random: SeededRandom, sinks: readonly string[]): SourceOfTruth {
  const named = sinks.map((sink): SourceOfTruth => `sink:${sink}`)
  return random.pick<SourceOfTruth>([
    "document",
    "most-recent",
    "most-recent",
    "manual",
    "manual",
    ...named,
    ...named,
    ...named
  ])
}

async function adopt(
  world: SinkWorld,
  feeder: Feeder,
  replica: Replica,
  random: SeededRandom
): Promise<void> {
  if (feeder.job !== undefined || feeder.scheduler !== undefined) return
  const mode: VerifyMode = random.chance(0.5) ? { kind: "full" } : modeFrom(random, feeder)
  const report = await verify(world, replica, mode)
  const sourceOfTruth = sourceFrom(random, readable(report))
  const plan = planRepair(report, { sourceOfTruth })
  const removals = plan.operations.filter(
    ({ source, targets }) => source !== "manual" && targets.some(({ action }) => action === "remove")
  )
  if (removals.length > 0)
    world.violated(new Violation("not-asked", `${removals.length} records of few would be removed`))
  await executeLate(world, feeder, replica, { plan, random })
}

function readable({ sinks }: VerifyReport): readonly string[] {
  return sinks.filter(({ error }) => error === undefined).map(({ sink }) => sink)
}

async function decideOne(world: SinkWorld, replica: Replica, random: SeededRandom): Promise<void> {
  const waiting = await pendingDecisions(replica)
  const one = waiting[random.integer(Math.max(1, waiting.length))]
  if (one === undefined) return
  const choice = random.pick(["document", "sink", "sink", "later"] as const)
  try {
    const decided = await decide(replica, one, choice, execution)
    world.count(`decided: ${decided?.outcome ?? choice}`)
  } catch (error) {
    // Somebody else decided, or found another record there, since it was listed.
    if (!isSynclineError(error, "options-invalid")) throw error
  }
}

function schedule(world: SinkWorld, feeder: Feeder, replica: Replica, random: SeededRandom): void {
  if (feeder.scheduler !== undefined) return
  const scheduler = startRepairScheduler(replica, {
    ...execution,
    everyMs: 700,
    backoff: { firstMs: 50, maxMs: 400 },
    verify: { mode: modeFrom(random, feeder), catchUpMs: 400 },
    // A sink that cannot be read at some time is no source of truth then.
    sourceOfTruth: sourceFrom(random, []),
    // In few documents any that is wrong is too much.
    ...(random.chance(0.6) ? { holdAbove: 1 } : {}),
    onEvent: event => {
      if (event.type === "repaired") mustBeAsked(world, feeder, event.report)
      if (event.type === "queued") world.count(event.entry.refused > 0 ? "queued: refused" : "queued")
    }
  })
  // Starting reads: the process may have died of that.
  if (feeder.replica === replica) feeder.scheduler = scheduler
}

/** Any removal is more than a twentieth of so few records. */
function mustBeAsked(world: SinkWorld, { hasApproved }: Feeder, { operations }: RepairReport): void {
  const removed = operations.find(({ action, outcome }) => action === "remove" && outcome === "mended")
  if (removed !== undefined && !hasApproved)
    world.violated(
      new Violation("not-asked", `${removed.id} was removed from ${removed.sink}, and nobody approved it`)
    )
}

function judge(feeder: Feeder, random: SeededRandom): void {
  const { scheduler } = feeder
  if (scheduler === undefined) return
  const [active] = scheduler.job?.active ?? []
  if (random.chance(0.2)) scheduler.job?.cancel(active?.id)
  for (const { id } of scheduler.queue) {
    if (random.chance(0.2)) scheduler.drop(id)
    else if (random.chance(0.6) && scheduler.approve(id)) feeder.hasApproved = true
  }
}
