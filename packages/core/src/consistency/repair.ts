import { throwIfAborted } from "../projection/position-waiters.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import type { Finding } from "./finding.ts"
import { type RepairOperation, type RepairReport, toRepairReport } from "./repair-report.ts"
import { SinkMender } from "./sink-mender.ts"
import type { SinkReport, VerifyReport } from "./verify-report.ts"
import type { VerifyTarget } from "./verify-target.ts"

/** How to repair. */
export interface RepairOptions {
  /** Only says what would be done. */
  readonly dryRun?: boolean
  /**
   * Removes nothing when more than this share of a sink's records would be removed: then the documents are more likely
   * to be at fault than the sink. Default 0.05; 1 allows everything.
   */
  readonly maxDeleteShare?: number
  /** Documents loaded and mended at a time. Default 32. */
  readonly concurrency?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: {
    readonly sink: string
    readonly done: number
    readonly total: number
  }) => void
}

const defaultMaxDeleteShare = 0.05
const defaultConcurrency = 32

/**
 * Mends what a verification found, from the documents: each record by compare-and-swap on exactly what verification
 * read, and read back afterwards; only what was read back right is reported as mended.
 *
 * May be repeated, and cancelled at any moment: what was done stays right, the rest is found by the next verification.
 *
 * @throws SynclineError `aborted`.
 */
export async function repair(
  source: ProjectionSource,
  targets: readonly VerifyTarget[],
  report: VerifyReport,
  options: RepairOptions = {}
): Promise<RepairReport> {
  const { time } = source.ports
  const started = time.nowMs()
  const bySink: (readonly RepairOperation[])[] = []
  for (const sink of report.sinks) bySink.push(await repairSink(source, targets, sink, options))
  const operations = bySink.flat()
  const allListed = report.sinks.every(sink => !sink.truncated && sink.error === undefined)
  return toRepairReport(operations, options.dryRun ?? false, time.nowMs() - started, allListed)
}

async function repairSink(
  source: ProjectionSource,
  targets: readonly VerifyTarget[],
  report: SinkReport,
  options: RepairOptions
): Promise<readonly RepairOperation[]> {
  const { sink, findings } = report
  const refused = deleteShare(report) > (options.maxDeleteShare ?? defaultMaxDeleteShare)
  const target = targets.find(({ name }) => name === sink)
  const operations = findings.filter(each => refused && isRemoval(each)).map(each => refusal(report, each))
  const todo = findings.filter(each => !refused || !isRemoval(each))
  if (options.dryRun === true) return [...operations, ...todo.map(each => planned(sink, each))]
  const mender = new SinkMender(source, sink, target?.session)
  const step = Math.max(1, options.concurrency ?? defaultConcurrency)
  for (let at = 0; at < todo.length; at += step) {
    throwIfAborted(options.signal)
    operations.push(...(await mender.mend(todo.slice(at, at + step))))
    options.onProgress?.({ sink, done: Math.min(at + step, todo.length), total: todo.length })
  }
  return operations
}

function isRemoval(finding: Finding): boolean {
  return finding.class === "orphan"
}

/** Of the records that were looked at; of all there are, where those were only counted. */
function deleteShare({ counts, coverage }: SinkReport): number {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const records = coverage?.kind === "bloom" ? coverage.records : all - counts.missing
  return counts.orphan / Math.max(1, records)
}

function planned(sink: string, finding: Finding): RepairOperation {
  const action = isRemoval(finding) ? "remove" : "write"
  return { sink, id: finding.id, class: finding.class, action, outcome: "planned" }
}

function refusal(report: SinkReport, finding: Finding): RepairOperation {
  const share = (100 * deleteShare(report)).toFixed(1)
  const reason = `${report.counts.orphan} records (${share} %) would be removed; if the documents are complete, allow it with maxDeleteShare`
  return { ...planned(report.sink, finding), outcome: "refused", reason }
}
