import type { Firing } from "./fault-dice.ts"

/** What plans of histories have in common: steps, and which opportunities for faults were taken. */
export interface Shrinkable {
  readonly steps: readonly { readonly pauseMs: number }[]
  readonly firing?: Firing<string>
}

/** A failing history, and what it came to. */
export interface Failing<Plan, Outcome> {
  readonly plan: Plan
  readonly outcome: Outcome
}

/** What a search for a smaller plan works with. */
export interface SearchParts<Plan, Outcome> {
  readonly play: (plan: Plan) => Promise<Outcome>
  /** Which promise was broken, if one was. */
  readonly ruleOf: (outcome: Outcome) => string | undefined
  /** What of a plan is to become small beside its steps, faults and pauses. */
  readonly sizeOf: (plan: Plan) => number
  readonly maxRuns: number
}

/** The smallest failing history found so far. */
export class ShrinkSearch<Plan extends Shrinkable, Outcome> {
  best: Failing<Plan, Outcome>
  readonly #parts: SearchParts<Plan, Outcome>
  #runsLeft: number

  constructor(failing: Failing<Plan, Outcome>, parts: SearchParts<Plan, Outcome>) {
    this.best = failing
    this.#parts = parts
    this.#runsLeft = parts.maxRuns
  }

  get plan(): Plan {
    return this.best.plan
  }

  /** What is to become small. */
  get size(): number {
    const { steps, firing = {} } = this.plan
    const faults = Object.values(firing).reduce((sum, taken) => sum + (taken?.length ?? 0), 0)
    const pauses = steps.filter(({ pauseMs }) => pauseMs > 0).length
    return steps.length * 4 + faults * 4 + pauses + this.#parts.sizeOf(this.plan)
  }

  /** Takes the plan if it fails alike. */
  async try(plan: Plan): Promise<boolean> {
    if (this.#runsLeft-- <= 0) return false
    const { play, ruleOf } = this.#parts
    const outcome = await play(plan)
    if (ruleOf(outcome) !== ruleOf(this.best.outcome)) return false
    this.best = { plan, outcome }
    return true
  }
}

/**
 * Takes out steps and faults: large parts first, then smaller ones, as delta debugging does (Zeller and Hildebrandt, 2002); and
 * `others`, until nothing more can go or as many histories ran as may.
 */
export async function shrink<Plan extends Shrinkable, Outcome>(
  search: ShrinkSearch<Plan, Outcome>,
  others: () => Promise<void>
): Promise<Failing<Plan, Outcome>> {
  for (let before = Number.POSITIVE_INFINITY; search.size < before; ) {
    before = search.size
    await dropSteps(search)
    await dropFaults(search)
    await dropPauses(search)
    await others()
  }
  return search.best
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

async function dropSteps<Plan extends Shrinkable, Outcome>(
  search: ShrinkSearch<Plan, Outcome>
): Promise<void> {
  await dropParts(
    () => search.plan.steps,
    steps => search.try({ ...search.plan, steps })
  )
}

async function dropFaults<Plan extends Shrinkable, Outcome>(
  search: ShrinkSearch<Plan, Outcome>
): Promise<void> {
  const firing = (): Firing<string> => search.plan.firing ?? {}
  for (const kind of Object.keys(firing())) {
    if ((firing()[kind]?.length ?? 0) === 0) continue
    if (await search.try({ ...search.plan, firing: without(firing(), kind) })) continue
    await dropParts(
      () => firing()[kind] ?? [],
      taken => search.try({ ...search.plan, firing: { ...firing(), [kind]: taken } })
    )
  }
}

function without(firing: Firing<string>, kind: string): Firing<string> {
  return Object.fromEntries(Object.entries(firing).filter(([name]) => name !== kind)) as Firing<string>
}

async function dropPauses<Plan extends Shrinkable, Outcome>(
  search: ShrinkSearch<Plan, Outcome>
): Promise<void> {
  const { steps } = search.plan
  await search.try({ ...search.plan, steps: steps.map(step => ({ ...step, pauseMs: 0 })) })
  for (const [at, step] of search.plan.steps.entries())
    if (step.pauseMs > 0)
      await search.try({
        ...search.plan,
        steps: search.plan.steps.map((other, i) => (i === at ? { ...other, pauseMs: 0 } : other))
      })
}
