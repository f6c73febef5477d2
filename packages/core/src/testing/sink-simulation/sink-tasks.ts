import { parseDocumentId } from "../../document/document-id.ts"
import { startRepairScheduler } from "../../repair/start-scheduler.ts"
import type { Replica } from "../../replica/replica.ts"
import { SeededRandom } from "../seeded-random.ts"
import { Violation } from "../simulation/violation.ts"
import type { Feeder } from "./feeder.ts"
import { noteIds } from "./note-actions.ts"
import { oversee } from "./oversight-tasks.ts"
import { execution, repair, resume, verify } from "./repair-tasks.ts"
import type { SinkTask } from "./sink-plan.ts"
import type { SinkWorld } from "./sink-world.ts"

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
    case "inspect":
    case "adopt":
    case "decide":
    case "oversee":
    case "judge":
      return oversee(world, feeder, replica, { task, draw })
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
