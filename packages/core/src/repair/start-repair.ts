import { type JournalHeader, RepairJournal } from "./repair-journal.ts"
import type { ExecuteOptions, RepairJob } from "./repair-job.ts"
import type { Repairable } from "./repair-host.ts"
import type { RepairPlan } from "./repair-plan.ts"
import { newRepairId, noRecord, RunningRepair } from "./running-repair.ts"

/** How to start a repair. */
export interface StartOptions extends ExecuteOptions {
  /** Whether the store keeps what is left to do, so that a killed repair can be resumed. Default `true`. */
  readonly journal?: boolean
}

/**
 * Executes a plan. What is left to do is in the store until it is done: after a crash, `resumeRepair` goes on with it.
 *
 * Each record is written by compare-and-swap on what verification read, and read back; only what was read back right is `mended`.
 *
 * @throws SynclineError `options-invalid`
 */
export function startRepair(
  { repairing: host }: Repairable,
  plan: RepairPlan,
  { journal = true, ...options }: StartOptions = {}
): RepairJob {
  const id = newRepairId(host)
  const record = journal ? RepairJournal.begin(host.source, id, plan, options) : noRecord
  return new RunningRepair(host, plan, id, options, record)
}

/** A repair that was begun and not finished. */
export interface UnfinishedRepair extends JournalHeader {
  readonly id: string
}

/** Repairs that the store knows to be unfinished: those under way, and those that were killed or cut short by their signal. */
export function unfinishedRepairs({
  repairing: { source }
}: Repairable): Promise<readonly UnfinishedRepair[]> {
  return RepairJournal.list(source)
}

/**
 * Goes on with a repair that was killed. What had been done and not yet noted is done again without effect. Not for one that is under way.
 *
 * `options` as for `startRepair`; `meta` and `nonCritical` are as they were unless given.
 *
 * @throws SynclineError `options-invalid` where no such repair is known, or its journal does not decode.
 */
export async function resumeRepair(
  { repairing: host }: Repairable,
  id: string,
  options: ExecuteOptions = {}
): Promise<RepairJob> {
  const { header, plan, journal } = await RepairJournal.load(host.source, id)
  const { meta, nonCritical } = header
  const kept = {
    ...(meta === undefined ? {} : { meta }),
    ...(nonCritical === undefined ? {} : { nonCritical })
  }
  return new RunningRepair(host, plan, id, { ...kept, ...options }, journal)
}

/** Forgets a repair that was killed; what it had left to do the next verification finds. */
export async function forgetRepair({ repairing: { source } }: Repairable, id: string): Promise<void> {
  await RepairJournal.remove(source, id)
}
