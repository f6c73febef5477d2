import type { Firing } from "./fault-dice.ts"
import { type FaultKind, faultKinds } from "./fault-kinds.ts"
import type { HistoryPlan } from "./history-plan.ts"
import { type HistoryOutcome, type HistorySetting, playHistory } from "./play-history.ts"

/** A failing history, and what it came to. */
export interface FailingHistory {
  readonly plan: HistoryPlan
  readonly outcome: HistoryOutcome
}

/**
 * Looks for a smaller plan that breaks the same promise: fewer steps, faults, machines, pauses. Takes out large parts
 * first, then smaller ones, as delta debugging does (Zeller and Hildebrandt, 2002), until nothing more can go or that
 * many histories ran.
 */
export async function shrinkPlan(
  failing: FailingHistory,
  setting: HistorySetting,
  maxRuns: number
): Promise<FailingHistory> {
  const search = new Search(failing, setting, maxRuns)
  // What was taken by chance is named from here on, so that it can be left out one by one.
  await search.try({ ...failing.plan, firing: failing.outcome.firing })
  for (let before = Number.POSITIVE_INFINITY; search.size < before; ) {
    before = search.size
    await dropSteps(search)
    await dropFaults(search)
    await dropMachines(search)
    await simplify(search)
  }
  return search.best
}

class Search {
  best: FailingHistory
  readonly #setting: HistorySetting
  #runsLeft: number

  constructor(failing: FailingHistory, setting: HistorySetting, maxRuns: number) {
    this.best = failing
    this.#setting = setting
    this.#runsLeft = maxRuns
  }

  get plan(): HistoryPlan {
    return this.best.plan
  }

  /** What is to become small. */
  get size(): number {
    const { steps, machines, lines, firing = {} } = this.plan
    const faults = Object.values(firing).reduce((sum, taken) => sum + taken.length, 0)
    const pauses = steps.filter(({ pauseMs }) => pauseMs > 0).length
    return steps.length * 4 + faults * 4 + machines + lines.length + pauses
  }

  /** Takes the plan if it fails alike. */
  async try(plan: HistoryPlan): Promise<boolean> {
    if (this.#runsLeft-- <= 0) return false
    const outcome = await playHistory(plan, this.#setting)
    if (outcome.violation?.rule !== this.best.outcome.violation?.rule) return false
    this.best = { plan, outcome }
    return true
  }
}

/** Leaves out as much of a list as the rest can do without. */
async function dropParts<T>(
  items: () => readonly T[],
  tryWith: (rest: readonly T[]) => Promise<boolean>
): Promise<void> {
  for (let size = Math.ceil(items().length / 2); size > 0; size = Math.floor(size / 2))
    // From the end: what comes before a failure is needed more often than what comes after.
    for (let end = items().length; end > 0; ) {
      const start = Math.max(0, end - size)
      await tryWith([...items().slice(0, start), ...items().slice(end)])
      end = start
    }
}

async function dropSteps(search: Search): Promise<void> {
  await dropParts(
    () => search.plan.steps,
    steps => search.try({ ...search.plan, steps })
  )
}

async function dropFaults(search: Search): Promise<void> {
  for (const kind of faultKinds) {
    const firing = (): Firing => search.plan.firing ?? {}
    if ((firing()[kind]?.length ?? 0) === 0) continue
    if (await search.try({ ...search.plan, firing: without(firing(), kind) })) continue
    await dropParts(
      () => firing()[kind] ?? [],
      taken => search.try({ ...search.plan, firing: { ...firing(), [kind]: taken } })
    )
  }
}

function without(firing: Firing, kind: FaultKind): Firing {
  return Object.fromEntries(Object.entries(firing).filter(([name]) => name !== kind))
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

async function simplify(search: Search): Promise<void> {
  const { steps } = search.plan
  await search.try({ ...search.plan, steps: steps.map(step => ({ ...step, pauseMs: 0 })) })
  for (const [at, step] of search.plan.steps.entries())
    if (step.pauseMs > 0)
      await search.try({
        ...search.plan,
        steps: search.plan.steps.map((other, i) => (i === at ? { ...other, pauseMs: 0 } : other))
      })
  if (search.plan.smallFrames) await search.try({ ...search.plan, smallFrames: false })
}
