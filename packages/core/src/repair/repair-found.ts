import type { VerifyReport } from "../consistency/verify-report.ts"
import { type PlanOptions, planRepair } from "./plan-repair.ts"
import type { ExecuteOptions } from "./repair-job.ts"
import type { RepairHost } from "./repair-host.ts"
import type { RepairPlan } from "./repair-plan.ts"
import { refusalsOf, type RepairReport, toOutcome, toRepairReport } from "./repair-report.ts"
import { newRepairId, RunningRepair } from "./running-repair.ts"

/** How to repair: what to plan, and how to execute it. */
export interface RepairOptions extends PlanOptions, ExecuteOptions {
  /** Only says what would be done. */
  readonly dryRun?: boolean
}

/**
 * Plans and executes in one go, without a journal: what is killed is found by the next verification.
 *
 * @throws SynclineError `aborted`, `options-invalid`
 */
export function repairFound(
  host: RepairHost,
  report: VerifyReport,
  options: RepairOptions = {}
): Promise<RepairReport> {
  const plan = planRepair(report, options)
  if (options.dryRun === true) return Promise.resolve(reportOfPlan(plan))
  return new RunningRepair(host, plan, newRepairId(host), options).done
}

/** What a plan comes to where nothing goes wrong. */
function reportOfPlan(plan: RepairPlan): RepairReport {
  const planned = plan.operations.flatMap(({ id, targets }) =>
    targets.map(target => toOutcome(id, target, "planned"))
  )
  const operations = [...refusalsOf(plan), ...planned]
  return toRepairReport({ operations, dryRun: true, durationMs: 0, planned: plan.complete })
}
