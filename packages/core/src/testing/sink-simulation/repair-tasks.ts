import type { VerifyMode } from "../../consistency/verify-mode.ts"
import type { VerifyReport } from "../../consistency/verify-report.ts"
import { planRepair } from "../../repair/plan-repair.ts"
import type { ExecuteOptions, RepairJob } from "../../repair/repair-job.ts"
import type { RepairPlan } from "../../repair/repair-plan.ts"
import { resumeRepair, startRepair, unfinishedRepairs } from "../../repair/start-repair.ts"
import type { Replica } from "../../replica/replica.ts"
import { SeededRandom } from "../seeded-random.ts"
import { Violation } from "../simulation/violation.ts"
import { checkRepaired } from "./check-repaired.ts"
import type { Feeder } from "./feeder.ts"
import type { SinkWorld } from "./sink-world.ts"

/** How repairs are executed. */
export const execution: ExecuteOptions = { concurrency: 2, operationTimeoutMs: 800 }

/** A plan may be executed when it is out of date. */
const latePlanMs = 600

/** Verifies; where nobody changed anything behind a sink's back, or what was changed is right again, nothing may be found. */
export async function verify(
  world: SinkWorld,
  replica: Replica,
  mode: VerifyMode = { kind: "full" }
): Promise<VerifyReport> {
  const before = new Map(
    replica.repairing.targets.map(({ name }) => {
      const watch = world.serverNamed(name)?.watch
      return [name, { tampers: watch?.tampers, suspects: watch?.suspects ?? new Set() }] as const
    })
  )
  const report = await replica.verify({ catchUpMs: 400, mode })
  for (const sink of report.sinks) {
    const { tampers, suspects } = before.get(sink.sink) ?? {}
    const server = world.serverNamed(sink.sink)
    if (server === undefined || server.watch.tampers !== tampers || !world.isUnshared) continue
    const first = sink.findings.find(({ id }) => suspects?.has(id) !== true)
    if (first !== undefined)
      world.violated(
        new Violation("false-alarm", `${sink.sink}, where nobody changed it: ${first.id} is ${first.class}`)
      )
  }
  return report
}

/** Verifies, plans, and executes with a journal. */
export async function repair(
  world: SinkWorld,
  feeder: Feeder,
  replica: Replica,
  draw: number
): Promise<void> {
  if (feeder.job !== undefined || feeder.scheduler !== undefined) return
  const plan = planRepair(await verify(world, replica), { maxDeleteShare: 1 })
  await executeLate(world, feeder, replica, { plan, random: new SeededRandom(draw) })
}

/** Executes a plan, at once or when it is out of date, unless something else is under way by then. */
export async function executeLate(
  world: SinkWorld,
  feeder: Feeder,
  replica: Replica,
  { plan, random }: { readonly plan: RepairPlan; readonly random: SeededRandom }
): Promise<void> {
  if (random.chance(0.6)) await world.pass(random.integer(latePlanMs))
  if (feeder.job !== undefined || feeder.replica !== replica) return
  const { position } = feeder.disk
  await toEnd(world, feeder, position, startRepair(replica, plan, execution))
}

/** Goes on with what was killed. */
export async function resume(world: SinkWorld, feeder: Feeder, replica: Replica): Promise<void> {
  if (feeder.job !== undefined || feeder.scheduler !== undefined) return
  const [first] = await unfinishedRepairs(replica)
  if (first === undefined || feeder.job !== undefined || feeder.replica !== replica) return
  const { position } = feeder.disk
  await toEnd(world, feeder, position, await resumeRepair(replica, first.id, execution))
}

async function toEnd(world: SinkWorld, feeder: Feeder, position: number, job: RepairJob): Promise<void> {
  feeder.job = job
  try {
    checkRepaired(world, feeder, position, await job.done)
  } finally {
    if (feeder.job === job) feeder.job = undefined
  }
}
