import { isSynclineError } from "@syncline/clock"
import { findingCount, type SinkReport, type VerifyReport } from "../../consistency/verify-report.ts"
import { decide, pendingDecisions } from "../../repair/decide.ts"
import { planRepair } from "../../repair/plan-repair.ts"
import { startRepair, unfinishedRepairs } from "../../repair/start-repair.ts"
import type { Replica } from "../../replica/replica.ts"
import { Violation } from "../simulation/violation.ts"
import { checkRepaired } from "./check-repaired.ts"
import type { Feeder } from "./feeder.ts"
import { mendNote, noteIds } from "./note-actions.ts"
import { checkLeftBehind, checkSinks, type NotesShown } from "./check-sinks.ts"
import type { SinkServer } from "./sink-server.ts"
import type { ShownNote } from "./sink-tables.ts"
import { execution, resume, verify } from "./repair-tasks.ts"
import type { SinkWorld } from "./sink-world.ts"

/** Time for what was delivered late, hung or rests to come in. */
const settleMs = 5_000
/** How often a world that comes to rest is looked at, and looked after. */
const careMs = 400

/**
 * Ends all faults, lets everything come to rest, verifies, repairs where somebody went behind a sink's back, and compares what is
 * there with what documents say.
 *
 * @returns how much virtual time it took.
 * @throws Violation
 */
export async function bringToRest(world: SinkWorld, limitMs: number): Promise<number> {
  const { time, feeders, servers } = world
  world.dice.isResting = true
  for (const each of [...feeders.map(({ disk }) => disk), ...servers]) each.isFull = false
  const startMs = time.nowMs()
  await time.advance(settleMs)
  await untilQuiet(world, startMs + limitMs)
  // Whoever stands by for a lease has what the holder has, and not more.
  for (const feeder of world.isUnshared ? feeders : []) await proveRight(world, feeder)
  const restMs = time.nowMs() - startMs
  const shown = await time.during(notesOf(feeders))
  for (const feeder of feeders) await time.during(feeder.close())
  // Nothing may come from a replica that was closed.
  await time.advance(settleMs)
  mustHold(world)
  await checkSinks(world, shown)
  for (const feeder of feeders) checkLeftBehind(world, feeder)
  return restMs
}

async function untilQuiet(world: SinkWorld, endMs: number): Promise<void> {
  const { time } = world
  for (;;) {
    const unquiet = await careForAll(world)
    mustHold(world)
    if (unquiet === undefined) return
    if (time.nowMs() > endMs) throw new Violation("not-at-rest", `long after all faults ended, ${unquiet}`)
    await time.advance(careMs)
  }
}

/** What an operator would do. Says what is not as it should be yet. */
async function careForAll(world: SinkWorld): Promise<string | undefined> {
  let unquiet: string | undefined
  const before = positionsOf(world)
  for (const feeder of world.feeders) {
    void feeder.open()
    const { replica } = feeder
    if (replica === undefined) unquiet ??= `${feeder.name} is not up`
    else unquiet ??= await careFor(world, feeder, replica)
  }
  if (unquiet !== undefined || world.isUnshared) return unquiet
  const problem = await quietly(world, world.sync())
  const lacking = world.servers.find(server => !isHeld(world, server))
  if (lacking !== undefined) return `nobody who has everything holds the lease of ${lacking.name}`
  return problem ?? (positionsOf(world) === before ? undefined : "there was something to exchange")
}

/** Whoever has the lease of a sink, if it has one, has written everything. */
function isHeld({ plan, feeders }: SinkWorld, { place }: SinkServer): boolean {
  if (!plan.leased) return true
  const holder = feeders.find(({ epoch }) => epoch !== undefined && epoch === place.lease?.epoch)
  const reached = place.watermarks.get(holder?.epoch ?? "")
  return holder !== undefined && (reached?.position ?? 0) === holder.disk.position
}

function positionsOf({ feeders }: SinkWorld): string {
  return feeders.map(({ disk }) => disk.position).join()
}

async function careFor(world: SinkWorld, feeder: Feeder, replica: Replica): Promise<string | undefined> {
  const { time } = world
  for (const { name } of world.servers) {
    const projector = projectorOf(replica, name)
    // A sink that nobody feeds is not opened anew for a repair either.
    if (projector?.status.state === "paused" || projector?.status.state === "failed") projector.resume()
  }
  for (const id of noteIds) {
    const note = await time.during(replica.load(id))
    if (note.blocked !== undefined) await quietly(world, note.retry())
    await quietly(world, mendNote(world, feeder, id))
  }
  if (feeder.scheduler !== undefined) {
    await time.during(feeder.scheduler.close())
    feeder.scheduler = undefined
  }
  if (feeder.job !== undefined) return "a repair is under way"
  const problem = await quietly(world, resume(world, feeder, replica))
  if (problem !== undefined) return problem
  if ((await time.during(unfinishedRepairs(replica))).length > 0) return "a repair is not done"
  if (await decideAll(world, replica)) return "something waited to be decided"
  return (await drained(world, feeder, replica)) ?? migrated(world, feeder, replica)
}

/** Decides all that waits, for the documents; what cannot be done about it is put off, and is found again. Says whether there was anything. */
async function decideAll(world: SinkWorld, replica: Replica): Promise<boolean> {
  const waiting = await world.time.during(pendingDecisions(replica))
  for (const one of waiting) {
    await quietly(world, decide(replica, one, "document", execution))
    const left = await world.time.during(pendingDecisions(replica))
    const again = left.find(({ id, target }) => id === one.id && target.sink === one.target.sink)
    if (again !== undefined) await quietly(world, decide(replica, again, "later"))
  }
  return waiting.length > 0
}

/** Every sink that is fed has everything, where its projector has its lease. */
async function drained(world: SinkWorld, feeder: Feeder, replica: Replica): Promise<string | undefined> {
  for (const { name } of world.servers) {
    const projector = projectorOf(replica, name)
    if (projector === undefined) continue
    if (isStandingBy(projector.status.lastError)) continue
    const late = new AbortController()
    const cancel = world.time.schedule(careMs, () => late.abort())
    const unquiet = await quietly(world, projector.drain(late.signal))
    cancel()
    if (unquiet !== undefined && isStandingBy(projector.status.lastError)) continue
    if (unquiet !== undefined) return `${name} of ${feeder.name} is ${projector.status.state}: ${unquiet}`
  }
  return undefined
}

function isStandingBy(error: Error | undefined): boolean {
  return isSynclineError(error, "sink-leased")
}

function projectorOf(replica: Replica, name: string): ReturnType<Replica["sink"]> | undefined {
  try {
    return replica.sink(name)
  } catch {
    // A migration does not feed it, or not any more.
    return undefined
  }
}

/** A migration is brought to one of its ends. */
async function migrated(world: SinkWorld, feeder: Feeder, replica: Replica): Promise<string | undefined> {
  const { migration } = feeder
  if (migration === undefined) return undefined
  const { phase, failure } = migration.status
  if (phase === "done" || phase === "rolled-back") return undefined
  const unquiet = `the migration is in ${phase}: ${failure ?? "it goes on"}`
  if (phase === "failed") {
    // What was changed behind the new sink's back is for somebody to mend.
    await repairAll(world, feeder, replica)
    await quietly(world, migration.retry())
  } else if (world.plan.ends === "rollback") await quietly(world, migration.rollback())
  else if (phase === "cutover") await quietly(world, ended(world, migration.cutover.bind(migration)))
  else if (phase === "soak") await quietly(world, migration.finish())
  return unquiet
}

/** Waits no longer than a round of care. */
async function ended(
  world: SinkWorld,
  work: (options: { readonly signal: AbortSignal }) => Promise<void>
): Promise<void> {
  const late = new AbortController()
  const cancel = world.time.schedule(careMs, () => late.abort())
  try {
    await work({ signal: late.signal })
  } finally {
    cancel()
  }
}

/** One verification; where somebody went behind a sink's back, a repair and another. */
async function proveRight(world: SinkWorld, feeder: Feeder): Promise<void> {
  const { replica } = feeder
  if (replica === undefined) throw new Violation("not-at-rest", `${feeder.name} is not up`)
  const byTree =
    world.plan.tracked === true
      ? await world.time.during(verify(world, replica, { kind: "merkle" }))
      : undefined
  const first = await world.time.during(verify(world, replica))
  if (byTree !== undefined) mustAgree(byTree, first)
  // What did not catch up in the time of a verification is looked at once more.
  if (!first.clean && first.sinks.every(sink => !isTampered(world, sink) && sink.unconfirmed === undefined))
    throw new Violation("not-at-rest", `verified at rest: ${textOf(first)}`)
  if (first.clean && first.sinks.every(({ pending }) => pending === 0)) return mustVouch(world, replica)
  await repairAll(world, feeder, replica)
  await world.time.advance(careMs)
  const second = await world.time.during(verify(world, replica))
  if (!second.clean || second.sinks.some(({ pending }) => pending > 0))
    throw new Violation("not-mended", `repaired, and verified again: ${textOf(second)}`)
  await mustVouch(world, replica)
}

/** What a verification by the tree finds, unless it says that it cannot tell, is what one in full does. */
function mustAgree(byTree: VerifyReport, full: VerifyReport): void {
  for (const [at, sink] of byTree.sinks.entries()) {
    const other = full.sinks[at]
    if (other === undefined || [sink, other].some(isUnsure)) continue
    const [found, expected] = [sink, other].map(({ findings }) =>
      findings.map(({ id, class: each }) => `${id} ${each}`).sort()
    )
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new Violation(
        "not-mended",
        `by the tree ${sink.sink} has ${JSON.stringify(found)} wrong, in full ${JSON.stringify(expected)}`
      )
  }
}

function isUnsure({ error, unconfirmed }: SinkReport): boolean {
  return error !== undefined || unconfirmed !== undefined
}

/** After a verification in full that found nothing, one by the tree can tell, and finds nothing. */
async function mustVouch(world: SinkWorld, replica: Replica): Promise<void> {
  if (world.plan.tracked !== true) return
  const report = await world.time.during(verify(world, replica, { kind: "merkle" }))
  if (!report.clean) throw new Violation("not-mended", `by the tree, after all was right: ${textOf(report)}`)
}

async function repairAll(world: SinkWorld, feeder: Feeder, replica: Replica): Promise<void> {
  const report = await world.time.during(verify(world, replica))
  const { position } = feeder.disk
  const job = startRepair(replica, planRepair(report, { maxDeleteShare: 1 }))
  checkRepaired(world, feeder, position, await world.time.during(job.done))
}

function isTampered(world: SinkWorld, report: SinkReport): boolean {
  return (world.serverNamed(report.sink)?.watch.tampers ?? 0) > 0 || report.error !== undefined
}

function textOf({ sinks }: VerifyReport): string {
  return sinks
    .map(sink => {
      const { pending, parked, error, findings } = sink
      const [first] = findings
      const found = first === undefined ? "" : `, first ${first.id}: ${first.class}`
      return `${sink.sink}: ${findingCount(sink)} wrong${found}, ${pending} pending, ${parked} parked${error === undefined ? "" : `, ${error.message}`}`
    })
    .join("; ")
}

async function notesOf(feeders: readonly Feeder[]): Promise<NotesShown> {
  const all = new Map<Feeder, ReadonlyMap<string, ShownNote>>()
  for (const feeder of feeders) all.set(feeder, await notesIn(feeder.replica))
  return all
}

async function notesIn(replica: Replica | undefined): Promise<ReadonlyMap<string, ShownNote>> {
  const notes = new Map<string, ShownNote>()
  for await (const id of replica?.list() ?? []) {
    const note = await replica?.load(id)
    if (note === undefined) continue
    const { value, deleted, version } = note
    notes.set(id, { value, deleted, height: version.height, digest: version.digest(note.id) })
  }
  return notes
}

function mustHold({ violation }: SinkWorld): void {
  if (violation !== undefined) throw violation
}

/** Does something that may fail, for then it is done again; says what it failed with. */
async function quietly(world: SinkWorld, work: Promise<unknown>): Promise<string | undefined> {
  try {
    const done = await world.time.during(work)
    return typeof done === "string" ? done : undefined
  } catch (error) {
    if (isSynclineError(error)) return error.message
    throw error
  }
}
