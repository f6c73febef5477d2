import { meaningOf } from "./coverage.ts"
import { recordClasses } from "./finding.ts"
import type { RepairReport } from "../repair/repair-report.ts"
import { findingCount, isClean, type SinkReport, type VerifyReport } from "./verify-report.ts"

/** Findings beyond this are only counted in text; the report object has them. */
const shownFindings = 20

/** A verification as lines of text for people. */
export function formatReport(report: VerifyReport): string {
  const what = whatWasLookedAt(report)
  const lines = report.sinks.flatMap(sink => formatSink(sink, report.contents))
  const verdict = report.clean ? "clean" : "NOT clean"
  return [`verified ${what} in ${Math.round(report.durationMs)} ms: ${verdict}`, ...lines].join("\n")
}

/** A repair as lines of text for people. */
export function formatRepair(report: RepairReport): string {
  const { counts, dryRun, operations, durationMs } = report
  const done = Object.entries(counts).filter(([, count]) => count > 0)
  const head = `${dryRun ? "planned" : "repaired"} in ${Math.round(durationMs)} ms: ${listed(done, "nothing to do")}`
  const troubled = operations.filter(({ outcome }) => outcome === "failed" || outcome === "refused")
  const lines = troubled
    .slice(0, shownFindings)
    .map(each => `  ${each.sink} ${each.id}: ${each.reason ?? each.outcome}`)
  return [head, ...lines, ...rest(troubled.length)].join("\n")
}

function whatWasLookedAt({ mode, contents }: VerifyReport): string {
  if (mode.kind === "bloom") return "the presence of documents and records"
  if (mode.kind === "merkle") return "what was written and what others changed"
  if (mode.kind === "sample") return `a sample of ${mode.count}`
  const depth = contents ? "keys, hashes and contents" : "keys and hashes"
  return mode.kind === "full" ? depth : `${depth} of chosen documents`
}

function formatSink(report: SinkReport, contents: boolean): string[] {
  if (report.error !== undefined) return [`${report.sink}: not verified: ${report.error.message}`]
  const counts = recordClasses.map(each => [each, report.counts[each]] as const)
  const all = [...counts, ["pending", report.pending], ["parked", report.parked]] as const
  const head = `${report.sink}: ${listed(
    all.filter(([, count]) => count > 0),
    "nothing there"
  )}${isClean(report) ? "" : " ←"}`
  const { coverage } = report
  const meaning =
    coverage === undefined || coverage.kind === "full" ? [] : [`  ${meaningOf(coverage, contents)}`]
  const lines = report.findings.slice(0, shownFindings).map(each => `  ${each.class.padEnd(10)} ${each.id}`)
  return [head, ...meaning, ...unconfirmedLines(report), ...lines, ...rest(findingCount(report))]
}

function unconfirmedLines({ unconfirmed = 0 }: SinkReport): string[] {
  return unconfirmed === 0
    ? []
    : [
        `  unconfirmed: ${unconfirmed} of the pending were due before they changed again, or the sink did not catch up in time`
      ]
}

function listed(counts: readonly (readonly [string, number])[], none: string): string {
  return counts.length === 0 ? none : counts.map(([name, count]) => `${count} ${name}`).join(", ")
}

function rest(count: number): string[] {
  return count > shownFindings ? [`  … and ${count - shownFindings} more`] : []
}
