import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { totalsLine } from "./test-totals.ts"

const good = { status: "passed", assertionResults: [{}] }
const unloadable = { status: "failed", assertionResults: [] }

test("totals are what the report counts", () => {
  expect(line({ numPassedTests: 3, numFailedTests: 1, testResults: [good] })).toBe("3 passed, 1 failed")
})

test("skipped and planned tests are named when there are any", () => {
  expect(line({ numPassedTests: 3, numPendingTests: 1, numTodoTests: 1 })).toBe(
    "3 passed, 0 failed, 2 skipped"
  )
})

test("a file that could not be loaded is a failure", () => {
  expect(line({ numPassedTests: 3, testResults: [good, unloadable] })).toBe("3 passed, 1 failed")
})

function line(report: Readonly<Record<string, unknown>>): string {
  const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }
  const folder = mkdtempSync(join(tmpdir(), "syncline-totals-"))
  try {
    const file = join(folder, "report.json")
    writeFileSync(file, JSON.stringify({ ...none, ...report }))
    return totalsLine(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
