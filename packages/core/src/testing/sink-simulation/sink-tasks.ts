import type { VerifyReport } from "../../consistency/verify-report.ts"
import { parseDocumentId } from "../../document/document-id.ts"
import { planRepair } from "../../repair/plan-repair.ts"
import type { RepairJob } from "../../repair/repair-job.ts"
import { startRepairScheduler } from "../../repair/start-scheduler.ts"
import { resumeRepair, startRepair, unfinishedRepairs } from "../../repair/start-repair.ts"
import type { Replica } from "../../replica/replica.ts"
import { SeededRandom } from "../seeded-random.ts"
import { Violation } from "../simulation/violation.ts"
import type { Feeder } from "./feeder.ts"
import { noteIds } from "./note-actions.ts"
import type { SinkTask } from "./sink-plan.ts"
import { checkRepaired } from "./check-repaired.ts"
import type { SinkWorld } from "./sink-world.ts"

/** How repairs are executed. */
const execution = { concurrency: 2, operationTimeoutMs: 800 }

/** Does something with a replica and its sinks. Nothing happens where its process is not up. */
export async function perform(world: SinkWorld, feeder: Feeder, task: SinkTask, draw: number): Promise<void> {
  const { replica, migration } = feeder
  if (replica === undefined) return
  switch (task) {
    case "reopen":
      await feeder.close()
      return feeder.open()
    case "verify":
      await verify(world, replica)
      return
    case "repair":
      return repair(world, feeder, replica, draw)
    case "resume":
      return resume(world, feeder, replica)
    case "cancel":
      feeder.job?.cancel()
      return
    case "schedule":
      return schedule(feeder, replica)
    case "cutover":
      return migration?.cutover()
    case "rollback":
      return rollBack(world, feeder)
    case "finish":
      return migration?.finish()
    case "retry":
      return migration?.retry()
    case "sync":
      return world.sync()
    default:
      return onSink(world, replica, task, draw)
  }
}

function schedule(feeder: Feeder, replica: Replica): void {
  if (feeder.scheduler !== undefined) return
  const scheduler = startRepairScheduler(replica, {
    ...execution,
    everyMs: 700,
    holdAbove: 1,
    maxDeleteShare: 1,
    backoff: { firstMs: 50, maxMs: 400 }
  })
  // Starting reads: the process may have died of that.
  if (feeder.replica === replica) feeder.scheduler = scheduler
}

async function onSink(
  world: SinkWorld,
  replica: Replica,
  task: "read" | "strategy" | "pause" | "unpause",
  draw: number
): Promise<void> {
  const projector = replica.sink(world.server(draw).name)
  switch (task) {
    case "read": {
      const mode = new SeededRandom(draw).pick(["block", "serve-stale", "serve-source"] as const)
      await projector.read(
        noteIds.map(id => parseDocumentId(id)),
        { mode }
      )
      return
    }
    case "strategy":
      return projector.setStrategy(world.strategyFrom(draw))
    case "pause":
      return projector.pause()
    case "unpause":
      return projector.resume()
  }
}

/** Verifies; where nobody changed anything behind a sink's back, or what was changed is right again, nothing may be found. */
export async function verify(world: SinkWorld, replica: Replica): Promise<VerifyReport> {
  const before = new Map(
    replica.repairing.targets.map(({ name }) => {
      const watch = world.serverNamed(name)?.watch
      return [name, { tampers: watch?.tampers, suspects: watch?.suspects ?? new Set() }] as const
    })
  )
  const report = await replica.verify({ catchUpMs: 400 })
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

/** A plan may be executed when it is out of date. */
const latePlanMs = 600

async function repair(world: SinkWorld, feeder: Feeder, replica: Replica, draw: number): Promise<void> {
  if (feeder.job !== undefined || feeder.scheduler !== undefined) return
  const plan = planRepair(await verify(world, replica), { maxDeleteShare: 1 })
  const random = new SeededRandom(draw)
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

/** Goes back; from then on the former sink serves, and readers are pointed at it. */
async function rollBack(world: SinkWorld, feeder: Feeder): Promise<void> {
  const { migration, user } = feeder
  if (migration === undefined) return
  await migration.rollback()
  if (user?.isAlive !== true || feeder.migration !== migration || migration.status.phase !== "rolled-back")
    return
  const { from, to, serving } = migration.status
  const isBack = serving === from && (from === undefined || world.published === from)
  if (!isBack || isFed(feeder.replica, to))
    world.violated(
      new Violation(
        "not-migrated",
        `rolled back, ${String(serving)} serves, readers are pointed at ${String(world.published)}`
      )
    )
}

function isFed(replica: Replica | undefined, sink: string): boolean {
  try {
    return replica?.sink(sink) !== undefined
  } catch {
    return false
  }
}
