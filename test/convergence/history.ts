import type { Document } from "@syncline/core"
import { SeededRandom } from "@syncline/core/testing"
import { contested, edits } from "./edits.ts"
import { documentCount, Fleet } from "./fleet.ts"
import { checkLastWords, writeLastWords } from "./last-word.ts"
import { compareRecords, isFoldedSomewhere, type RecordCounts } from "./records.ts"
import { type Note, type Place, placesOf, type Setting } from "./setting.ts"

/** What a history did, for the test that asks whether histories do enough. */
export interface HistoryReport {
  readonly seed: number
  readonly replicas: number
  readonly edits: number
  readonly commits: number
  readonly reopened: number
  readonly deleted: number
  /** Documents whose last disagreement was compared with what its policies are for. */
  readonly lastWords: number
  readonly faults: Readonly<Record<string, number>>
  /** Records of conflicts by kind, and how many were compared between replicas, or settled. */
  readonly conflicts: RecordCounts
  /** How often policies were asked, by name. */
  readonly asked: Readonly<Record<string, number>>
}

/** Virtual time a healed fleet gets to agree: several reconnect backoffs and silence timeouts. */
const healLimitMs = 600_000

/** Whoever has not written by then does not: policies wait ten seconds at most. */
const quietMs = 120_000

/**
 * One random history: replicas edit, lines fail, replicas reopen; then everything heals. Throws, naming the seed, unless
 * all end with equal values and versions, everything acknowledged as durable, every sink verified clean, equal records of
 * conflicts on those that hold all commits, and nobody writing any more.
 */
export async function runHistory(seed: number, setting: Setting): Promise<HistoryReport> {
  const fleet = await Fleet.start(new SeededRandom(seed), setting)
  try {
    return await play(seed, setting, fleet)
  } finally {
    fleet.removeStores()
  }
}

/** Synchronous, so that what lies between two of them is one edit's doing. */
function countsOf({ value }: Document<Note>): readonly [number, number] {
  return [value.votes, value.meta.hits]
}

/** Everybody does the same to a document, and nobody knows of the others: what they disagree about later. Gives how many did. */
async function clash(fleet: Fleet, { notes, key }: Place, name: string): Promise<number> {
  for (const line of fleet.lines) fleet.network.partition(line)
  let count = 0
  for (const { replica } of fleet.seats) {
    const document = await fleet.during(replica.load(notes, key))
    if (document.deleted) continue
    edits[name]?.(document, fleet.random)
    count++
  }
  if (fleet.random.chance(0.7)) fleet.network.heal()
  return count
}

async function play(seed: number, setting: Setting, fleet: Fleet): Promise<HistoryReport> {
  const { random } = fleet
  const places = placesOf(setting, 1 + random.integer(3))
  const acknowledged: {
    readonly place: Place
    readonly dot: { readonly actor: string; readonly seq: number }
  }[] = []
  const counts = { edits: 0, reopened: 0, deleted: 0, lastWords: 0 }
  /** What all replicas counted, whoever knew of whom. */
  const steps = new Map<Place, readonly [number, number]>()
  const trail: string[] = []
  const fail = (what: string): never => {
    throw new Error(
      `history ${seed} (run it alone with SYNCLINE_SEED=${seed} SYNCLINE_SETTING=${setting.engines}-${setting.stores}): ${what}; after ${trail.join(" ")}`
    )
  }
  for (let step = 10 + random.integer(40); step > 0; step--) {
    const seat = random.pick(fleet.seats)
    const place = random.pick(places)
    const document = await fleet.during(seat.replica.load(place.notes, place.key))
    const roll = random.next()
    if (roll < 0.7) {
      const name = random.pick(random.chance(0.5) ? contested : Object.keys(edits))
      trail.push(`${seat.name}.${name}`)
      if (document.deleted) document.undelete()
      const before = countsOf(document)
      edits[name]?.(document, random)
      const after = countsOf(document)
      const counted = steps.get(place) ?? [0, 0]
      steps.set(place, [counted[0] + after[0] - before[0], counted[1] + after[1] - before[1]])
      counts.edits++
      const commit = document.change(draft => {
        draft.last = `${seat.name}${step}`
      })
      const { dot } = commit
      if (dot !== undefined) void commit.durable.then(() => acknowledged.push({ place, dot }))
    } else if (roll < 0.75) {
      trail.push(`${seat.name}.delete`)
      if (!document.deleted) document.delete()
      counts.deleted++
    } else if (roll < 0.8) {
      const line = random.pick(fleet.lines)
      trail.push(`part:${line}`)
      fleet.network.partition(line)
    } else if (roll < 0.85) fleet.network.heal()
    else if (roll < 0.9) {
      const bad = () => random.next() * 0.2
      fleet.network.faults = {
        drop: bad(),
        duplicate: bad(),
        reorder: bad(),
        cut: bad() / 4,
        maxDelayMs: 1 + random.integer(500)
      }
    } else if (roll < 0.93) {
      trail.push(`${seat.name}.reopen`)
      await fleet.reopen(seat)
      counts.reopened++
    } else if (roll < 0.95) await fleet.during(seat.replica.compact(document.id, random.integer(4)))
    else {
      const name = random.pick(contested)
      trail.push(`clash:${name}`)
      counts.edits += await clash(fleet, place, name)
    }
    await fleet.pass(random.integer(random.pick([2, 50, 3_000])))
  }
  if (!(await fleet.heal(healLimitMs))) fail("replicas did not agree after everything healed")
  if (!(await fleet.rest(quietMs, 20 * quietMs))) fail("replicas did not come to rest")
  const isWhole = !(await isFoldedSomewhere(fleet, places))
  for (const place of places) {
    const words = await writeLastWords(fleet, place)
    if (!(await fleet.heal(healLimitMs)) || !(await fleet.rest(quietMs, 20 * quietMs)))
      fail("replicas did not come to rest again")
    if (words !== undefined && isWhole) {
      await checkLastWords(fleet, words, fail)
      counts.lastWords++
    }
  }
  if (isWhole && fleet.answersAsked > 0) fail("policies were asked about what policies had answered")
  let commits = 0
  const conflicts: RecordCounts = {}
  for (const place of places) {
    const { key } = place
    const [first, ...others] = await fleet.everywhere(place)
    if (first === undefined) return fail("no replica")
    commits += first.version.height
    const counted = steps.get(place) ?? [0, 0]
    if (countsOf(first).join() !== counted.join())
      fail(`the counters of ${key} are at ${countsOf(first).join()}, and ${counted.join()} was counted`)
    for (const other of others) {
      if (first.version.compare(other.version) !== "equal") fail(`versions of ${key} differ`)
      if (first.deleted !== other.deleted) fail(`${key} is deleted here and not there`)
      if (JSON.stringify(first.value) !== JSON.stringify(other.value))
        fail(`values of ${key} differ: ${JSON.stringify(first.value)} and ${JSON.stringify(other.value)}`)
    }
    await compareRecords(fleet, place, conflicts, fail)
    for (const entry of acknowledged)
      if (entry.place === place && !first.version.has(entry.dot as never))
        fail(`acknowledged commit of ${key} is gone`)
  }
  for (const { replica, name } of fleet.seats) {
    const report = await fleet.during(replica.verify())
    if (!report.clean) fail(`the sink of ${name} is not clean: ${JSON.stringify(report.sinks)}`)
    const consistent = report.sinks[0]?.counts.consistent
    if (consistent !== (await documentCount(replica)))
      fail(`the sink of ${name} holds ${consistent} documents`)
    const problems = await replica.checkIntegrity()
    if (problems.length > 0) fail(`the store of ${name} is damaged: ${problems[0]?.message}`)
  }
  await fleet.close()
  return {
    seed,
    replicas: fleet.seats.length,
    commits,
    faults: { ...fleet.network.counts },
    conflicts,
    asked: Object.fromEntries(fleet.asked),
    ...counts
  }
}
