import type { FaultKind } from "./fault-kinds.ts"
import type { HistoryPlan } from "./history-plan.ts"
import type { FailingHistory } from "./shrink-plan.ts"
import type { ViolatedRule } from "./violation.ts"

/** What a simulation fails with: which promise was broken, by which history, and how to see it again. */
export class SimulationFailure extends Error {
  override readonly name = "SimulationFailure"
  /** `silent`: faults that have a rate never came about. */
  readonly rule: ViolatedRule | "silent"
  /** Of the history as it was drawn; of the first one, where faults were silent. */
  readonly seed: number
  /** The smallest that was found to fail alike; none where faults were silent. */
  readonly plan: HistoryPlan | undefined

  /** Failures come from `simulate`. */
  constructor(
    message: string,
    facts: Pick<SimulationFailure, "rule" | "seed" | "plan"> & { readonly cause?: unknown }
  ) {
    super(message, { cause: facts.cause })
    this.rule = facts.rule
    this.seed = facts.seed
    this.plan = facts.plan
  }
}

/** A history broke a promise. */
export function brokenPromise(seed: number, { plan, outcome }: FailingHistory): SimulationFailure {
  const { rule = "threw", message = "nothing is broken" } = outcome.violation ?? {}
  return new SimulationFailure(`history ${seed}: ${rule}: ${message}\n${howToRunAgain(seed, plan)}`, {
    rule,
    seed,
    plan,
    cause: outcome.violation
  })
}

/** A simulation without the faults it was to have proves nothing. */
export function silentFaults(
  kinds: readonly FaultKind[],
  seed: number,
  histories: number
): SimulationFailure {
  return new SimulationFailure(
    `these faults have a rate and came about in none of ${histories} histories from seed ${seed}: ${kinds.join(", ")}; run more histories, or raise their rates`,
    { rule: "silent", seed, plan: undefined }
  )
}

function howToRunAgain(seed: number, plan: HistoryPlan): string {
  const { steps, ...rest } = plan
  const lines = steps.map(step => `  ${JSON.stringify(step)}`).join(",\n")
  return [
    `all of it: simulate({ ...options, firstSeed: ${seed}, histories: 1 })`,
    `the smallest found (${plan.machines} machines, ${plan.steps.length} steps): replayHistory(plan, options) with`,
    `${JSON.stringify(rest).slice(0, -1)},"steps":[\n${lines}\n]}`
  ].join("\n")
}
