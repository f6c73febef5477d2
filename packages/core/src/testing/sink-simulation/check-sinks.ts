import { toHex } from "../../codec/hex.ts"
import { Violation } from "../simulation/violation.ts"
import type { Feeder } from "./feeder.ts"
import type { SinkServer } from "./sink-server.ts"
import { differenceOf, type ShownNote } from "./sink-tables.ts"
import type { SinkWorld } from "./sink-world.ts"

/** What documents are, by feeder and id. */
export type NotesShown = ReadonlyMap<Feeder, ReadonlyMap<string, ShownNote>>

/** Small values of what is under way, by space: of what is over, none. */
const workSpaces = ["repair-jobs", "repair-journal", "repair-decisions"]

/**
 * Looks at every sink that is fed at rest: it holds what documents say, whole, and nothing else.
 *
 * @throws Violation
 */
export async function checkSinks(world: SinkWorld, shown: NotesShown): Promise<void> {
  for (const [feeder, notes] of shown) {
    checkDurable(feeder, notes)
    for (const server of fedAtRest(world)) await checkSink(world, server, notes)
  }
  for (const { name, place } of world.servers)
    for (const [id, { digest }] of place.records.entries()) world.trace.add(`${name} ${id} ${toHex(digest)}`)
}

/**
 * Looks into the store of a replica that was closed: no repair and no parked document is left there, and a migration is at one of its ends.
 *
 * @throws Violation `left-behind`
 */
export function checkLeftBehind(world: SinkWorld, { name, disk, epoch }: Feeder): void {
  // Whoever stands by knows of the time at which it held the lease; and where one went back, the new sink can be taken up again.
  const held = fedAtRest(world).filter(({ place }) => !world.plan.leased || place.lease?.epoch === epoch)
  const parked = held.map(server => `projection-parked/${server.name}`)
  for (const space of [...workSpaces, ...parked])
    if (disk.values(space).length > 0)
      throw new Violation("left-behind", `${name} has something left in ${space}`)
  for (const value of disk.values("migration")) {
    const { phase, unsettled } = JSON.parse(new TextDecoder().decode(value)) as {
      phase: string
      unsettled?: boolean
    }
    if ((phase !== "done" && phase !== "rolled-back") || unsettled === true)
      throw new Violation("left-behind", `the migration of ${name} is left in ${phase}`)
    world.count(phase)
  }
}

/** What is on the disk is what is shown, and the other way round. */
function checkDurable({ name, ledger }: Feeder, notes: ReadonlyMap<string, ShownNote>): void {
  for (const id of new Set([...ledger.ids, ...notes.keys()])) {
    const [durable, note] = [ledger.at(id)?.digest, notes.get(id)]
    if (durable !== (note && toHex(note.digest)))
      throw new Violation(
        "lost",
        `${name} shows ${id} as of height ${notes.get(id)?.height ?? 0}, and its disk holds height ${ledger.at(id)?.height ?? 0}`
      )
  }
}

function fedAtRest({ servers, plan, feeders }: SinkWorld): readonly SinkServer[] {
  if (plan.layout === "one" || plan.layout === "two") return servers
  const [first, second] = servers
  const isDone = feeders.some(({ disk }) => isMigrated(disk.values("migration")))
  const serving = isDone ? (second ?? first) : plan.layout === "replace" ? first : undefined
  return serving === undefined ? [] : [serving]
}

function isMigrated(values: readonly Uint8Array[]): boolean {
  return values.some(value => new TextDecoder().decode(value).includes('"phase":"done"'))
}

async function checkSink(
  world: SinkWorld,
  server: SinkServer,
  notes: ReadonlyMap<string, ShownNote>
): Promise<void> {
  const { place, name } = server
  const sealed = await server.sealed()
  for (const [id, note] of notes) {
    const record = place.records.get(id)
    const isOld = record?.key?.generation !== place.generation || record.key.projection !== place.projection
    const wrong =
      differenceOf(note, record, world.isNew(server)) ??
      (isOld ? "the record is of another filling" : sealed.has(id) ? undefined : "the seal does not hold")
    if (wrong !== undefined) throw new Violation("not-equal", `${name}, ${id}: ${wrong}`)
  }
  for (const [id] of place.records.entries())
    if (!notes.has(id))
      throw new Violation("not-equal", `${name} holds ${JSON.stringify(id)}, which no document explains`)
}
