import type { HistoryPlan } from "./history-plan.ts"
import type { ViolatedRule, Violation } from "./violation.ts"

/** What a simulation fails with: which promise was broken, by which history, and how to see it again. */
export class SimulationFailure<Plan = HistoryPlan, Rule extends string = ViolatedRule> extends Error {
  override readonly name = "SimulationFailure"
  /** `silent`: faults that have a rate never came about. */
  readonly rule: Rule | "silent"
  /** Of the history as it was drawn; of the first one, where faults were silent. */
  readonly seed: number
  /** The smallest that was found to fail alike; none where faults were silent. */
  readonly plan: Plan | undefined

  /** Failures come from `simulate`. */
  constructor(
    message: string,
    facts: Pick<SimulationFailure<Plan, Rule>, "rule" | "seed" | "plan"> & { readonly cause?: unknown }
  ) {
    super(message, { cause: facts.cause })
    this.rule = facts.rule
    this.seed = facts.seed
    this.plan = facts.plan
  }
}

/** What a failing history came to. */
export interface BrokenHistory<Plan, Rule extends string> {
  readonly plan: Plan
  readonly outcome: { readonly violation?: Violation<Rule> }
}

/** How those functions are called that play a history again, all of it and from its plan, and how large the plan is. */
export interface PlayedBy {
  readonly simulate: string
  readonly replay: string
  readonly size: string
}

/** A history broke a promise. */
export function brokenPromise<Plan extends object, Rule extends string>(
  seed: number,
  { plan, outcome }: BrokenHistory<Plan & { readonly steps: readonly object[] }, Rule>,
  by: PlayedBy
): SimulationFailure<Plan, Rule | "threw"> {
  const { rule = "threw", message = "nothing is broken" } = outcome.violation ?? {}
  return new SimulationFailure(`history ${seed}: ${rule}: ${message}\n${howToRunAgain(seed, plan, by)}`, {
    rule,
    seed,
    plan,
    cause: outcome.violation
  })
}

/** A simulation without the faults it was to have proves nothing. */
export function silentFaults(
  kinds: readonly string[],
  seed: number,
  histories: number
): SimulationFailure<undefined, "silent"> {
  return new SimulationFailure(
    `these faults have a rate and came about in none of ${histories} histories from seed ${seed}: ${kinds.join(", ")}; run more histories, or raise their rates`,
    { rule: "silent", seed, plan: undefined }
  )
}

function howToRunAgain(
  seed: number,
  plan: { readonly steps: readonly object[] },
  { simulate, replay, size }: PlayedBy
): string {
  const { steps, ...rest } = plan
  const lines = steps.map(step => `  ${JSON.stringify(step)}`).join(",\n")
  return [
    `all of it: ${simulate}({ ...options, firstSeed: ${seed}, histories: 1 })`,
    `the smallest found (${size}, ${steps.length} steps): ${replay}(plan, options) with`,
    `${JSON.stringify(rest).slice(0, -1)},"steps":[\n${lines}\n]}`
  ].join("\n")
}
