import { copyFileSync, rmSync } from "node:fs"
import { isDeepStrictEqual } from "node:util"
import type { Replica } from "@syncline/core"
import { compareDesks } from "../convergence.ts"
import { type Desk, openDesk } from "../desk.ts"
import type { Tour } from "../tour.ts"
import { Wire } from "../wire.ts"
import { patienceMs } from "./join-replica.ts"

const id = "diary/today"

/** A laptop loses a day to a restored backup, writes on, and still agrees with everybody. */
export async function restoreBackup(tour: Tour): Promise<void> {
  tour.step(
    "Restore a backup",
    "A store is copied, written on, synced, put back as it was, and written on again."
  )
  const team = await openDesk(tour, "team")
  const wire = await Wire.open(team.replica)

  const first = await session(tour, wire, ["Monday"])
  copyFileSync(tour.path("laptop.db"), tour.path("backup.db"))
  const second = await session(tour, wire, ["Tuesday", "Wednesday"])
  tour.check("opened again undisturbed, it is the same actor", second.actor === first.actor)

  restore(tour)
  const laptop = await openDesk(tour, "laptop")
  const lines = await linesOf(laptop.replica)
  tour.check("the backup knows Monday only", isDeepStrictEqual(lines, ["Monday"]))
  tour.check("it is recognised: the replica opens under a new actor", laptop.replica.actor !== first.actor)
  await write(laptop.replica, ["Thursday"])
  await sync(laptop, wire)

  const { roots, different } = await compareDesks(team, laptop)
  const days = new Set(await linesOf(laptop.replica))
  tour.check("synced: laptop and team agree, roots and values", roots && different.length === 0)
  tour.check(
    "nothing is lost: the days the backup did not know are back, the new one is kept",
    days.size === 4 && ["Monday", "Tuesday", "Wednesday", "Thursday"].every(day => days.has(day))
  )
  const { actor } = laptop.replica
  await laptop.replica.close()
  await wire.cut()
  await team.replica.close()
  tour.figure("restored backup writes as", `${actor}, was ${first.actor}`)
}

/** Opens the laptop, writes, syncs, closes. */
async function session(tour: Tour, wire: Wire, days: readonly string[]): Promise<{ actor: string }> {
  const laptop = await openDesk(tour, "laptop")
  await write(laptop.replica, days)
  await sync(laptop, wire)
  const { actor } = laptop.replica
  await laptop.replica.close()
  return { actor }
}

/** Puts the copy where the store was, as a backup program does: the same file, older content. */
function restore(tour: Tour): void {
  for (const suffix of ["-wal", "-shm"]) rmSync(`${tour.path("laptop.db")}${suffix}`, { force: true })
  copyFileSync(tour.path("backup.db"), tour.path("laptop.db"))
}

async function write(replica: Replica, days: readonly string[]): Promise<void> {
  const diary = await replica.load(id)
  for (const day of days) await diary.change(draft => (draft[day] = `written on ${day}`)).durable
}

async function sync({ replica }: Desk, wire: Wire): Promise<void> {
  const link = replica.connect(wire.transport)
  await link.synced(AbortSignal.timeout(patienceMs))
  link.close()
}

async function linesOf(replica: Replica): Promise<string[]> {
  return Object.keys((await replica.load(id)).value)
}
