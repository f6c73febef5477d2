import type { CommitHandle } from "../../replica/commit-handle.ts"
import type { Document } from "../../replica/document.ts"
import { toHex } from "../../codec/hex.ts"
import { safeKey } from "../memory-sink.ts"
import { SeededRandom } from "../seeded-random.ts"
import { Violation } from "../simulation/violation.ts"
import type { Feeder } from "./feeder.ts"
import type { NoteAction } from "./sink-plan.ts"
import type { SinkServer } from "./sink-server.ts"
import type { SinkWorld } from "./sink-world.ts"

/** Few, so that changes meet. */
export const noteIds: readonly string[] = ["notes/1", "notes/2", "notes/3", "notes/4"]

/** Changes documents of a feeder, and sees that what is said of its commits is so. */
export async function act(
  world: SinkWorld,
  feeder: Feeder,
  {
    document,
    action,
    draw
  }: { readonly document: number; readonly action: NoteAction; readonly draw: number }
): Promise<void> {
  const random = new SeededRandom(draw)
  const count = action === "burst" ? 2 + random.integer(3) : 1
  for (let at = 0; at < count; at++) {
    const id = noteIds[(document + at) % noteIds.length]
    const note = id === undefined ? undefined : await feeder.replica?.load(id)
    if (note === undefined) return
    for (const handle of changed(feeder, note, action, random)) follow(world, feeder, note, handle)
  }
}

/** Gives a document a value that the mapping takes. */
export async function mendNote(world: SinkWorld, feeder: Feeder, id: string): Promise<void> {
  const note = await feeder.replica?.load(id)
  if (note === undefined || note.deleted || note.value["size"] !== refusedSize) return
  const handle = note.change(draft => {
    draft["size"] = 1
  })
  follow(world, feeder, note, handle)
  await handle.durable
}

/** A column of numbers takes no text. */
const refusedSize = "large"

function changed(
  feeder: Feeder,
  note: Document,
  action: NoteAction,
  random: SeededRandom
): readonly CommitHandle[] {
  if (action === "delete") return note.exists && !note.deleted ? [note.delete()] : []
  const undeleted = note.deleted ? [note.undelete()] : []
  const isRefused = action === "refuse"
  // Before there is such a state: what is read of it may be refused at any moment from then on.
  if (isRefused) feeder.refused.add(note.id)
  const size = isRefused ? refusedSize : random.integer(1_000)
  const tags = Array.from({ length: random.integer(3) }, () => `t${random.integer(9)}`)
  const handle = note.change(draft => {
    Object.assign(draft, { title: `title ${random.integer(1_000)}`, size, tags })
  })
  return [...undeleted, handle]
}

/** Who is told that a commit is in a sink finds it there. */
function follow(world: SinkWorld, feeder: Feeder, note: Document, handle: CommitHandle): void {
  const { dot } = handle
  if (dot === undefined) return
  world.commits++
  const { user } = feeder
  const { height } = note.version
  const bytes = note.version.digest(note.id)
  const digest = toHex(bytes)
  feeder.states.set(digest, { value: note.value, deleted: note.deleted, height, digest: bytes })
  void handle.durable.then(
    () => {
      if (user?.isAlive === true && (feeder.ledger.at(note.id)?.height ?? 0) < height)
        world.violated(
          new Violation(
            "lost",
            `${feeder.name} says that height ${height} of ${note.id} is durable, and its disk has not heard of it`
          )
        )
    },
    () => {}
  )
  // A forged key may be above all that is written, until a repair compares it.
  const honest = servingOf(world, feeder).filter(({ watch }) => !watch.isTampered(note.id))
  const watched = honest.map(server => ({ server, tampers: server.watch.tampers }))
  void handle.projected.then(
    () => {
      for (const { server, tampers } of watched)
        if (user?.isAlive === true && server.watch.tampers === tampers)
          checkProjected(world, feeder, server, note.id, height)
    },
    () => {}
  )
}

/** Sinks that a commit is said to be in: those that serve then and now. */
function servingOf(world: SinkWorld, { migration }: Feeder): readonly SinkServer[] {
  if (world.plan.layout === "one" || world.plan.layout === "two") return world.servers
  const serving = world.serverNamed(migration?.status.serving)
  return serving === undefined ? [] : [serving]
}

function checkProjected(
  world: SinkWorld,
  feeder: Feeder,
  server: SinkServer,
  id: string,
  height: number
): void {
  if (!servingOf(world, feeder).includes(server)) return
  const { records, lease } = server.place
  // Another holder's documents count from the moment at which it has the lease.
  if (world.plan.leased && lease?.epoch !== feeder.epoch) return
  const key = records.get(id)?.key
  // Another writer that raised the generation writes what it has; who waits here is told of that by the next call only.
  const isOvertaken = !world.isUnshared && key !== undefined && key.generation > generationOf(feeder, server)
  if (isOvertaken || (key !== undefined && safeKey(key).height >= height)) return
  world.violated(
    new Violation(
      "not-projected",
      `${feeder.name} says that height ${height} of ${id} is in ${server.name}, where ${key === undefined ? "nothing" : `height ${key.height}`} is`
    )
  )
}

function generationOf({ replica }: Feeder, { name }: SinkServer): number {
  return replica?.sink(name).session?.generation ?? 0
}
