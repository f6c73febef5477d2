import { toHex } from "../../codec/hex.ts"
import type { Machine } from "./machine.ts"
import { Violation } from "./violation.ts"
import type { World } from "./world.ts"

/** How often a fleet that heals is looked at, and looked after. */
const lookMs = 100
const careMs = 1_000

/**
 * Ends all faults and waits until everybody who should hold the same does. What an operator or application would do is
 * done: processes are started, blocked documents tried again, links that are over dialed anew.
 *
 * @returns how much virtual time it took.
 * @throws Violation `not-converged` beyond the limit.
 */
export async function heal(world: World, documents: readonly string[], limitMs: number): Promise<number> {
  const { time, network, lines, machines } = world
  world.dice.isResting = true
  for (const { name } of lines) network.speak(name)
  for (const { disk } of machines) disk.isFull = false
  const startMs = time.nowMs()
  await time.advance(lookMs)
  for (let turn = 0; ; turn++) {
    if ((turn * lookMs) % careMs === 0) await care(world, documents)
    const difference = await differenceIn(world)
    if (difference === undefined) return time.nowMs() - startMs
    if (world.violation !== undefined) throw world.violation
    if (time.nowMs() - startMs > limitMs)
      throw new Violation("not-converged", `${limitMs} virtual ms after everything healed, ${difference}`)
    await time.advance(lookMs)
  }
}

async function care(world: World, documents: readonly string[]): Promise<void> {
  for (const machine of world.machines) {
    void machine.open()
    if (machine.replica !== undefined) await world.time.during(retryBlocked(machine, documents))
  }
  for (const line of world.lines)
    if (line.inForce !== undefined && line.inForce !== line.granted) world.reconnect(line)
  world.dialAll()
}

/** Does not wait for what is tried again: that may take another care. */
async function retryBlocked({ replica }: Machine, documents: readonly string[]): Promise<void> {
  for (const id of documents) {
    const document = await replica?.load(id)
    if (document?.blocked !== undefined) void document.retry().catch(() => {})
  }
}

/**
 * Who differs from whom, in words; nothing when all who sync a collection hold the same of it, and nothing is under way that could change that:
 * what a machine sent before it was wiped may still be taken in.
 */
async function differenceIn(world: World): Promise<string | undefined> {
  const working = world.machines.find(({ disk }) => disk.isBusy)
  if (working !== undefined) return `the disk of ${working.name} is at work`
  if (world.network.isBusy) return "messages are under way"
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
  return undefined
}

async function rootsOf({ replica }: Machine): Promise<ReadonlyMap<string, string>> {
  await replica?.flush()
  const units = (await replica?.host.unitRoots()) ?? []
  return new Map(units.map(({ collection, root }) => [collection, toHex(root)]))
}
