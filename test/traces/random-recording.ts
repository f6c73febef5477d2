import type { SeededRandom } from "@syncline/core/testing"
import type { ConcurrentTrace, ConcurrentTransaction, Patch } from "../../bench/traces/editing-trace.ts"
import type { RawWriters } from "./raw-writers.ts"
import { type Agent, otherThan } from "./schedule.ts"

const alphabet = ["a", "b", "c", " ", ",", "é", "→"]

/**
 * Lets two writers edit one text at random, each seeing what the other one did some time later, and records it.
 * `writers` are fresh, and end merged, with what the recording says is its end.
 *
 * @throws Error when they do not converge.
 */
export function recordRandomly(writers: RawWriters, random: SeededRandom, count: number): ConcurrentTrace {
  const transactions: ConcurrentTransaction[] = []
  const own: [number[], number[]] = [[], []]
  const merged: [number, number] = [0, 0]
  while (transactions.length < count) {
    const agent: Agent = random.chance(0.5) ? 0 : 1
    const theirs = own[otherThan(agent)]
    if (random.chance(0.4)) merged[agent] += random.integer(theirs.length - merged[agent] + 1)
    writers.merge(agent, merged[agent])
    for (let left = 1 + random.integer(6); left > 0 && transactions.length < count; left--) {
      const parents = [own[agent].at(-1), theirs[merged[agent] - 1]].filter(parent => parent !== undefined)
      const transaction = { agent, parents, patches: [randomPatch(writers.text(agent).length, random)] }
      writers.write(agent, [transaction])
      own[agent].push(transactions.push(transaction) - 1)
    }
  }
  for (const agent of [0, 1] as const) writers.merge(agent, own[otherThan(agent)].length)
  if (writers.text(0) !== writers.text(1)) throw new Error("the library did not converge")
  return { name: "random", transactions, endContent: writers.text(0) }
}

/** More is put in than taken out; both often at the end, where writers meet. */
function randomPatch(length: number, random: SeededRandom): Patch {
  const at = random.chance(0.3) ? length : random.integer(length + 1)
  const removed = random.chance(0.3) ? Math.min(length - at, 1 + random.integer(3)) : 0
  const inserted =
    removed > 0 && random.chance(0.7) ? "" : random.pick(alphabet).repeat(1 + random.integer(2))
  return [at, removed, inserted]
}
