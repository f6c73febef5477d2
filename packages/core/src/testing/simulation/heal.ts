import { toHex } from "../../codec/hex.ts"
import type { Link } from "../../link/link.ts"
import { noMetrics } from "../../link/link-metrics.ts"
import type { Line } from "./line.ts"
import { grantDifference, grantsPart } from "./check-grants.ts"
import type { Machine } from "./machine.ts"
import { Violation } from "./violation.ts"
import type { World } from "./world.ts"

/** How often a fleet that heals is looked at, and looked after. */
const lookMs = 100
const careMs = 1_000

/** Within what a fleet without faults has to converge. */
export interface HealLimits {
  readonly maxMs: number
  /** On each link; see `Healed.rounds`. */
  readonly maxRounds: number
}

/** What it took to converge. */
export interface Healed {
  /** Virtual time. */
  readonly ms: number
  /** The most rounds that one link took: how often roots differed and it was found out what does. */
  readonly rounds: number
}

/**
 * Ends all faults and waits until everybody who should hold the same does. What an operator or application would do is
 * done: processes are started, links that are over dialed anew. Blocked documents have to come back by themselves.
 *
 * @throws Violation `not-converged` beyond the limits.
 */
export async function heal(world: World, { maxMs, maxRounds }: HealLimits): Promise<Healed> {
  const { time, network, lines, machines } = world
  const before = new Map(lines.map(({ link }) => [link, countsOf(link)]))
  world.dice.isResting = true
  for (const { name, credentials } of lines) {
    network.speak(name)
    credentials?.mend()
  }
  for (const { disk } of machines) disk.isFull = false
  const startMs = time.nowMs()
  let confirmation: Confirmation | undefined
  await time.advance(lookMs)
  for (let turn = 0; ; turn++) {
    if ((turn * lookMs) % careMs === 0) care(world)
    const difference = await differenceIn(world)
    if (difference !== undefined || confirmation?.state === "failed") confirmation = undefined
    else confirmation ??= confirm(world)
    const { rounds, divergences } = most(lines, before)
    const [ms, held] = [time.nowMs() - startMs, difference ?? "everybody holds the same, as far as was seen"]
    if (world.violation !== undefined) throw world.violation
    if (divergences > 0 && world.isPlain)
      throw new Violation("diverged", `a link says that its sides differ for good, and ${held}`)
    if (rounds > maxRounds)
      throw new Violation("not-converged", `after ${rounds} rounds on one link, ${held}`)
    if (confirmation?.state === "done") return { ms, rounds }
    if (ms > maxMs)
      throw new Violation("not-converged", `${maxMs} virtual ms after everything healed, ${held}`)
    await time.advance(lookMs)
  }
}

/** What a link counted of its work. */
interface Counts {
  readonly rounds: number
  readonly divergences: number
}

interface Confirmation {
  state: "open" | "done" | "failed"
}

/**
 * Whether links say themselves that both sides are at rest, where nobody can tell by looking: of a document with two branches one may
 * not be granted, and what was to bring the other may have gone into a connection that is dead and not known to be.
 */
function confirm({ lines, ledger, collections }: World): Confirmation {
  const confirmation: Confirmation = { state: "open" }
  const unseen = ledger.hasForks ? lines.filter(line => grantsPart(line, collections)) : []
  Promise.all(unseen.map(async ({ link }) => link?.synced())).then(
    () => (confirmation.state = "done"),
    () => (confirmation.state = "failed")
  )
  if (unseen.length === 0) confirmation.state = "done"
  return confirmation
}

/** What there was on one link since then, at most. */
function most(lines: readonly Line[], before: ReadonlyMap<Link | undefined, Counts>): Counts {
  const since = (count: keyof Counts) =>
    Math.max(0, ...lines.map(({ link }) => countsOf(link)[count] - (before.get(link)?.[count] ?? 0)))
  return { rounds: since("rounds"), divergences: since("divergences") }
}

/** Rounds are greetings with other roots, and what was begun to find out what differs. */
function countsOf(link: Link | undefined): Counts {
  const { unitComparisons, exchanges, divergences } = link?.metrics ?? noMetrics
  return { rounds: unitComparisons + exchanges, divergences }
}

function care(world: World): void {
  for (const machine of world.machines) void machine.open()
  for (const line of world.lines)
    if (line.inForce !== undefined && line.inForce !== line.granted) line.reconnect()
  world.dialAll()
}

/**
 * Who differs from whom, in words; nothing when all who sync a collection hold the same of it, and nothing is under way that could change that:
 * what a machine sent before it was wiped may still be taken in.
 */
async function differenceIn(world: World): Promise<string | undefined> {
  const working = world.machines.find(({ disk }) => disk.isBusy)
  if (working !== undefined) return `the disk of ${working.name} is at work`
  if (world.network.isBusy) return "messages are under way"
  const waiting = world.machines.find(({ blocked }) => blocked.size > 0)
  if (waiting !== undefined) return `${waiting.name} has documents that are not all written`
  const roots = new Map<Machine, ReadonlyMap<string, string>>()
  for (const machine of world.machines) {
    if (machine.replica === undefined) return `${machine.name} is not up`
    roots.set(machine, await world.time.during(rootsOf(machine)))
  }
  for (const collection of world.collections)
    for (const [first, ...others] of world.groupsOf(collection))
      for (const other of others)
        if (first !== undefined && roots.get(first)?.get(collection) !== roots.get(other)?.get(collection))
          return `${first.name} and ${other.name} differ in collection "${collection}"`
  return world.time.during(grantDifference(world))
}

async function rootsOf({ replica }: Machine): Promise<ReadonlyMap<string, string>> {
  await replica?.flush()
  const units = (await replica?.host.unitRoots()) ?? []
  return new Map(units.map(({ collection, root }) => [collection, toHex(root)]))
}
