export { formatRepair } from "../consistency/format-report.ts"
export type { AdoptionRefusal } from "./adoption.ts"
export { decide, pendingDecisions } from "./decide.ts"
export type { DecisionRow, PendingDecision } from "./pending-decisions.ts"
export { formatPlan, planFromJson } from "./plan-json.ts"
export { type PlanOptions, planRepair } from "./plan-repair.ts"
export type { Repairable, RepairHost } from "./repair-host.ts"
export type { ActiveRepair, ExecuteOptions, RepairJob, RepairProgress, RepairStage } from "./repair-job.ts"
export type { JournalHeader } from "./repair-journal.ts"
export type { PlannedOperation, RefusedTarget, RepairCost, RepairPlan, RepairTarget } from "./repair-plan.ts"
export type { RepairOperation, RepairOutcome, RepairReport } from "./repair-report.ts"
export type { RepairPolicy, SourceOfTruth } from "./source-of-truth.ts"
export {
  forgetRepair,
  resumeRepair,
  type StartOptions,
  startRepair,
  unfinishedRepairs,
  type UnfinishedRepair
} from "./start-repair.ts"
export type { QuietHours } from "./quiet-hours.ts"
export type { QueuedRepair, QueuedState } from "./queue-entry.ts"
export type { RepairScheduler, SchedulerEvent, SchedulerOptions } from "./repair-scheduler.ts"
export { startRepairScheduler } from "./start-scheduler.ts"
