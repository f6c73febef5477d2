import type { ConcurrentTrace, ConcurrentTransaction } from "../../bench/traces/editing-trace.ts"
import { causalPast } from "../../bench/traces/replay-concurrent.ts"

/** Who of the two. */
export type Agent = 0 | 1

/** What two writers do, one thing after the other. */
export type Step =
  /** An agent makes these transactions, each a commit of its own. */
  | { readonly kind: "write"; readonly agent: Agent; readonly transactions: readonly ConcurrentTransaction[] }
  /** An agent gets what it has not got yet of the other one's first `count` transactions. */
  | { readonly kind: "merge"; readonly agent: Agent; readonly count: number }

/** So many commits travel in one message for sure: a link cuts batches at 128 KiB, counting 256 bytes beside each update. */
const largestStep = 100

/** What to call with the steps; see {@link play}. */
export interface Writers {
  write(agent: Agent, transactions: readonly ConcurrentTransaction[]): Promise<void> | void
  merge(agent: Agent, count: number): Promise<void> | void
}

/** The other one. */
export function otherThan(agent: Agent): Agent {
  return agent === 0 ? 1 : 0
}

/**
 * The steps that give every transaction of a recording exactly the past it was made on. What an agent made in one go is
 * one step, which ends where it merged, and where the other one merged up to.
 */
export function scheduleOf(trace: ConcurrentTrace): readonly Step[] {
  const past = causalPast(trace)
  const mergedUpTo = [new Set<number>(), new Set<number>()] as const
  for (const [i, { agent }] of trace.transactions.entries())
    mergedUpTo[otherThan(agent as Agent)].add(past[i]?.[otherThan(agent as Agent)] ?? 0)
  const steps: Step[] = []
  const made: [number, number] = [0, 0]
  const merged: [number, number] = [0, 0]
  const open: [ConcurrentTransaction[], ConcurrentTransaction[]] = [[], []]
  const close = (agent: Agent): void => {
    if (open[agent].length > 0) steps.push({ kind: "write", agent, transactions: open[agent] })
    open[agent] = []
  }
  for (const [i, transaction] of trace.transactions.entries()) {
    const agent = transaction.agent as Agent
    const count = past[i]?.[otherThan(agent)] ?? 0
    if (count > merged[agent]) {
      close(agent)
      steps.push({ kind: "merge", agent, count })
      merged[agent] = count
    }
    open[agent].push(transaction)
    if (mergedUpTo[agent].has(++made[agent]) || open[agent].length === largestStep) close(agent)
  }
  for (const agent of [0, 1] as const) close(agent)
  for (const agent of [0, 1] as const) steps.push({ kind: "merge", agent, count: made[otherThan(agent)] })
  return steps
}

/** Lets two writers take the steps. */
export async function play(writers: Writers, steps: readonly Step[]): Promise<void> {
  for (const step of steps)
    if (step.kind === "merge") await writers.merge(step.agent, step.count)
    else await writers.write(step.agent, step.transactions)
}
