import type { Repairable } from "./repair-host.ts"
import type { RepairScheduler, SchedulerOptions } from "./repair-scheduler.ts"
import { RunningScheduler } from "./running-scheduler.ts"

/**
 * Starts repairing automatically: verifies in turn, queues by collection what is wrong, repairs by priority outside of quiet hours, and backs off
 * where that fails. First it goes on with repairs that were killed. Close it before its replica; otherwise it ends when it would have looked again.
 *
 * @throws SynclineError `options-invalid`
 */
export function startRepairScheduler(replica: Repairable, options: SchedulerOptions = {}): RepairScheduler {
  return new RunningScheduler(replica, options)
}
