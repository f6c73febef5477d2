import { expect, test } from "vitest"
import { type HistoryReport, runHistory } from "./history.ts"
import { settings } from "./setting.ts"

/** `SYNCLINE_SEED` runs one history alone, `SYNCLINE_SETTING` one setting; `SYNCLINE_HISTORIES` says how many of each. */
const alone = process.env["SYNCLINE_SEED"]
const only = process.env["SYNCLINE_SETTING"]
const count = alone === undefined ? Number(process.env["SYNCLINE_HISTORIES"] ?? 8) : 1
const first = Number(alone ?? 1)
const run = [...settings].filter(([name]) => only === undefined || name === only)

/** What came about in all settings together. */
const seen: HistoryReport[] = []

test.each(run)(
  `[LK3] %s: ${count} random histories from seed ${first} end with equal values, equal versions and verified sinks`,
  async (_, setting) => {
    const reports: HistoryReport[] = []
    for (let seed = first; seed < first + count; seed++) reports.push(await runHistory(seed, setting))
    seen.push(...reports)
    // Histories in which nothing happens would pass as well.
    if (alone !== undefined) return
    for (const fault of ["dropped", "duplicated", "reordered", "cut", "partitioned"])
      expect(
        total(reports, report => report.faults[fault] ?? 0),
        fault
      ).toBeGreaterThan(count / 10)
    expect(total(reports, report => report.reopened)).toBeGreaterThan(0)
    expect(total(reports, report => report.deleted)).toBeGreaterThan(0)
    expect(total(reports, report => report.commits)).toBeGreaterThan(count * 10)
  },
  60_000 + count * 5_000
)

test.skipIf((alone ?? only) !== undefined)(
  "[LK3] every kind of conflict was among them, and every policy was asked",
  () => {
    expect(total(seen, report => report.lastWords)).toBeGreaterThan(0)
    for (const kind of ["write-write", "delete-edit", "overlapping-edit", "compared", "settled"])
      expect(
        total(seen, report => report.conflicts[kind] ?? 0),
        kind
      ).toBeGreaterThan(0)
    for (const policy of ["last-writer-wins", "first-writer-wins", "merge-max", "merge-union", "dice"])
      expect(
        total(seen, report => report.asked[policy] ?? 0),
        policy
      ).toBeGreaterThan(0)
  }
)

function total(reports: readonly HistoryReport[], of: (report: HistoryReport) => number): number {
  return reports.reduce((sum, report) => sum + of(report), 0)
}
