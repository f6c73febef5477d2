import { damageKinds } from "../sink-damage-cases.ts"
import { SeededRandom } from "../seeded-random.ts"
import { noteIds } from "./note-actions.ts"
import type { SinkStepFault } from "./sink-fault-kinds.ts"
import type { SinkServer } from "./sink-server.ts"
import { leaseMs, type SinkWorld } from "./sink-world.ts"

/** Lets a fault happen to a process, a disk or a sink; `fire` is said where it has an effect. */
export async function happenToSinks(
  world: SinkWorld,
  kind: SinkStepFault,
  at: number,
  draw: number
): Promise<void> {
  const random = new SeededRandom(draw)
  const feeder = world.feeder(at)
  const server = world.server(at)
  const { dice, time } = world
  switch (kind) {
    case "crash":
      if (feeder.user === undefined) return
      dice.fire("crash")
      return feeder.crash()
    case "storeFull":
      return fill(world, feeder.disk, "storeFull", random)
    case "sinkFull":
      return fill(world, server, "sinkFull", random)
    case "sinkWiped":
    case "sinkRestored":
      if (server.putBack(random, kind === "sinkWiped")) dice.fire(kind)
      return
    case "sinkDamaged":
      return damage(world, server, random)
    case "leaseLost":
      return time.during(stealLease(world, server))
  }
}

function fill(
  { dice, time }: SinkWorld,
  what: { isFull: boolean; onFull: () => void },
  kind: "storeFull" | "sinkFull",
  random: SeededRandom
): void {
  if (what.isFull) return
  what.isFull = true
  let hasFired = false
  what.onFull = () => {
    if (!hasFired) dice.fire(kind)
    hasFired = true
  }
  time.schedule(50 + random.integer(2_000), () => {
    what.isFull = false
  })
}

async function damage(
  { dice }: SinkWorld,
  { place, watch, damage: how }: SinkServer,
  random: SeededRandom
): Promise<void> {
  const present = noteIds.filter(id => (place.records.get(id)?.rows.length ?? 0) > 0)
  const id = present[random.integer(present.length)]
  const other = present.find(each => each !== id)
  const kind = random.pick(damageKinds.filter(({ both }) => both !== true || other !== undefined))
  if (id === undefined) return
  dice.fire("sinkDamaged")
  // Some take several steps, and others may look meanwhile.
  const ids = [id, kind.at?.(id) ?? id, ...(kind.both === true && other !== undefined ? [other] : [])]
  await watch.tamper(() => kind.inflict(how, id, other ?? id), ids)
  watch.tamper(() => {}, ids)
}

/** Another writer, of another store, has the lease once the present one's time is over, and does nothing with it. */
async function stealLease({ dice, time }: SinkWorld, server: SinkServer): Promise<void> {
  const session = await server.openElsewhere("e".repeat(32))
  const untilMs = server.place.lease?.untilMs
  if (untilMs === undefined) return
  const holder = `thief at ${time.nowMs()}`
  await session?.takeLease?.({ holder, ttlMs: leaseMs, nowMs: untilMs })
  dice.fire("leaseLost")
  await session?.releaseLease?.(holder)
}
