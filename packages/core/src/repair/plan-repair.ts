import type { Finding } from "../consistency/finding.ts"
import { sinkShares } from "../consistency/sink-shares.ts"
import type { SinkReport, VerifyReport } from "../consistency/verify-report.ts"
import { costOf } from "./plan-parts.ts"
import type { PlannedOperation, RefusedTarget, RepairPlan, RepairTarget } from "./repair-plan.ts"
import { coreError } from "../errors/core-error.ts"
import {
  checkPolicy,
  sinksNamed,
  type RepairPolicy,
  type SourceOfTruth,
  sourceFor
} from "./source-of-truth.ts"

/** How to plan a repair. */
export interface PlanOptions {
  /** Whose content counts, for all or by collection. Default `document`. */
  readonly sourceOfTruth?: SourceOfTruth | RepairPolicy
  /**
   * Removes nothing when more than this share of a sink's records would be removed: then the documents are more likely
   * to be at fault than the sink. Default 0.05; 1 allows everything. Of all the sink has in the collections that were verified, whatever the mode.
   */
  readonly maxDeleteShare?: number
  /** Passes over `maxDeleteShare`. */
  readonly force?: boolean
}

const defaultMaxDeleteShare = 0.05

/** A record as it was found, or why it is left alone. */
interface FoundTarget {
  readonly finding: Finding
  readonly target: RepairTarget
}

/**
 * What it takes to mend what a verification found: one operation for each document, with every sink that has it wrong, so that each is
 * loaded once. Pure: reads and writes nothing, and may be shown, kept or sent elsewhere before it is executed.
 *
 * @throws SynclineError `options-invalid` for what is no report, for a source of truth that is none, and for a sink of which the report says nothing: where it has no finding
 *   it counts as right, and other sinks are written from the document.
 */
export function planRepair(report: VerifyReport, options: PlanOptions = {}): RepairPlan {
  const { sourceOfTruth = "document" } = options
  mustBeReport(report)
  checkPolicy(sourceOfTruth)
  checkSinksKnown(sourceOfTruth, report)
  const byId = new Map<string, FoundTarget[]>()
  const refused: RefusedTarget[] = []
  for (const sink of report.sinks) {
    const refusal = refusalOf(sink, options)
    for (const finding of sink.findings) {
      const target = toTarget(sink.sink, finding)
      // What waits for a decision is not removed without one.
      const isRemoved = target.action === "remove" && sourceFor(sourceOfTruth, finding.id) !== "manual"
      if (refusal !== undefined && isRemoved) refused.push({ id: finding.id, target, reason: refusal })
      else if (!byId.get(finding.id)?.push({ finding, target })) byId.set(finding.id, [{ finding, target }])
    }
  }
  const operations = [...byId].map(([id, found]) => toOperation(id, found, sourceFor(sourceOfTruth, id)))
  return {
    format: 1,
    operations,
    refused,
    cost: costOf(operations),
    complete: report.sinks.every(sink => !sink.truncated && sink.error === undefined)
  }
}

/** Options in its place are the mistake to be expected: a repair can be asked for without a report. */
function mustBeReport(report: unknown): void {
  const sinks = (report as Partial<VerifyReport> | null | undefined)?.sinks
  if (Array.isArray(sinks) && sinks.every(isSinkReport)) return
  throw coreError(
    "options-invalid",
    "what is to be repaired is no report; give what verify() gave, or nothing, and options after it: replica.repair(undefined, { signal })"
  )
}

function isSinkReport(sink: unknown): boolean {
  const { findings, counts } = (sink ?? {}) as Partial<SinkReport>
  return Array.isArray(findings) && counts !== undefined
}

function checkSinksKnown(policy: SourceOfTruth | RepairPolicy, report: VerifyReport): void {
  for (const name of sinksNamed(policy)) {
    const found = report.sinks.find(({ sink }) => sink === name)
    if (found !== undefined && found.error === undefined) continue
    const why =
      found?.error === undefined ? "is not in the report" : `could not be verified: ${found.error.message}`
    throw coreError("options-invalid", `sink "${name}" cannot be the source of truth: it ${why}`)
  }
}

function toTarget(sink: string, { class: found, token }: Finding): RepairTarget {
  const action = found === "orphan" ? "remove" : "write"
  return { sink, class: found, action, ...(token === undefined ? {} : { token }) }
}

function toOperation(id: string, found: readonly FoundTarget[], policy: SourceOfTruth): PlannedOperation {
  const targets = found.map(({ target }) => target)
  // Without a document there is nothing that could adopt anything.
  const isOrphan = targets.every(({ action }) => action === "remove")
  return {
    id,
    source: isOrphan && policy !== "manual" ? "document" : policy,
    targets,
    reason: found.map(reasonOf).join("; "),
    cost: { documents: isOrphan ? 0 : 1, records: targets.length }
  }
}

function reasonOf({ finding, target }: FoundTarget): string {
  const { expectedHeight: expected, foundHeight: found } = finding
  const heights =
    expected !== undefined && found !== undefined && expected !== found
      ? ` (record ${found}, document ${expected})`
      : ""
  return `${target.class} in ${target.sink}${heights}`
}

/** Why nothing may be removed from this sink, if so. */
function refusalOf(report: SinkReport, { maxDeleteShare, force }: PlanOptions): string | undefined {
  const { orphans: share } = sinkShares(report)
  if (force === true || share <= (maxDeleteShare ?? defaultMaxDeleteShare)) return undefined
  const percent = (100 * share).toFixed(1)
  return `${report.counts.orphan} records (${percent} %) would be removed; if the documents are complete, allow it with maxDeleteShare`
}
