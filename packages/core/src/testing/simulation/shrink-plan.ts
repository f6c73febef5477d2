import type { HistoryPlan } from "./history-plan.ts"
import { type HistoryOutcome, type HistorySetting, playHistory } from "./play-history.ts"
import { type Failing, shrink, ShrinkSearch } from "./shrink-search.ts"

/** A failing history, and what it came to. */
export type FailingHistory = Failing<HistoryPlan, HistoryOutcome>

type Search = ShrinkSearch<HistoryPlan, HistoryOutcome>

/** Looks for a smaller plan that breaks the same promise: fewer steps, faults, machines, pauses. */
export async function shrinkPlan(
  failing: FailingHistory,
  setting: HistorySetting,
  maxRuns: number
): Promise<FailingHistory> {
  const search = new ShrinkSearch(failing, {
    play: plan => playHistory(plan, setting),
    ruleOf: ({ violation }) => violation?.rule,
    sizeOf: ({ machines, lines }) => machines + lines.length,
    maxRuns
  })
  // What was taken by chance is named from here on, so that it can be left out one by one.
  await search.try({ ...failing.plan, firing: failing.outcome.firing })
  return shrink(search, async () => {
    await dropMachines(search)
    if (search.plan.smallFrames) await search.try({ ...search.plan, smallFrames: false })
  })
}

async function dropMachines(search: Search): Promise<void> {
  for (let last = search.plan.machines - 1; last > 1; last--) {
    const lines = search.plan.lines.filter(line => !line.includes(last))
    const isTaken = await search.try({ ...search.plan, machines: last, lines })
    if (!isTaken) break
  }
  for (const line of search.plan.lines)
    if (search.plan.lines.length > 1)
      await search.try({ ...search.plan, lines: search.plan.lines.filter(other => other !== line) })
}
