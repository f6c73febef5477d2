// `node scripts/test-totals.ts <report>` prints the totals of a vitest JSON report as `N passed, N failed`.
import { readFileSync } from "node:fs"

/** The part of vitest's JSON report that counts. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly SuiteResult[]
}

interface SuiteResult {
  readonly status: string
  readonly assertionResults: readonly unknown[]
}

/**
 * `N passed, N failed`, with `, N skipped` when there are any. A file that could not even be loaded reports no test;
 * it counts as one failure, so that a broken suite never reads as `0 failed`.
 */
export function totalsLine(reportFile: string): string {
  const report = JSON.parse(readFileSync(reportFile, "utf8")) as Report
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0
  )
  const skipped = report.numPendingTests + report.numTodoTests
  const line = `${report.numPassedTests} passed, ${report.numFailedTests + unloadable.length} failed`
  return skipped === 0 ? line : `${line}, ${skipped} skipped`
}

const [reportFile] = process.argv.slice(2)
if (import.meta.main && reportFile !== undefined) console.log(totalsLine(reportFile))
